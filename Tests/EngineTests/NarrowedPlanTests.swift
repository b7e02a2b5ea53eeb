import GinghamArchitectures
import GinghamDifferentiation
import GinghamEngine
import GinghamNetworks
import GinghamReferenceEngine
import GinghamTensors
import Testing

/// Plans for an objective that reads a few channels agree with the whole network in double precision.
@Suite struct NarrowedPlanTests {
  private func expectAgreement(
    _ network: Network, _ shape: Shape, _ objective: any Objective, gradientsAt: [String]? = nil,
    rules: BackwardRules = BackwardRules(), sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let fast = try ObjectivePass(
      objective, of: FastDifferentiator(network: network, threads: 2), inputShapes: [shape], gradientsAt: gradientsAt,
      rules: rules, wholeActivations: false)
    let exact = try ObjectivePass(
      objective, of: ReferenceDifferentiator<Double>(network), inputShapes: [shape], gradientsAt: gradientsAt,
      rules: rules)
    let input = noise(shape, seed: 5)
    let (found, expected) = (try fast.valuesAndGradients(input), try exact.valuesAndGradients(input))
    let values = (Tensor([found.values.count], found.values), Tensor([expected.values.count], expected.values))
    #expect(relativeError(values.0, values.1) < 1e-5, sourceLocation: sourceLocation)
    for (gradient, wanted) in zip(found.gradients, expected.gradients) {
      #expect(relativeError(gradient, wanted) < 1e-4, sourceLocation: sourceLocation)
    }
  }

  /// Two branches behind a stem: `left` of 40 channels and `right` of 24, joined as `joined`.
  private func branches() -> (chain: Chain, left: ValueID, right: ValueID) {
    var chain = Chain([2, 3, 12, 12])
    chain.convolve(3, 16, Window(3, padding: 1))
    let stem = chain.append(.pointwise(.relu))
    chain.convolve(16, 40, Window(1))
    let left = chain.append(.pointwise(.relu))
    chain.convolve(16, 24, Window(3, padding: 1), reading: stem)
    let right = chain.append(.pointwise(.relu))
    chain.append(.concatenate(axis: 1), right, reading: left)
    return (chain, left, right)
  }

  private func channel(_ chain: Chain, _ channel: Int) -> ChannelObjective {
    ChannelObjective(layer: chain.network.name(of: chain.last), channel: channel)
  }

  @Test(arguments: [0, 17, 39, 40, 63]) func oneChannelOfAConcatenation(_ index: Int) throws {
    let chain = branches().chain
    try expectAgreement(chain.network, [2, 3, 12, 12], channel(chain, index))
  }

  @Test func channelsOnBothSidesOfASeam() throws {
    let chain = branches().chain
    let sum = WeightedSum([(1, channel(chain, 39)), (-2, channel(chain, 40))])
    try expectAgreement(chain.network, [1, 3, 12, 12], sum)
  }

  @Test func aBranchThatSomethingElseReads() throws {
    var (chain, left, _) = branches()
    let joined = chain.last
    chain.convolve(40, 8, Window(1), reading: left)
    let sum = WeightedSum([
      (1, ChannelObjective(layer: chain.network.name(of: joined), channel: 20)), (1, channel(chain, 3)),
    ])
    try expectAgreement(chain.network, [1, 3, 12, 12], sum)
  }

  @Test func channelsThroughPoolingAndDepthwiseConvolution() throws {
    var chain = Chain([1, 3, 12, 12])
    chain.convolve(3, 48, Window(3, padding: 1))
    chain.append(.pointwise(.clip(minimum: 0, maximum: 2)))
    chain.append(.maxPool(MaxPool(Window(2, stride: 2))))
    chain.convolve(48, 48, Window(3, padding: 1), groups: 48)
    chain.append(.averagePool(AveragePool(Window(2, stride: 1), countsPadding: false)))
    try expectAgreement(chain.network, [1, 3, 12, 12], channel(chain, 33))
    try expectAgreement(
      chain.network, [1, 3, 12, 12],
      NeuronObjective(layer: chain.network.name(of: chain.last), channel: 47, position: (1, 2)))
  }

  @Test func oneRowOfADenseLayer() throws {
    for transposed in [true, false] {
      var chain = Chain([2, 3, 8, 8])
      chain.convolve(3, 16, Window(3, padding: 1))
      chain.append(.reduce(Reduction(.mean, axes: .spatial)))
      chain.append(.flatten(axis: 1))
      chain.append(
        .generalMatrixMultiply(GeneralMatrixMultiply(transposesB: transposed)),
        chain.weight(transposed ? [50, 16] : [16, 50]), chain.weight([50]))
      try expectAgreement(chain.network, [2, 3, 8, 8], channel(chain, 49))
    }
  }

  @Test func oneLogitBehindAGlobalAverage() throws {
    let network = try Architectures.network(parsing: "random:squeezenet1_1")
    try expectAgreement(network, [1, 3, 64, 64], ClassObjective(.index(281)))
    try expectAgreement(network, [1, 3, 64, 64], ClassObjective(.top))
  }

  @Test func twoNamesOfOneLayer() throws {
    var network = branches().chain.network
    network.outputs = [network.nodes[network.nodes.count - 1].outputs[0]]
    let name = network.name(of: network.outputs[0])
    let sum = WeightedSum([
      (1, ChannelObjective(layer: name, channel: 3)), (1, ChannelObjective(layer: "output", channel: 60)),
    ])
    try expectAgreement(network, [1, 3, 12, 12], sum)
  }

  /// A gradient that is wanted in a branch the channel does not come from is zero, and not an error.
  @Test func gradientsInOtherBranches() throws {
    let (chain, _, right) = branches()
    try expectAgreement(
      chain.network, [1, 3, 12, 12], channel(chain, 5), gradientsAt: ["x", chain.network.name(of: right)])
  }

  @Test func surrogateRulesStay() throws {
    let (chain, left, _) = branches()
    for relu in [BackwardRules.ReLU.guided, .redirected] {
      try expectAgreement(
        chain.network, [2, 3, 12, 12], channel(chain, 5),
        rules: BackwardRules(relu: relu, smoothing: [left: [0.25, 0.5, 0.25]]))
    }
  }

  @Test func aChannelOutsideTheLayerIsStillRefused() throws {
    let chain = branches().chain
    for index in [-1, 64, Int.max] {
      let pass = try ObjectivePass(
        channel(chain, index), of: FastDifferentiator(network: chain.network, threads: 1),
        inputShapes: [[1, 3, 12, 12]], wholeActivations: false)
      #expect(throws: ObjectiveError.self) { try pass.valuesAndGradients(noise([1, 3, 12, 12], seed: 1)) }
    }
  }
}
