import Foundation
import GinghamNetworks
import GinghamTensors
import Testing

@testable import GinghamModelFormats

/// Every operation is written so that reading it gives the same one.
@Suite struct WritingTests {
  struct Case: Sendable, CustomStringConvertible {
    var name: String
    var operation: GinghamNetworks.Operation
    /// Further inputs: weights of these shapes, or integers.
    var weights: [Shape] = []
    var integers: [[Int]] = []
    var shape: Shape = [1, 4, 6, 8]
    var outputs = 1
    var description: String { name }

    init(
      _ name: String, _ operation: GinghamNetworks.Operation, weights: [Shape] = [], integers: [[Int]] = [],
      shape: Shape = [1, 4, 6, 8], outputs: Int = 1
    ) {
      self.name = name
      self.operation = operation
      self.weights = weights
      self.integers = integers
      self.shape = shape
      self.outputs = outputs
    }

    var network: Network {
      var network = Network(name: "single")
      let x = network.addInput("x", shape: shape.dimensions.map { $0 })
      var inputs: [ValueID?] = [x]
      for (index, weight) in weights.enumerated() {
        let values = (0..<weight.elementCount).map { Float($0 % 7) / 4 + 0.5 }
        inputs.append(network.addConstant("w\(index)", .float(Tensor(weight, values))))
      }
      for (index, list) in integers.enumerated() {
        inputs.append(network.addConstant("i\(index)", .integer(IntegerArray([list.count], list))))
      }
      let values = (0..<outputs).map { network.makeValue(named: "y\($0)") }
      network.nodes.append(Node(name: "layer.7", operation: operation, inputs: inputs, outputs: values))
      network.outputs = values
      return network
    }
  }

  private static let pads = Padding.explicit(before: [1, 0], after: [2, 1])
  private static let window = Window(kernel: [3, 2], strides: [2, 1], dilations: [1, 2], padding: pads)

  static let cases: [Case] =
    windows + pointwise + elementwise + normalizations + reductions + rearrangements + resizes

  static let windows = [
    Case("convolution", .convolution(Convolution(window, groups: 2)), weights: [[6, 2, 3, 2], [6]]),
    Case(
      "same", .convolution(Convolution(Window(kernel: [3, 3], strides: [2, 2], padding: .sameLower))),
      weights: [[6, 4, 3, 3]]),
    Case(
      "transposed",
      .transposedConvolution(TransposedConvolution(window, groups: 2, outputPadding: [1, 0])), weights: [[4, 3, 3, 2]]),
    Case(
      "output size",
      .transposedConvolution(TransposedConvolution(Window(3, stride: 2), outputSize: [12, 17])),
      weights: [[4, 3, 3, 3]]),
    Case(
      "max pool",
      .maxPool(MaxPool(Window(kernel: [3, 2], strides: [2, 2], dilations: [1, 2], padding: pads, ceilMode: true)))),
    Case("average pool", .averagePool(AveragePool(Window(3, stride: 2, padding: 1), countsPadding: true))),
    Case("dilated average", .averagePool(AveragePool(Window(2, stride: 1, dilation: 2), countsPadding: false))),
  ]

  static let pointwise: [Case] = [
    Pointwise.relu, .leakyReLU(slope: 0.3), .clip(minimum: 0, maximum: 6), .clip(minimum: -.infinity, maximum: 1),
    .clip(minimum: -2, maximum: .infinity), .sigmoid, .tanh, .hardSwish, .hardSigmoid(alpha: 0.25, beta: 0.4),
    .gelu(approximate: false), .gelu(approximate: true), .erf, .elu(alpha: 0.7), .selu(alpha: 1.5, gamma: 1.1),
    .celu(alpha: 2), .softplus, .softsign, .mish, .thresholdedReLU(alpha: 0.5), .shrink(lambda: 0.4, bias: 0.1), .exp,
    .log, .sqrt, .reciprocal, .absolute, .negate, .sign, .ceil, .floor, .round, .sin, .cos, .tan, .asin, .acos, .atan,
    .sinh, .cosh, .asinh, .acosh, .atanh,
  ].map { Case("\($0)", .pointwise($0)) }

  static let elementwise =
    [Elementwise.add, .subtract, .multiply, .divide, .power, .minimum, .maximum, .mean, .truncatedRemainder].map {
      Case($0.rawValue, .elementwise($0), weights: [[4, 1, 1]])
    } + [
      Case("sum of three", .elementwise(.add), weights: [[4, 1, 1], [8]]),
      Case("prelu", .parametricReLU, weights: [[4, 1, 1]]),
    ]

  static let normalizations = [
    Case("batch", .batchNormalization(epsilon: 1e-3), weights: [[4], [4], [4], [4]]),
    Case("instance", .instanceNormalization(epsilon: 1e-3), weights: [[4], [4]]),
    Case("layer", .layerNormalization(axis: -1, epsilon: 1e-3), weights: [[8], [8]]),
    Case("group", .groupNormalization(groups: 2, epsilon: 1e-3), weights: [[4], [4]]),
    Case("response", .localResponseNormalization(LocalResponseNormalization(size: 3, alpha: 0.1, beta: 0.5, bias: 2))),
    Case("softmax", .softmax(Softmax(axis: 1))), Case("log softmax", .softmax(Softmax(axis: -1, isLogarithmic: true))),
    Case(
      "pixels",
      .pixelNormalization(PixelNormalization(source: [0, 1, 2, 3], scale: [1, 2, 3, 4], shift: [0, 1, 0, 1]))),
    Case(
      "caffe",
      .pixelNormalization(PixelNormalization(source: [2, 1, 0], scale: [255, 255, 255], shift: [-104, -117, -123]))),
    Case("matrix", .matrixMultiply, weights: [[8, 3]]),
    Case(
      "gemm", .generalMatrixMultiply(GeneralMatrixMultiply(alpha: 0.5, beta: 2, transposesB: true)),
      weights: [[3, 8], [3]], shape: [2, 8]),
  ]

  static let reductions =
    Reduction.Kind.allCases.flatMap { kind in
      [
        Case("\(kind) listed", .reduce(Reduction(kind, axes: .listed([1, -1]), keepsDimensions: false))),
        Case("\(kind) of all", .reduce(Reduction(kind, axes: .all))),
        Case(
          "\(kind) from input", .reduce(Reduction(kind, axes: .fromInput(emptyMeansNone: false))), weights: [],
          integers: [[2]]),
      ]
    } + [
      Case("global average", .reduce(Reduction(.mean, axes: .spatial))),
      Case("global maximum", .reduce(Reduction(.maximum, axes: .spatial))),
      Case("global sum", .reduce(Reduction(.sum, axes: .spatial, keepsDimensions: false))),
    ]

  static let rearrangements = [
    Case("concatenate", .concatenate(axis: -2), weights: [[1, 4, 3, 8]]),
    Case("split", .split(Split(axis: 1, sizes: [1, 3])), outputs: 2),
    Case("halves", .split(Split(axis: 1)), outputs: 2),
    Case("slice", .slice(Slice(starts: [1, -3], ends: [Int(Int64.max), -1], axes: [2, 3], steps: [2, 1]))),
    Case("slice by inputs", .slice(Slice()), integers: [[1], [3], [2]]),
    Case("pad", .pad(Pad(mode: .constant, before: [0, 0, 1, 2], after: [0, 1, 0, -1], value: 0.5))),
    Case("reflect", .pad(Pad(mode: .reflect, before: [0, 0, 1, 2], after: [0, 0, 0, 1]))),
    Case("edge", .pad(Pad(mode: .edge, before: [0, 0, 1, 2], after: [0, 0, 0, 1]))),
    Case("wrap", .pad(Pad(mode: .wrap, before: [0, 0, 1, 2], after: [0, 0, 0, 1]))),
    Case("transpose", .transpose(permutation: [0, 2, 3, 1])), Case("reverse", .transpose(permutation: nil)),
    Case("reshape", .reshape(Reshape(shape: [0, -1, 8]))), Case("flatten", .flatten(axis: 2)),
    Case("squeeze", .squeeze(axes: [0])), Case("squeeze all", .squeeze(axes: nil)),
    Case("unsqueeze", .unsqueeze(axes: [1, -1])), Case("gather", .gather(axis: 1), integers: [[3, 0, -1]]),
    Case("expand", .expand(shape: [2, 1, 6, 8])), Case("tile", .tile(repeats: [1, 2, 1, 3])),
    Case("depth to space", .depthToSpace(blockSize: 2, order: .depthFirst)),
    Case("pixel shuffle", .depthToSpace(blockSize: 2, order: .columnFirst)),
    Case("space to depth", .spaceToDepth(blockSize: 2)), Case("identity", .identity), Case("dropout", .dropout),
    Case("cast", .cast(.float32)),
  ]

  static let resizes = [
    Case("nearest", .resize(Resize(mode: .nearest, coordinates: .asymmetric, rounding: .floor, scales: [1, 1, 2, 3]))),
    Case("linear", .resize(Resize(mode: .linear, coordinates: .pytorchHalfPixel, sizes: [1, 4, 9, 5]))),
    Case(
      "cubic",
      .resize(
        Resize(
          mode: .cubic, coordinates: .alignCorners, cubicCoefficient: -0.5, excludesOutside: true, sizes: [1, 4, 9, 5]))
    ),
    Case("antialiased", .resize(Resize(mode: .linear, antialiases: true, axes: [2, 3], sizes: [3, 4]))),
    Case("aspect", .resize(Resize(mode: .linear, aspectPolicy: .notLarger, axes: [2, 3], sizes: [9, 9]))),
    Case("symmetric", .resize(Resize(mode: .linear, coordinates: .halfPixelSymmetric, scales: [1, 1, 1.3, 2.7]))),
    Case(
      "crop",
      .resize(
        Resize(
          mode: .linear, coordinates: .cropAndResize, extrapolationValue: 0.3, sizes: [1, 4, 5, 5],
          region: [0, 0, 0.1, 0.2, 1, 1, 0.9, 1.1]))),
  ]

  private func reread(_ network: Network) throws -> Network {
    let path = FileManager.default.temporaryDirectory.appending(path: "gingham-\(UUID().uuidString).onnx").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try ONNXModel.write(network, to: path)
    return try ONNXModel.load(path: path)
  }

  @Test(arguments: cases) func readingGivesWhatWasWritten(_ test: Case) throws {
    let network = test.network
    let (found, expected) = (try reread(network).bound(), try network.bound())
    #expect(found.nodes.map(\.name) == ["layer.7"])
    #expect(found.nodes.map(\.operation) == expected.nodes.map(\.operation))
    for (left, right) in zip(found.nodes, expected.nodes) {
      #expect(
        left.inputs.map { $0.flatMap { found.shapes[$0] } } == right.inputs.map { $0.flatMap { expected.shapes[$0] } })
      #expect(left.outputs.map(found.name) == right.outputs.map(expected.name))
      #expect(left.outputs.map { found.shapes[$0] } == right.outputs.map { expected.shapes[$0] })
    }
  }

  /// What ONNX has no operator for is composed of several; the last one bears the layer's name.
  @Test func composedOperationsEndInTheLayer() throws {
    for operation in [
      GinghamNetworks.Operation.pointwise(.silu), .cast(.float16),
      .softmax(Softmax(axis: 1, flattensBehindAxis: true)),
    ] {
      let again = try reread(Case("", operation).network)
      #expect(again.nodes.count > 1)
      #expect(again.nodes.last?.name == "layer.7")
      #expect(try again.bound().shapes[again.outputs[0]] == [1, 4, 6, 8])
    }
  }

  /// ONNX's Gemm has one axis of rows.
  @Test func denseLayersOnTokensAreComposed() throws {
    let product = GeneralMatrixMultiply(alpha: 2, beta: 3, transposesB: true)
    let weights: [Shape] = [[5, 8], [5]]
    let again = try reread(Case("", .generalMatrixMultiply(product), weights: weights).network)
    #expect(again.nodes.map(\.operation.name) == ["multiply", "transpose", "matrixMultiply", "multiply", "add"])
    #expect(again.nodes.last?.name == "layer.7")
    #expect(try again.bound().shapes[again.outputs[0]] == [1, 4, 6, 5])
  }

  @Test func shapesAsDataAreWrittenToo() throws {
    var network = Network(name: "shapes")
    let x = network.addInput("x", shape: [nil, 4, nil, nil])
    let shape = network.append("shape", .shapeOf(start: 2, end: nil), x)
    let two = network.addConstant("two", .integer(IntegerArray([1], [2])))
    let doubled = network.append("doubled", .elementwise(.multiply), shape, two)
    let front = network.append("front", .shapeOf(start: 0, end: 2), x)
    let sizes = network.append("sizes", .concatenate(axis: 0), front, doubled)
    let y = network.append("up", .resize(Resize(mode: .nearest)), inputs: [x, nil, nil, sizes])
    let isPositive = network.append(
      "positive", .elementwise(.greater), y, network.addConstant("zero", .float(Tensor([], [0]))))
    network.outputs = [network.append("choice", .select, isPositive, y, y)]
    let again = try reread(network)
    #expect(again.inputs.map(\.shape) == [[nil, 4, nil, nil]])
    #expect(try again.bound(to: ["x": [2, 4, 3, 5]]).shapes[again.outputs[0]] == [2, 4, 6, 10])
  }

  @Test func integersKeepTheirTypesAndBytes() throws {
    var network = Network(name: "integers")
    let x = network.addInput("x", shape: [3])
    for (type, values) in [
      (ElementType.int64, [-1, 0, 1 << 40]), (.int32, [-7, 2, 3]), (.uint8, [255, 0, 1]), (.boolean, [1, 0, 1]),
      (.int8, [-128, 127, 0]),
    ] {
      let constant = network.addConstant(type.rawValue, .integer(IntegerArray([3], values, type: type)))
      network.outputs.append(network.append("as \(type.rawValue)", .identity, constant))
      let again = try reread(network)
      let found = again.constants.first { again.name(of: $0.key) == type.rawValue }?.value.integers
      #expect(found?.elements == values)
      #expect(found?.type == type)
    }
    network.outputs.append(network.append("copy", .identity, x))
    #expect(try reread(network).outputs.count == 6)
  }

  @Test func namesThatRepeatAreToldApart() throws {
    var network = Network(name: "names")
    let x = network.addInput("x", shape: [1, 2])
    let a = network.append("x", .pointwise(.relu), x)
    network.outputs = [network.append("x", .pointwise(.tanh), a), x]
    let again = try reread(network)
    #expect(again.nodes.prefix(2).map(\.operation) == [.pointwise(.relu), .pointwise(.tanh)])
    #expect(again.name(of: again.inputs[0].value) == "x")
    #expect(try again.bound().outputs.count == 2)
  }

  /// Someone may edit the file: arithmetic that is no normalization any more stays arithmetic.
  @Test func onlyIntactNormalizationsAreJoined() throws {
    var network = Network(name: "edited")
    let x = network.addInput("x", shape: [1, 3, 4, 4])
    let scaled = network.append(
      "norm.scale", .elementwise(.multiply), x, network.addConstant("a", .float(Tensor([3, 1, 1], repeating: 2))))
    network.outputs = [
      network.append(
        "norm", .elementwise(.add), scaled, network.addConstant("b", .float(Tensor([3, 4, 4], repeating: 1))))
    ]
    var edited = network
    edited.joinPixelNormalization(named: "norm")
    #expect(edited.nodes.count == 2)
    edited.joinPixelNormalization(named: "elsewhere")
    #expect(edited.nodes.count == 2)
  }

  @Test func preprocessingNotesAreReadAsWritten() {
    for fit in [Preprocessing.Fit.shorterSide(256), .stretch] {
      let known = Preprocessing(height: 224, width: 192, fit: fit, interpolation: .bicubic)
      #expect(Preprocessing(note: known.note) == known)
    }
    #expect(Preprocessing(note: "height=-3 width=2 stretch=1 interpolation=nearest") == nil)
    #expect(Preprocessing(note: "something else") == nil)
  }

  @Test func whatONNXDoesNotHaveIsRefusedByName() {
    let negative = Window(kernel: [3, 3], padding: .explicit(before: [-1, 0], after: [0, 0]))
    let network = Case("", .convolution(Convolution(negative)), weights: [[6, 4, 3, 3]]).network
    do {
      _ = try reread(network)
      Issue.record("it was written")
    } catch {
      #expect("\(error)".contains("'layer.7'") && "\(error)".contains("negative"), "\(error)")
    }
  }
}
