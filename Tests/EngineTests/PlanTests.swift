import GinghamArchitectures
import GinghamDifferentiation
import GinghamEngine
import GinghamNetworks
import GinghamTensors
import Testing

/// What a plan promises beyond right numbers.
@Suite struct PlanTests {
  private let shape: Shape = [2, 3, 32, 32]

  private func network() throws -> Network { try Architectures.network(parsing: "random:squeezenet1_1") }

  private func plan(
    _ network: Network, _ shape: Shape, targets: [ValueID]? = nil, gradients: [ValueID]? = nil
  ) throws -> any GradientPlan {
    try FastDifferentiator(network: network, threads: 2).plan(
      PlanRequest(
        inputShapes: [shape], targets: targets ?? network.outputs, gradients: gradients ?? [network.inputs[0].value]))
  }

  @Test func equalInputsGiveEqualBytesInEveryPlan() throws {
    let network = try network()
    let input = noise(shape, seed: 3)
    let (first, second) = (try plan(network, shape), try plan(network, shape))
    let cotangent = noise(first.targetShapes[0], seed: 4)
    let activations = try first.forward([input])
    let gradients = try first.backward([cotangent])
    _ = try first.forward([noise(shape, seed: 5)])
    _ = try first.backward([cotangent])
    #expect(try first.forward([input]) == activations)
    #expect(try first.backward([cotangent]) == gradients)
    #expect(try second.forward([input]) == activations)
    #expect(try second.backward([cotangent]) == gradients)
  }

  @Test func backwardRunsAnyNumberOfTimesAfterOneForward() throws {
    let network = try network()
    let plan = try plan(network, shape)
    _ = try plan.forward([noise(shape, seed: 3)])
    let cotangents = (0..<2).map { noise(plan.targetShapes[0], seed: $0 + 10) }
    let first = try plan.backward([cotangents[0]])
    let second = try plan.backward([cotangents[1]])
    #expect(try plan.backward([cotangents[0]]) == first)
    #expect(first != second)
  }

  @Test func aBatchEqualsItsPicturesOneByOne() throws {
    let network = try network()
    let (batched, single) = (try plan(network, shape), try plan(network, [1, 3, 32, 32]))
    let input = noise(shape, seed: 3)
    let activations = try batched.forward([input])[0]
    let cotangent = noise(batched.targetShapes[0], seed: 4)
    let gradient = try batched.backward([cotangent])[0]
    for picture in 0..<2 {
      #expect(try single.forward([input.sample(picture)])[0] == activations.sample(picture))
      #expect(try single.backward([cotangent.sample(picture)])[0] == gradient.sample(picture))
    }
  }

  @Test func aBatchThatMixesPicturesIsNotTakenApart() throws {
    let shape: Shape = [3, 16, 5, 5]
    var chain = Chain(shape)
    let value = chain.convolve(16, 16, Window(3, padding: 1))
    let mean = chain.append(.reduce(Reduction(.mean, axes: .listed([0]))))
    chain.append(.elementwise(.subtract), mean, reading: value)
    try chain.expectAgreement(shape)
  }

  /// Behind a rectifier, the largest element of a window tells whether the gradient passes.
  @Test func rectifiersInFrontOfMaxima() throws {
    let shape: Shape = [2, 3, 17, 17]
    for function in [Pointwise.relu, .clip(minimum: 0, maximum: 1)] {
      for channels in [16, 20] {
        var chain = Chain(shape)
        chain.convolve(3, channels, Window(3, padding: 1))
        let rectified = chain.append(.pointwise(function))
        chain.append(.maxPool(MaxPool(Window(3, stride: 2, padding: 1))))
        let pooled = chain.append(.maxPool(MaxPool(Window(2, stride: 2))))
        try chain.expectAgreement(shape)
        chain.convolve(channels, 16, Window(1))
        for gradients in [[chain.input], [chain.input, rectified], [chain.input, pooled]] {
          try expectAgreement(chain.network, shape, targets: [chain.last], gradients: gradients)
        }
        try expectAgreement(chain.network, shape, targets: [pooled, chain.last], gradients: [chain.input])
      }
    }
  }

  /// A maximum that only the reference kernels compute takes no mask over.
  @Test func rectifiersInFrontOfDilatedMaxima() throws {
    let shape: Shape = [1, 3, 11, 11]
    var chain = Chain(shape)
    chain.convolve(3, 16, Window(3, padding: 1))
    chain.append(.pointwise(.relu))
    chain.append(.maxPool(MaxPool(Window(2, dilation: 2))))
    try chain.expectAgreement(shape)
  }

  @Test func severalTargetsAndInnerGradients() throws {
    let network = try Architectures.network(parsing: "random:googlenet")
    let layers = network.nodes.filter { node in
      if case .concatenate = node.operation { true } else { false }
    }
    let (inner, deep) = (layers[0].outputs[0], layers[2].outputs[0])
    try expectAgreement(
      network, [1, 3, 48, 48], targets: [deep, layers[1].outputs[0]],
      gradients: [network.inputs[0].value, inner], within: 1e-4)
  }

  @Test func surrogateRules() throws {
    let shape: Shape = [1, 3, 12, 12]
    for relu in [BackwardRules.ReLU.guided, .deconvolution, .redirected] {
      var chain = Chain(shape)
      let first = chain.convolve(3, 16, Window(3, padding: 1))
      chain.append(.pointwise(.relu))
      chain.convolve(16, 16, Window(3, stride: 2, padding: 1))
      chain.append(.pointwise(.clip(minimum: 0, maximum: 2)))
      for smoothing in [[:], [first: [0.25, 0.5, 0.25] as [Float]]] {
        try expectAgreement(
          chain.network, shape, targets: [chain.last], gradients: [chain.input],
          rules: BackwardRules(relu: relu, smoothing: smoothing))
      }
    }
  }

  @Test func mistakesAreRefused() throws {
    let network = try network()
    let plan = try plan(network, shape)
    #expect(throws: EngineError.noForwardPass) { try plan.backward([noise(plan.targetShapes[0], seed: 1)]) }
    #expect(throws: EngineError.wrongInputCount(expected: 1, found: 0)) { try plan.forward([]) }
    #expect(throws: EngineError.wrongInputShape(expected: shape, found: [1, 3, 32, 32])) {
      try plan.forward([noise([1, 3, 32, 32], seed: 1)])
    }
    let (early, late) = (network.nodes[1].outputs[0], network.nodes[8].outputs[0])
    #expect(throws: EngineError.unreachable(value: network.name(of: late))) {
      try self.plan(network, shape, targets: [early], gradients: [late])
    }
  }

  /// Below the smallest normal number a pass counts in zeros, and the caller's own arithmetic goes on as before.
  @Test func subnormalNumbersCountAsZeroWithinAPass() throws {
    var chain = Chain([1, 16, 4, 4])
    chain.append(
      .convolution(Convolution(Window(1))), chain.weight([16, 16, 1, 1], scale: 1e-20))
    let plan = try plan(chain.network, [1, 16, 4, 4], targets: [chain.last])
    _ = try plan.forward([noise([1, 16, 4, 4], seed: 1)])
    let gradient = try plan.backward([noise([1, 16, 4, 4], seed: 2).map { $0 * 1e-20 }])[0]
    #expect(gradient.scalars.allSatisfy { $0 == 0 })
    let tiny = noise([8], seed: 3).map { $0 * 1e-20 }
    #expect(tiny.map { $0 * 1e-20 }.scalars.contains { $0 != 0 })
  }

  @Test func aNonFinitePixelSpoilsOnlyItsOwnPicture() throws {
    let network = try network()
    let plan = try plan(network, shape, targets: [network.nodes[1].outputs[0]])
    var input = noise(shape, seed: 3)
    input[0, 0, 16, 16] = .nan
    let result = try plan.forward([input])[0]
    #expect(!result.sample(0).isFinite)
    #expect(result.sample(1).isFinite)
  }

  @Test func stepsWriteIntoTheTensorsTheyAreGiven() throws {
    let network = try network()
    let plan = try plan(network, shape)
    var (activations, gradients): ([Tensor], [Tensor]) = ([], [])
    let input = noise(shape, seed: 3)
    let cotangent = noise(plan.targetShapes[0], seed: 4)
    func addresses() throws -> [UnsafePointer<Float>?] {
      try plan.forward([input], into: &activations)
      try plan.backward([cotangent], into: &gradients)
      return (activations + gradients).map { $0.withUnsafeBufferPointer { $0.baseAddress } }
    }
    let first = try addresses()
    #expect(try addresses() == first)
  }
}
