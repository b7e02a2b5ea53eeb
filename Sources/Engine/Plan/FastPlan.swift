import COneDNN
import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// The steps of one request with their memory: what ``FastDifferentiator`` hands out.
final class FastPlan: GradientPlan {
  let request: PlanRequest
  let targetShapes: [Shape]
  let gradientShapes: [Shape]

  private let library: OneDNN
  private let exchange: Exchange
  /// Runnable steps, by picture.
  private let forwardSteps: [[() throws -> Void]]
  private let backwardSteps: [[() throws -> Void]]
  private let memory: [MemoryBlock]
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
    let shared = MemoryBlock(byteCount: plan.sharedBytes)
    var memory = [shared]
    var (forward, backward): ([[() throws -> Void]], [[() throws -> Void]]) = ([], [])
    for picture in 0..<pictures {
      let kept = MemoryBlock(byteCount: plan.keptBytes)
      memory.append(kept)
      let addresses = plan.addresses(ofPicture: picture, kept: kept.base, shared: shared.base)
      forward.append(try builder.forwardSteps.map { try $0.bind(addresses) })
      backward.append(try builder.backwardSteps.map { try $0.bind(addresses) })
    }
    self.memory = memory
    (forwardSteps, backwardSteps) = (forward, backward)
  }

  func forward(_ inputs: [Tensor], into activations: inout [Tensor]) throws {
    try checkShapes(inputs, request.inputShapes)
    makeRoom(for: targetShapes, in: &activations)
    library.claimThreads()
    try lend(inputs, to: \.inputs) {
      try lend(&activations, to: \.activations) { try run(forwardSteps) }
    }
    hasRun = true
  }

  func backward(_ cotangents: [Tensor], into gradients: inout [Tensor]) throws {
    guard hasRun else { throw EngineError.noForwardPass }
    try checkShapes(cotangents, targetShapes)
    makeRoom(for: gradientShapes, in: &gradients)
    library.claimThreads()
    try lend(cotangents, to: \.cotangents) {
      try lend(&gradients, to: \.gradients) { try run(backwardSteps) }
    }
  }

  private func run(_ steps: [[() throws -> Void]]) throws {
    try library.flushingSubnormals {
      for picture in steps.indices {
        exchange.picture = picture
        for step in steps[picture] { try step() }
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
