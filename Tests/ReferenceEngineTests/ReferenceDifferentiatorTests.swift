import GinghamDifferentiation
import GinghamNetworks
import GinghamReferenceEngine
import GinghamTensors
import Testing

/// Plans over whole networks.
@Suite struct ReferenceDifferentiatorTests {
  /// Convolution, batch normalization, rectifier, pool, a residual addition and a classifier.
  private struct SmallNet {
    let network: Network
    let input: ValueID
    let convolved: ValueID
    let normalized: ValueID
    let pooled: ValueID
    let logits: ValueID

    init() {
      var network = Network(name: "small")
      var numbers = Numbers(seed: 5)
      func parameter(_ name: String, _ shape: Shape, in range: ClosedRange<Double> = -1...1) -> ValueID {
        network.addConstant(name, .float(Tensor(shape, numbers.uniform(shape, in: range).map { Float($0) })))
      }
      input = network.addInput("x", shape: [nil, 2, 6, 6])
      convolved = network.append(
        "conv", .convolution(Convolution(Window(3, padding: 1))), input, parameter("conv.weight", [4, 2, 3, 3]),
        parameter("conv.bias", [4]))
      normalized = network.append(
        "bn", .batchNormalization(epsilon: 1e-5), convolved, parameter("bn.weight", [4]), parameter("bn.bias", [4]),
        parameter("bn.mean", [4]), parameter("bn.variance", [4], in: 0.5...2))
      let active = network.append("relu", .pointwise(.relu), normalized)
      let added = network.append("add", .elementwise(.add), active, convolved)
      pooled = network.append("pool", .maxPool(MaxPool(Window(2, stride: 2))), added)
      let flat = network.append("flatten", .flatten(axis: 1), pooled)
      logits = network.append(
        "fc", .generalMatrixMultiply(GeneralMatrixMultiply(transposesB: true)), flat, parameter("fc.weight", [3, 36]),
        parameter("fc.bias", [3]))
      network.outputs = [logits]
      self.network = network
    }

    func request(targets: [ValueID], gradients: [ValueID]) -> PlanRequest {
      PlanRequest(inputShapes: [[2, 2, 6, 6]], targets: targets, gradients: gradients)
    }

    func picture(seed: UInt64 = 9) -> Tensor {
      var numbers = Numbers(seed: seed)
      return Tensor([2, 2, 6, 6], numbers.uniform([2, 2, 6, 6]).map { Float($0) })
    }
  }

  private let net = SmallNet()

  @Test func gradientsOfANetworkEqualFiniteDifferences() throws {
    let plan = try ReferenceDifferentiator<Double>(net.network).referencePlan(
      net.request(targets: [net.logits], gradients: [net.input]))
    var numbers = Numbers(seed: 1)
    var x = numbers.uniform([2, 2, 6, 6])
    let cotangent = numbers.uniform([2, 3])
    _ = try plan.activations(for: [x])
    let gradient = try plan.gradients(for: [cotangent])[0]
    for place in stride(from: 0, to: x.count, by: 5) {
      let middle = x[place]
      x[place] = middle + 1e-6
      let above = inner(try plan.activations(for: [x])[0], cotangent)
      x[place] = middle - 1e-6
      let below = inner(try plan.activations(for: [x])[0], cotangent)
      x[place] = middle
      let difference = (above - below) / 2e-6
      #expect(abs(gradient[place] - difference) <= 1e-5 + 1e-3 * abs(difference))
    }
  }

  @Test func singlePrecisionAgreesWithDouble() throws {
    let request = net.request(targets: [net.logits], gradients: [net.input, net.pooled])
    let cotangent = Tensor([2, 3], [1, -2, 0.5, 0.25, 1, -1])
    let single = try ReferenceDifferentiator<Float>(net.network).plan(request)
    let double = try ReferenceDifferentiator<Double>(net.network).plan(request)
    let picture = net.picture()
    let activations = (try single.forward([picture]), try double.forward([picture]))
    let gradients = (try single.backward([cotangent]), try double.backward([cotangent]))
    for (a, b) in zip(activations.0 + gradients.0, activations.1 + gradients.1) {
      #expect(a.shape == b.shape && discrepancy(a.scalars, b.scalars.map { Double($0) }) < 1e-5)
    }
    #expect(gradients.0.map(\.shape) == [[2, 2, 6, 6], [2, 4, 3, 3]])
  }

  @Test func simplificationChangesNoGradient() throws {
    let request = net.request(targets: [net.logits], gradients: [net.input, net.convolved])
    let plain = try ReferenceDifferentiator<Double>(net.network).plan(request)
    let simplified = try ReferenceDifferentiator<Double>(net.network, simplifies: true).plan(request)
    let (picture, cotangent) = (net.picture(), Tensor([2, 3], repeating: 1))
    for (a, b) in zip(try plain.forward([picture]), try simplified.forward([picture])) {
      #expect(discrepancy(a.scalars, b.scalars.map { Double($0) }) < 1e-5)
    }
    for (a, b) in zip(try plain.backward([cotangent]), try simplified.backward([cotangent])) {
      #expect(discrepancy(a.scalars, b.scalars.map { Double($0) }) < 1e-5)
    }
  }

  @Test func backwardRepeatsAfterOneForward() throws {
    let plan = try ReferenceDifferentiator<Float>(net.network).plan(
      net.request(targets: [net.logits], gradients: [net.input]))
    let cotangents = [Tensor([2, 3], [1, 0, 0, 0, 0, 0]), Tensor([2, 3], [0, 0, 2, 0, -1, 0])]
    _ = try plan.forward([net.picture()])
    let first = try cotangents.map { try plan.backward([$0])[0] }
    let again = try cotangents.map { try plan.backward([$0])[0] }
    #expect(first == again && first[0] != first[1])
  }

  @Test func cotangentsOfSeveralTargetsAddUp() throws {
    let differentiator = ReferenceDifferentiator<Double>(net.network)
    func gradient(_ targets: [ValueID], _ cotangents: [Tensor]) throws -> [Double] {
      let plan = try differentiator.plan(net.request(targets: targets, gradients: [net.input]))
      _ = try plan.forward([net.picture()])
      return try plan.backward(cotangents)[0].scalars.map { Double($0) }
    }
    let (a, b) = (Tensor([2, 3], repeating: 1), Tensor([2, 4, 6, 6], repeating: 0.5))
    let (left, right) = (try gradient([net.logits], [a]), try gradient([net.normalized], [b]))
    let sum = zip(left, right).map { $0 + $1 }
    #expect(discrepancy(try gradient([net.logits, net.normalized], [a, b]), sum) < 1e-6)
    #expect(discrepancy(try gradient([net.logits, net.logits], [a, a]), left.map { $0 * 2 }) < 1e-6)
  }

  @Test func aTargetsOwnGradientIsItsCotangent() throws {
    let plan = try ReferenceDifferentiator<Float>(net.network).plan(
      net.request(targets: [net.pooled], gradients: [net.pooled]))
    _ = try plan.forward([net.picture()])
    let cotangent = net.picture(seed: 2).reshaped(to: [2, 2, 36]).slice(axis: 2, 0..<18).reshaped(to: [2, 4, 3, 3])
    #expect(try plan.backward([cotangent]) == [cotangent])
  }

  @Test func weightsHaveGradientsToo() throws {
    let weight = try #require(net.network.nodes.first?.inputs[1])
    let plan = try ReferenceDifferentiator<Double>(net.network).referencePlan(
      net.request(targets: [net.convolved], gradients: [weight]))
    let picture = net.picture().scalars.map { Double($0) }
    let output = try plan.activations(for: [picture])[0]
    let gradient = try plan.gradients(for: [output])[0]
    // Linear in weight and bias: ⟨y, y − b⟩ = ⟨w, ∂⟨y, ·⟩/∂w⟩.
    let bias = try #require(net.network.nodes.first?.inputs[2].flatMap { net.network.constants[$0]?.tensor?.scalars })
    let unbiased = output.enumerated().map { $1 - Double(bias[$0 / 36 % 4]) }
    let weights = try #require(net.network.constants[weight]?.tensor?.scalars.map { Double($0) })
    #expect(abs(inner(weights, gradient) - inner(output, unbiased)) < 1e-8 * inner(output, output))
  }

  @Test func forwardOnlyPlansRun() throws {
    let plan = try ReferenceDifferentiator<Float>(net.network).plan(net.request(targets: [net.logits], gradients: []))
    #expect(try plan.forward([net.picture()])[0].shape == [2, 3])
    #expect(try plan.backward([Tensor([2, 3])]).isEmpty)
  }

  @Test func misuseIsRefused() throws {
    let differentiator = ReferenceDifferentiator<Float>(net.network)
    #expect(throws: EngineError.unreachable(value: "fc")) {
      try differentiator.plan(net.request(targets: [net.pooled], gradients: [net.logits]))
    }
    let plan = try differentiator.plan(net.request(targets: [net.logits], gradients: [net.input]))
    #expect(throws: EngineError.noForwardPass) { try plan.backward([Tensor([2, 3])]) }
    #expect(throws: EngineError.wrongInputShape(expected: [2, 2, 6, 6], found: [1, 2, 6, 6])) {
      try plan.forward([Tensor([1, 2, 6, 6])])
    }
    #expect(throws: EngineError.wrongInputCount(expected: 1, found: 0)) { try plan.forward([]) }
  }
}
