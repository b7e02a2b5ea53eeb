import GinghamDifferentiation
import GinghamEngine
import GinghamNetworks
import GinghamReferenceEngine
import GinghamTensors
import Testing

/// Reproducible numbers in −1…1.
func noise(_ shape: Shape, seed: UInt64) -> Tensor {
  var state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
  return Tensor(shape) { target in
    for index in target.indices {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      target[index] = Float(Int64(state >> 40)) / Float(1 << 23) - 1
    }
  }
}

/// max|a − b| ÷ max|b|, infinite where shapes differ or something is not finite.
func relativeError(_ found: Tensor, _ expected: Tensor) -> Double {
  guard found.shape == expected.shape, found.isFinite, expected.isFinite else { return .infinity }
  var (difference, scale) = (0.0, 0.0)
  for (a, b) in zip(found.scalars, expected.scalars) {
    difference = max(difference, abs(Double(a) - Double(b)))
    scale = max(scale, abs(Double(b)))
  }
  return scale == 0 ? difference : difference / scale
}

/// A chain of operators under test, on one input.
struct Chain {
  var network = Network(name: "chain")
  let input: ValueID
  var last: ValueID
  private var seed: UInt64 = 1

  init(_ shape: Shape) {
    input = network.addInput("x", shape: shape.dimensions.map { $0 })
    last = input
  }

  mutating func weight(_ shape: Shape, scale: Float = 1) -> ValueID {
    seed += 1
    return network.addConstant("weight\(seed)", .float(noise(shape, seed: seed).map { $0 * scale }))
  }

  @discardableResult
  mutating func append(_ operation: Operation, _ others: ValueID?..., reading source: ValueID? = nil) -> ValueID {
    last = network.append("node\(network.nodes.count)", operation, inputs: [source ?? last] + others)
    return last
  }

  /// A convolution with random weights and bias.
  @discardableResult
  mutating func convolve(
    _ inputs: Int, _ outputs: Int, _ window: Window, groups: Int = 1, hasBias: Bool = true, reading: ValueID? = nil
  ) -> ValueID {
    let weights = weight(Shape([outputs, inputs / groups] + window.kernel), scale: 0.5)
    let bias = hasBias ? weight([outputs]) : nil
    return append(.convolution(Convolution(window, groups: groups)), weights, bias, reading: reading)
  }
}

/// Runs both engines on the same request and expects activations and gradients to agree.
func expectAgreement(
  _ network: Network, _ shape: Shape, targets: [ValueID], gradients: [ValueID], rules: BackwardRules = BackwardRules(),
  within tolerance: Double = 1e-5, threads: Int = 2, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let request = PlanRequest(inputShapes: [shape], targets: targets, gradients: gradients, rules: rules)
  let fast = try FastDifferentiator(network: network, threads: threads).plan(request)
  let exact = try ReferenceDifferentiator<Double>(network).plan(request)
  #expect(fast.targetShapes == exact.targetShapes, sourceLocation: sourceLocation)
  #expect(fast.gradientShapes == exact.gradientShapes, sourceLocation: sourceLocation)
  let input = noise(shape, seed: 77)
  for (found, expected) in zip(try fast.forward([input]), try exact.forward([input])) {
    #expect(relativeError(found, expected) <= tolerance, "activation", sourceLocation: sourceLocation)
  }
  let cotangents = exact.targetShapes.enumerated().map { noise($1, seed: 99 + UInt64($0)) }
  for (found, expected) in zip(try fast.backward(cotangents), try exact.backward(cotangents)) {
    #expect(relativeError(found, expected) <= tolerance, "gradient", sourceLocation: sourceLocation)
  }
}

extension Chain {
  /// The last value as target, the gradient at the input.
  func expectAgreement(
    _ shape: Shape, threads: Int = 2, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try EngineTests.expectAgreement(
      network, shape, targets: [last], gradients: [input], threads: threads, sourceLocation: sourceLocation)
  }

  /// What the engine makes of the chain.
  func layers(_ shape: Shape) throws -> [PlannedLayer] {
    let request = PlanRequest(inputShapes: [shape], targets: [last], gradients: [input])
    let plan = try FastDifferentiator(network: network, threads: 2).plan(request)
    return try #require(plan as? any LayeredPlan).layers
  }

  /// The kernels that the engine chooses, by the names of the layers.
  func kernels(_ shape: Shape) throws -> [String: String] {
    Dictionary(try layers(shape).map { ($0.names[0], $0.kernel) }, uniquingKeysWith: { first, _ in first })
  }

  /// Agreement on one, two and five threads, without the reference engine's kernels.
  func expectFastAgreement(_ shape: Shape, sourceLocation: SourceLocation = #_sourceLocation) throws {
    for threads in [1, 2, 5] { try expectAgreement(shape, threads: threads, sourceLocation: sourceLocation) }
    let fallbacks = try kernels(shape).filter { $0.value.contains("fallback") }
    #expect(fallbacks.isEmpty, sourceLocation: sourceLocation)
  }

  /// Equal parts along an axis.
  mutating func split(_ parts: Int, axis: Int, reading source: ValueID? = nil) -> [ValueID] {
    let name = "node\(network.nodes.count)"
    let outputs = (0..<parts).map { network.makeValue(named: "\(name).\($0)") }
    network.nodes.append(
      Node(name: name, operation: .split(Split(axis: axis)), inputs: [source ?? last], outputs: outputs))
    last = outputs[parts - 1]
    return outputs
  }
}
