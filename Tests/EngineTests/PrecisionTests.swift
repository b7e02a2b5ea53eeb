import GinghamArchitectures
import GinghamDifferentiation
import GinghamEngine
import GinghamNetworks
import GinghamReferenceEngine
import GinghamTensors
import Testing

/// Products in bfloat16: what is rounded, where, and that emulation and instructions round alike.
@Suite struct PrecisionTests {
  /// Emulation everywhere; the instructions where this CPU has them.
  static let ways: [Bool] = {
    let network = Chain([1, 1, 2, 2]).network
    let hasInstructions = (try? FastDifferentiator(network: network, threads: 1, precision: .bf16)) != nil
    return hasInstructions ? [true, false] : [true]
  }()

  /// To nearest, ties to even, by the definition: eight significant bits.
  static func rounded(_ value: Float) -> Float {
    guard value != 0, value.isFinite else { return value }
    let unit = Float(sign: .plus, exponent: value.exponent - 7, significand: 1)
    return (value / unit).rounded(.toNearestOrEven) * unit
  }

  static func rounded(_ tensor: Tensor) -> Tensor { tensor.map(rounded) }

  /// The same network with the weights of its products, not their biases, rounded.
  static func withRoundedWeights(_ network: Network) -> Network {
    var result = network
    for node in network.nodes {
      guard node.inputs.count > 1, let weights = node.inputs[1], let tensor = network.constants[weights]?.tensor else {
        continue
      }
      result.constants[weights] = .float(rounded(tensor))
    }
    return result
  }

  static func run(
    _ differentiator: any Differentiator, _ chain: Chain, _ input: Tensor, _ cotangent: Tensor
  ) throws -> (value: Tensor, gradient: Tensor) {
    let plan = try differentiator.plan(
      PlanRequest(inputShapes: [input.shape], targets: [chain.last], gradients: [chain.input]))
    return (try plan.forward([input])[0], try plan.backward([cotangent])[0])
  }

  /// One product: operands rounded forward and backward, nothing else.
  private func expectRoundedOperands(
    _ chain: Chain, _ shape: Shape, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let exact = ReferenceDifferentiator<Double>(Self.withRoundedWeights(chain.network))
    let target = try exact.plan(
      PlanRequest(inputShapes: [shape], targets: [chain.last], gradients: [chain.input])
    ).targetShapes[0]
    let (input, cotangent) = (noise(shape, seed: 77), noise(target, seed: 99))
    let expected = try Self.run(exact, chain, Self.rounded(input), Self.rounded(cotangent))
    for emulates in Self.ways {
      let engine = try FastDifferentiator(
        network: chain.network, threads: 2, precision: .bf16, emulates: emulates)
      let found = try Self.run(engine, chain, input, cotangent)
      #expect(
        relativeError(found.value, expected.value) < 2e-6, "emulated: \(emulates)", sourceLocation: sourceLocation)
      #expect(
        relativeError(found.gradient, expected.gradient) < 2e-6, "emulated: \(emulates)",
        sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: OperatorTests.convolutions.filter { $0.groups == 1 })
  func convolutions(_ item: OperatorTests.ConvolutionCase) throws {
    var chain = Chain(item.shape)
    chain.convolve(item.shape[1], item.outputs, item.window)
    try expectRoundedOperands(chain, item.shape)
  }

  @Test func transposedConvolutions() throws {
    for (stride, kernel, padding) in [(2, 4, 1), (2, 3, 0), (1, 3, 1), (3, 5, 2)] {
      let shape: Shape = [1, 32, 7, 6]
      var chain = Chain(shape)
      chain.append(
        .transposedConvolution(
          TransposedConvolution(Window(kernel, stride: stride, padding: padding))),
        chain.weight([32, 17, kernel, kernel]), chain.weight([17]))
      try expectRoundedOperands(chain, shape)
    }
  }

  @Test func productsOfManyRows() throws {
    let shape: Shape = [1, 37, 50]
    var chain = Chain(shape)
    chain.append(
      .generalMatrixMultiply(GeneralMatrixMultiply(transposesB: true)), chain.weight([33, 50]), chain.weight([33]))
    try expectRoundedOperands(chain, shape)
  }

  /// Bound by reading the matrix: only that is rounded.
  @Test func productsOfOneRow() throws {
    let shape: Shape = [1, 50]
    for isTransposed in [true, false] {
      var chain = Chain(shape)
      chain.append(
        .generalMatrixMultiply(GeneralMatrixMultiply(transposesB: isTransposed)),
        chain.weight(isTransposed ? [35, 50] : [50, 35]), chain.weight([35]))
      let (input, cotangent) = (noise(shape, seed: 7), noise([1, 35], seed: 9))
      let expected = try Self.run(
        ReferenceDifferentiator<Double>(Self.withRoundedWeights(chain.network)), chain, input, cotangent)
      for emulates in Self.ways {
        let engine = try FastDifferentiator(network: chain.network, threads: 2, precision: .bf16, emulates: emulates)
        let found = try Self.run(engine, chain, input, cotangent)
        #expect(relativeError(found.value, expected.value) < 2e-6)
        #expect(relativeError(found.gradient, expected.gradient) < 2e-6)
      }
    }
  }

  // MARK: Whole numbers, whose sums are exact in any order

  /// Mostly zeros, so that sums stay below 2²⁴.
  static func signs(_ shape: Shape, seed: UInt64) -> Tensor {
    noise(shape, seed: seed).map { abs($0) > 0.88 ? ($0 > 0 ? 1 : -1) : 0 }
  }

  /// A residual net with everything that products may be read through: pools, joins, strides, more than one reader.
  private func wholeNumberNet(_ shape: Shape) -> Chain {
    var chain = Chain(shape)
    var seed: UInt64 = 400
    func convolve(_ inputs: Int, _ outputs: Int, _ window: Window, reading: ValueID? = nil) -> ValueID {
      seed += 2
      let weights = chain.network.addConstant(
        "w\(seed)", .float(Self.signs(Shape([outputs, inputs] + window.kernel), seed: seed)))
      let bias = chain.network.addConstant(
        "b\(seed)", .float(noise([outputs], seed: seed + 1).map { ($0 * 3).rounded() }))
      return chain.append(.convolution(Convolution(window)), weights, bias, reading: reading)
    }
    _ = convolve(3, 32, Window(3, stride: 2, padding: 1))
    chain.append(.pointwise(.relu))
    let pooled = chain.append(.maxPool(MaxPool(Window(3, stride: 2, padding: 1))))
    _ = convolve(32, 16, Window(1), reading: pooled)
    let left = chain.append(.pointwise(.relu))
    _ = convolve(32, 24, Window(3, padding: 1), reading: pooled)
    let right = chain.append(.pointwise(.clip(minimum: 0, maximum: 300)))
    let joined = chain.append(.concatenate(axis: 1), right, reading: left)
    _ = convolve(40, 32, Window(3, stride: 2, padding: 1), reading: joined)
    chain.append(.pointwise(.relu))
    let long = convolve(32, 48, Window(1))
    let short = convolve(40, 48, Window(1, stride: 2), reading: joined)
    chain.append(.elementwise(.add), short, reading: long)
    let block = chain.append(.pointwise(.relu))
    let more = convolve(48, 48, Window(3, padding: 1), reading: block)
    chain.append(.elementwise(.add), block, reading: more)
    chain.append(.pointwise(.relu))
    seed += 1
    let up = chain.network.addConstant("up", .float(Self.signs([48, 5, 4, 4], seed: seed)))
    chain.append(.transposedConvolution(TransposedConvolution(Window(4, stride: 2, padding: 1))), up, nil)
    return chain
  }

  @Test(.enabled(if: ways.count > 1, "this CPU does not multiply bfloat16"), arguments: [1, 3])
  func instructionsAndEmulationGiveTheSameBits(pictures: Int) throws {
    let shape: Shape = [pictures, 3, 29, 38]
    let chain = wholeNumberNet(shape)
    let input = noise(shape, seed: 5).map { ($0 * 4).rounded() }
    var results: [(value: Tensor, gradient: Tensor)] = []
    for emulates in Self.ways {
      let engine = try FastDifferentiator(network: chain.network, threads: 2, precision: .bf16, emulates: emulates)
      let plan = try engine.plan(PlanRequest(inputShapes: [shape], targets: [chain.last], gradients: [chain.input]))
      let cotangent = Self.signs(plan.targetShapes[0], seed: 3)
      results.append(try Self.run(engine, chain, input, cotangent))
    }
    #expect(results[0].value.scalars == results[1].value.scalars)
    #expect(results[0].gradient.scalars == results[1].gradient.scalars)
    let largest = try #require(results[0].value.scalars.map(abs).max())
    // Numbers of more than eight bits occur, or nothing would have been rounded; exact sums end at 2²⁴.
    #expect(largest > 512 && largest < 16_777_216)
    let whole = try Self.run(
      FastDifferentiator(network: chain.network, threads: 2), chain, input,
      Self.signs(results[0].value.shape, seed: 3))
    #expect(results[0].value.scalars != whole.value.scalars)
  }

  /// Two layers by hand, each by the reference engine: rounded between them forward and backward, the rectifier exact.
  @Test func whatLiesBetweenProductsIsNotRounded() throws {
    let shape: Shape = [1, 16, 9, 10]
    let windows = [Window(3, padding: 1), Window(3, stride: 2, padding: 1)]
    let weights = [Self.signs([32, 16, 3, 3], seed: 21), Self.signs([24, 32, 3, 3], seed: 22)]
    let input = noise(shape, seed: 5).map { ($0 * 900).rounded() }

    func layer(_ index: Int, _ shape: Shape) -> Chain {
      var chain = Chain(shape)
      let constant = chain.network.addConstant("w", .float(weights[index]))
      chain.append(.convolution(Convolution(windows[index])), constant, nil)
      return chain
    }
    func by(_ chain: Chain, _ input: Tensor, _ cotangent: (Shape) -> Tensor) throws -> (Tensor, Tensor) {
      let plan = try ReferenceDifferentiator<Double>(chain.network).plan(
        PlanRequest(inputShapes: [input.shape], targets: [chain.last], gradients: [chain.input]))
      let value = try plan.forward([input])[0]
      return (value, try plan.backward([cotangent(value.shape)])[0])
    }
    let first = layer(0, shape)
    let between = try by(first, Self.rounded(input)) { Tensor($0) }.0
    let rectified = between.map { max($0, 0) }
    let second = layer(1, rectified.shape)
    let (value, sent) = try by(second, Self.rounded(rectified)) { Self.rounded(Self.signs($0, seed: 3)) }
    let masked = Tensor(sent.shape, zip(sent.scalars, between.scalars).map { $1 > 0 ? $0 : 0 })
    let gradient = try by(first, Self.rounded(input)) { _ in Self.rounded(masked) }.1

    var whole = layer(0, shape)
    whole.append(.pointwise(.relu))
    let constant = whole.network.addConstant("second", .float(weights[1]))
    whole.append(.convolution(Convolution(windows[1])), constant, nil)
    for emulates in Self.ways {
      let engine = try FastDifferentiator(network: whole.network, threads: 2, precision: .bf16, emulates: emulates)
      let found = try Self.run(engine, whole, input, Self.signs(value.shape, seed: 3))
      #expect(found.value.scalars == value.scalars, "emulated: \(emulates)")
      #expect(found.gradient.scalars == gradient.scalars, "emulated: \(emulates)")
    }
  }

  // MARK: Nets

  /// Rounding moves gradients a little and turns none of them round; the same bytes at every run.
  @Test(arguments: ["squeezenet1_1", "resnet18", "mobilenet_v2", "vit_tiny_patch16_224", "dcgan_generator"])
  func netsKeepTheirGradients(_ name: String) throws {
    let network = try Architectures.network(parsing: "random:\(name)")
    let shape = name == "dcgan_generator" ? Shape([1, 100, 1, 1]) : Shape([1, 3, 224, 224])
    let request = PlanRequest(inputShapes: [shape], targets: [network.outputs[0]], gradients: [network.inputs[0].value])
    let input = noise(shape, seed: 11).map { 0.5 + 0.25 * $0 }
    func gradient(_ precision: Precision, emulates: Bool = false) throws -> Tensor {
      let plan = try FastDifferentiator(network: network, threads: 2, precision: precision, emulates: emulates)
        .plan(request)
      _ = try plan.forward([input])
      return try plan.backward([noise(plan.targetShapes[0], seed: 12)])[0]
    }
    let whole = try gradient(.float32)
    for emulates in Self.ways {
      let found = try gradient(.bf16, emulates: emulates)
      var (product, squares, others) = (0.0, 0.0, 0.0)
      for (a, b) in zip(found.scalars, whole.scalars) {
        product += Double(a) * Double(b)
        squares += Double(a) * Double(a)
        others += Double(b) * Double(b)
      }
      // Many thin layers in a row with weights that nobody trained turn rounding into the most.
      let least = name == "mobilenet_v2" ? 0.7 : 0.9
      #expect(product / (squares * others).squareRoot() > least, "emulated: \(emulates)")
      #expect(found.scalars != whole.scalars)
      #expect(try gradient(.bf16, emulates: emulates).scalars == found.scalars)
    }
  }
}
