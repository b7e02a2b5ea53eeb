import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// A network compiled for one request: kernels in order, and one buffer for every activation and gradient.
public final class ReferencePlan<Scalar: ReferenceScalar>: LayeredPlan {
  /// A kernel with the buffers it reads and writes. Backward it is skipped where no gradient passes it.
  private struct Step {
    let kernel: any Kernel<Scalar>
    let inputs: [Source<Scalar>]
    let outputs: [Target<Scalar>]
    let results: [Source<Scalar>]
    let outputGradients: [Source<Scalar>?]
    let inputGradients: [Target<Scalar>?]
    let passesGradients: Bool
    /// Whether it reads constants only, so that what it wrote once stands.
    let isFixed: Bool
  }

  /// What the plan was asked for.
  public let request: PlanRequest
  /// Of the targets, in the order of the request.
  public let targetShapes: [Shape]
  /// Of the gradients, in the order of the request.
  public let gradientShapes: [Shape]
  /// What the plan runs, in order.
  public let layers: [PlannedLayer]
  /// Collects times of layers while it is set.
  public var layerTimes: LayerTimes?
  /// Values are arrays of their own.
  public var memory: PlanMemory? { nil }
  private let steps: [Step]
  /// Of each open input; `nil` where no target depends on it.
  private let inputs: [Scratch<Scalar>?]
  private let activations: [ValueID: Scratch<Scalar>]
  private let gradients: [ValueID: Scratch<Scalar>]
  private let targets: [ValueID]
  private let wanted: [ValueID]
  private var hasRun = false

  init(_ request: PlanRequest, _ network: BoundNetwork) throws {
    self.request = request
    let targets = request.targets.map(network.resolved)
    let wanted = request.gradients.map(network.resolved)
    func shape(of value: ValueID) throws -> Shape {
      guard let shape = network.shapes[value] else {
        throw EngineError.library("value \(value.index) is not part of network '\(network.name)'")
      }
      return shape
    }
    targetShapes = try targets.map(shape)
    gradientShapes = try wanted.map(shape)

    let path = try GradientPath(network, targets: targets, gradients: wanted)
    let values = Set(path.nodes.flatMap { $0.inputs.compactMap(\.self) + $0.outputs } + targets)
    // Beside the elements, kernels keep a table an axis.
    let exchanged = PlanRequest.exchangedBytes(targets: targetShapes, gradients: gradientShapes)
    let bytes = try values.reduce(exchanged) { sum, value in
      let shape = try shape(of: value)
      let copies = path.differentiated.contains(value) ? 2 : 1
      return sum + copies * shape.elementCount * MemoryLayout<Scalar>.stride
        + shape.dimensions.reduce(0, +) * MemoryLayout<Int>.stride
    }
    try request.check(network, bytes: bytes)
    var activations: [ValueID: Scratch<Scalar>] = [:]
    for value in values {
      activations[value] = Scratch(try shape(of: value).elementCount, filledWith: 0)
      if let constant = network.constants[value] { activations[value]?.load(constant) }
    }
    var gradients: [ValueID: Scratch<Scalar>] = [:]
    for value in path.differentiated {
      gradients[value] = Scratch(try shape(of: value).elementCount, filledWith: 0)
    }
    layers = path.nodes.map { node in
      PlannedLayer(names: [node.name], operations: node.operation.name, kernel: "fallback \(node.operation.name)")
    }
    var known = Set(network.constants.keys)
    steps = try path.nodes.map { node in
      let isFixed = node.inputs.allSatisfy { $0.map(known.contains) ?? true }
      if isFixed { known.formUnion(node.outputs) }
      let outputs = node.outputs.compactMap { activations[$0]?.buffer }
      let outputGradients = node.outputs.map { gradients[$0]?.reading }
      let inputGradients = node.inputs.map { $0.flatMap { gradients[$0]?.buffer } }
      return Step(
        kernel: try makeKernel(node, in: network, rules: request.rules, as: Scalar.self),
        inputs: node.inputs.map { $0.flatMap { activations[$0]?.reading } ?? Source(start: nil, count: 0) },
        outputs: outputs, results: outputs.map { Source($0) }, outputGradients: outputGradients,
        inputGradients: inputGradients,
        passesGradients: outputGradients.contains { $0 != nil } && inputGradients.contains { $0 != nil },
        isFixed: isFixed)
    }
    for step in steps where step.isFixed { step.kernel.forward(inputs: step.inputs, outputs: step.outputs) }
    inputs = network.inputs.map { activations[$0] }
    self.activations = activations
    self.gradients = gradients
    self.targets = targets
    self.wanted = wanted
  }

  // MARK: In single precision, as every engine

  /// Runs forwards and writes the targets into `activations`.
  ///
  /// - Throws: ``PlanError`` for inputs of other shapes.
  public func forward(_ inputs: [Tensor], into activations: inout [Tensor]) throws {
    try check(inputs.map(\.shape), against: request.inputShapes)
    for (input, slot) in zip(inputs, self.inputs) {
      guard let slot else { continue }
      input.withUnsafeBufferPointer { Scalar.copy($0, to: slot.buffer) }
    }
    try run()
    read(targets, of: self.activations, shapes: targetShapes, into: &activations)
  }

  /// Runs backwards from the targets and writes into `gradients`.
  ///
  /// - Throws: ``PlanError`` for cotangents of other shapes, or without a forward pass.
  public func backward(_ cotangents: [Tensor], into gradients: inout [Tensor]) throws {
    guard hasRun else { throw EngineError.noForwardPass }
    try check(cotangents.map(\.shape), against: targetShapes)
    try runBack { index, slot in cotangents[index].withUnsafeBufferPointer { Scalar.copy($0, to: slot) } }
    read(wanted, of: self.gradients, shapes: gradientShapes, into: &gradients)
  }

  // MARK: In the plan's own precision

  /// Activations of the targets for inputs in row-major order.
  ///
  /// - Throws: ``EngineError/wrongInputCount(expected:found:)`` where the numbers of inputs or elements differ.
  public func activations(for inputs: [[Scalar]]) throws -> [[Scalar]] {
    try check(inputs.map(\.count), against: request.inputShapes.map(\.elementCount))
    for (input, slot) in zip(inputs, self.inputs) { _ = slot?.buffer.update(fromContentsOf: input) }
    try run()
    return targets.map { Array(activations[$0]?.reading ?? Source(start: nil, count: 0)) }
  }

  /// Gradients of the wanted values for one cotangent a target.
  ///
  /// - Throws: ``EngineError/noForwardPass``, and as ``activations(for:)``.
  public func gradients(for cotangents: [[Scalar]]) throws -> [[Scalar]] {
    guard hasRun else { throw EngineError.noForwardPass }
    try check(cotangents.map(\.count), against: targetShapes.map(\.elementCount))
    try runBack { index, slot in _ = slot.update(fromContentsOf: cotangents[index]) }
    return wanted.map { Array(gradients[$0]?.reading ?? Source(start: nil, count: 0)) }
  }

  // MARK: Running

  /// - Throws: ``InterruptionError``; there is no pass to go back through then.
  private func run() throws {
    hasRun = false
    for (index, step) in steps.enumerated() where !step.isFixed {
      try Interruption.check()
      let start = layerTimes.map { _ in ContinuousClock.now }
      step.kernel.forward(inputs: step.inputs, outputs: step.outputs)
      if let start { layerTimes?.addForward(ContinuousClock.now - start, to: index) }
    }
    hasRun = true
  }

  /// - Parameter write: puts the cotangent of a target into its buffer.
  /// - Throws: ``InterruptionError``.
  private func runBack(_ write: (_ index: Int, _ slot: Target<Scalar>) -> Void) throws {
    for gradient in gradients.values { gradient.clear() }
    for (index, target) in targets.enumerated() {
      guard let slot = gradients[target] else { continue }
      if targets[..<index].contains(target) {
        // The same value is a target twice: its cotangents add up.
        let before = Array(slot.buffer)
        write(index, slot.buffer)
        for (place, value) in before.enumerated() { slot.buffer[place] += value }
      } else {
        write(index, slot.buffer)
      }
    }
    for (index, step) in steps.enumerated().reversed() where step.passesGradients {
      try Interruption.check()
      let start = layerTimes.map { _ in ContinuousClock.now }
      step.kernel.backward(
        inputs: step.inputs, outputs: step.results, outputGradients: step.outputGradients,
        inputGradients: step.inputGradients)
      if let start { layerTimes?.addBackward(ContinuousClock.now - start, to: index) }
    }
  }

  private func check(_ found: [Shape], against expected: [Shape]) throws {
    try check(found.count, against: expected.count)
    for (found, expected) in zip(found, expected) where found != expected {
      throw EngineError.wrongInputShape(expected: expected, found: found)
    }
  }

  private func check(_ found: [Int], against expected: [Int]) throws {
    try check(found.count, against: expected.count)
    for (found, expected) in zip(found, expected) { try check(found, against: expected) }
  }

  private func check(_ found: Int, against expected: Int) throws {
    guard found == expected else { throw EngineError.wrongInputCount(expected: expected, found: found) }
  }

  private func read(
    _ values: [ValueID], of slots: [ValueID: Scratch<Scalar>], shapes: [Shape], into tensors: inout [Tensor]
  ) {
    if tensors.map(\.shape) != shapes { tensors = shapes.map { Tensor($0) } }
    for (index, value) in values.enumerated() {
      guard let slot = slots[value] else { continue }
      tensors[index].withUnsafeMutableBufferPointer { Scalar.copy(slot.reading, toFloats: $0) }
    }
  }
}

extension Scratch where Element: ReferenceScalar {
  fileprivate func load(_ constant: Constant) {
    switch constant {
    case .float(let tensor): tensor.withUnsafeBufferPointer { Element.copy($0, to: buffer) }
    case .integer(let array):
      for (index, element) in array.elements.enumerated() { buffer[index] = Element(element) }
    }
  }
}
