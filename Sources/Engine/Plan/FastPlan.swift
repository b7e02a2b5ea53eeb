import COneDNN
import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// The steps of one request with their memory: what ``FastDifferentiator`` hands out.
final class FastPlan: LayeredPlan {
  let request: PlanRequest
  let targetShapes: [Shape]
  let gradientShapes: [Shape]
  let layers: [PlannedLayer]
  var layerTimes: LayerTimes?
  let memory: PlanMemory?

  private let library: OneDNN
  private let exchange: Exchange
  /// Runnable steps, by picture.
  private let forwardSteps: [[() throws -> Void]]
  private let backwardSteps: [[() throws -> Void]]
  /// Which of ``layers`` each step works for.
  private let forwardLayers: [Int]
  private let backwardLayers: [Int]
  private let blocks: [MemoryBlock]
  private var hasRun = false

  /// - Parameters:
  ///   - builder: the laid-out pass, for `pictures` that go through it one after the other.
  init(_ builder: PlanBuilder, request: PlanRequest, targetShapes: [Shape], gradientShapes: [Shape], pictures: Int)
    throws
  {
    self.request = request
    self.targetShapes = targetShapes
    self.gradientShapes = gradientShapes
    library = builder.library
    exchange = builder.exchange
    let plan = MemoryPlan(
      byteCounts: builder.byteCounts, forward: builder.forwardSteps, backward: builder.backwardSteps)
    let use = plan.use(ofPictures: pictures)
    try SystemMemory.require(
      use.bytes + PlanRequest.exchangedBytes(targets: targetShapes, gradients: gradientShapes),
      for: "the pass through '\(builder.network.name)'")
    let shared = MemoryBlock(byteCount: plan.sharedBytes)
    var blocks = [shared]
    var (forward, backward): ([[() throws -> Void]], [[() throws -> Void]]) = ([], [])
    for picture in 0..<pictures {
      let kept = MemoryBlock(byteCount: plan.keptBytes)
      blocks.append(kept)
      let addresses = plan.addresses(ofPicture: picture, kept: kept.base, shared: shared.base)
      forward.append(try builder.forwardSteps.map { try $0.bind(addresses) })
      backward.append(try builder.backwardSteps.map { try $0.bind(addresses) })
    }
    (self.blocks, memory) = (blocks, use)
    (forwardSteps, backwardSteps) = (forward, backward)
    layers = builder.layers
    forwardLayers = builder.forwardSteps.map(\.layer)
    backwardLayers = builder.backwardSteps.map(\.layer)
  }

  func forward(_ inputs: [Tensor], into activations: inout [Tensor]) throws {
    try checkShapes(inputs, request.inputShapes)
    makeRoom(for: targetShapes, in: &activations)
    hasRun = false
    try lend(inputs, to: \.inputs) {
      try lend(&activations, to: \.activations) {
        try run(forwardSteps) { layerTimes?.addForward($0, to: forwardLayers[$1]) }
      }
    }
    hasRun = true
  }

  func backward(_ cotangents: [Tensor], into gradients: inout [Tensor]) throws {
    guard hasRun else { throw EngineError.noForwardPass }
    try checkShapes(cotangents, targetShapes)
    makeRoom(for: gradientShapes, in: &gradients)
    try lend(cotangents, to: \.cotangents) {
      try lend(&gradients, to: \.gradients) {
        try run(backwardSteps) { layerTimes?.addBackward($0, to: backwardLayers[$1]) }
      }
    }
  }

  private func run(_ steps: [[() throws -> Void]], _ took: (Duration, _ step: Int) -> Void) throws {
    let isTimed = layerTimes != nil
    try library.onThreads {
      try library.flushingSubnormals { try runPictures(steps, isTimed: isTimed, took) }
    }
  }

  private func runPictures(
    _ steps: [[() throws -> Void]], isTimed: Bool, _ took: (Duration, _ step: Int) -> Void
  ) throws {
    for picture in steps.indices {
      try Interruption.check()
      exchange.picture = picture
      guard isTimed else {
        for step in steps[picture] { try step() }
        continue
      }
      for (index, step) in steps[picture].enumerated() {
        let start = ContinuousClock.now
        try step()
        took(ContinuousClock.now - start, index)
      }
    }
  }

  private func checkShapes(_ tensors: [Tensor], _ expected: [Shape]) throws {
    guard tensors.count == expected.count else {
      throw EngineError.wrongInputCount(expected: expected.count, found: tensors.count)
    }
    for (tensor, shape) in zip(tensors, expected) where tensor.shape != shape {
      throw EngineError.wrongInputShape(expected: shape, found: tensor.shape)
    }
  }

  private func makeRoom(for shapes: [Shape], in tensors: inout [Tensor]) {
    guard tensors.map(\.shape) != shapes else { return }
    tensors = shapes.map { Tensor($0) }
  }

  /// Lets the steps read the tensors' memory while `body` runs.
  private func lend(
    _ tensors: [Tensor], to path: ReferenceWritableKeyPath<Exchange, [UnsafePointer<Float>]>, at index: Int = 0,
    _ body: () throws -> Void
  ) throws {
    if index == 0 { exchange[keyPath: path].removeAll(keepingCapacity: true) }
    guard index < tensors.count else { return try body() }
    try tensors[index].withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { throw EngineError.withoutElements(tensors[index].shape) }
      exchange[keyPath: path].append(base)
      try lend(tensors, to: path, at: index + 1, body)
    }
  }

  private func lend(
    _ tensors: inout [Tensor], to path: ReferenceWritableKeyPath<Exchange, [UnsafeMutablePointer<Float>]>,
    at index: Int = 0, _ body: () throws -> Void
  ) throws {
    if index == 0 { exchange[keyPath: path].removeAll(keepingCapacity: true) }
    guard index < tensors.count else { return try body() }
    var tensor = tensors[index]
    // The array must not hold the tensor while it is written, or its elements would be copied first.
    tensors[index] = Tensor([0])
    defer { tensors[index] = tensor }
    let shape = tensor.shape
    try tensor.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { throw EngineError.withoutElements(shape) }
      exchange[keyPath: path].append(base)
      try lend(&tensors, to: path, at: index + 1, body)
    }
  }
}
