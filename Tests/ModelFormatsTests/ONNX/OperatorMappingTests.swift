import GinghamNetworks
import GinghamTensors
import Testing

@testable import GinghamModelFormats

/// The operation that a model of one node becomes.
private func mapped(
  _ type: String, _ attributes: [String: ModelSketch.Attribute] = [:], inputs: Int = 1, operatorSet: Int = 17,
  constants: [ModelSketch.TensorSketch] = []
) throws -> Operation? {
  let sketch = ModelSketch.single(
    type, attributes, inputCount: inputs, operatorSet: operatorSet, constants: constants)
  let nodes = try sketch.load().nodes
  #expect(nodes.count == 1)
  return nodes.first?.operation
}

@Suite struct OperatorMappingTests {
  @Test func convolutionsKeepAsymmetricPaddingStridesDilationsAndGroups() throws {
    let operation = try mapped(
      "Conv",
      [
        "kernel_shape": .ints([3, 5]), "pads": .ints([1, 2, 3, 4]), "strides": .ints([2, 1]),
        "dilations": .ints([1, 2]), "group": .int(2),
      ], inputs: 3)
    let window = Window(
      kernel: [3, 5], strides: [2, 1], dilations: [1, 2], padding: .explicit(before: [1, 2], after: [3, 4]))
    #expect(operation == .convolution(Convolution(window, groups: 2)))
  }

  @Test(arguments: [("SAME_UPPER", Padding.sameUpper), ("SAME_LOWER", .sameLower)])
  func automaticPaddingIsNamed(name: String, padding: Padding) throws {
    let operation = try mapped("MaxPool", ["kernel_shape": .ints([2, 2]), "auto_pad": .string(name)])
    #expect(operation == .maxPool(MaxPool(Window(kernel: [2, 2], padding: padding))))
  }

  @Test func kernelExtentsComeFromTheWeightWhereNoAttributeGivesThem() throws {
    let weight = ModelSketch.TensorSketch.floats([Float](repeating: 1, count: 24), shape: [1, 4, 2, 3], name: "w")
    #expect(try mapped("Conv", constants: [weight]) == .convolution(Convolution(Window(kernel: [2, 3]))))
  }

  @Test func transposedConvolutionsKeepOutputPaddingAndSize() throws {
    let operation = try mapped(
      "ConvTranspose",
      ["kernel_shape": .ints([3, 3]), "output_padding": .ints([1, 0]), "output_shape": .ints([1, 2, 9, 8])], inputs: 2)
    #expect(
      operation
        == .transposedConvolution(
          TransposedConvolution(Window(kernel: [3, 3]), outputPadding: [1, 0], outputSize: [9, 8])))
  }

  @Test func poolsKeepWhatTheyCountAndHowTheyRound() throws {
    let operation = try mapped(
      "AveragePool", ["kernel_shape": .ints([3, 3]), "ceil_mode": .int(1), "count_include_pad": .int(1)])
    #expect(
      operation == .averagePool(AveragePool(Window(kernel: [3, 3], ceilMode: true), countsPadding: true)))
    #expect(try mapped("GlobalAveragePool") == .reduce(Reduction(.mean, axes: .spatial)))
    #expect(try mapped("GlobalMaxPool") == .reduce(Reduction(.maximum, axes: .spatial)))
  }

  @Test(
    arguments: [
      ("LeakyRelu", Pointwise.leakyReLU(slope: 0.01)), ("HardSigmoid", .hardSigmoid(alpha: 0.2, beta: 0.5)),
      ("Elu", .elu(alpha: 1)), ("Celu", .celu(alpha: 1)), ("Selu", .selu(alpha: 1.673_263_2, gamma: 1.050_701)),
      ("ThresholdedRelu", .thresholdedReLU(alpha: 1)), ("Shrink", .shrink(lambda: 0.5, bias: 0)), ("Relu", .relu),
      ("HardSwish", .hardSwish), ("Mish", .mish), ("Softplus", .softplus), ("Erf", .erf), ("Neg", .negate),
      ("Clip", .clip(minimum: -.infinity, maximum: .infinity)),
    ])
  func activationsHaveTheFormatsDefaults(type: String, function: Pointwise) throws {
    #expect(try mapped(type) == .pointwise(function))
  }

  @Test func activationsTakeTheirAttributes() throws {
    #expect(
      try mapped("HardSigmoid", ["alpha": .float(0.25), "beta": .float(0.75)])
        == .pointwise(.hardSigmoid(alpha: 0.25, beta: 0.75)))
    #expect(
      try mapped("Gelu", ["approximate": .string("tanh")], operatorSet: 20) == .pointwise(.gelu(approximate: true)))
    #expect(try mapped("Gelu", operatorSet: 20) == .pointwise(.gelu(approximate: false)))
  }

  @Test func arithmeticTakesAnyNumberOfOperandsWhereTheFormatDoes() throws {
    #expect(try mapped("Sum", inputs: 4) == .elementwise(.add))
    #expect(try mapped("Max", inputs: 1) == .elementwise(.maximum))
    #expect(try mapped("Mod", ["fmod": .int(1)], inputs: 2) == .elementwise(.truncatedRemainder))
    #expect(try mapped("Mod", inputs: 2) == .elementwise(.modulo))
    #expect(try mapped("Where", inputs: 3) == .select)
    #expect(throws: FormatError.self) { try mapped("Add", inputs: 3) }
  }

  @Test func normalizationsKeepTheirConstants() throws {
    #expect(
      try mapped("BatchNormalization", ["epsilon": .float(0.5)], inputs: 5) == .batchNormalization(epsilon: 0.5))
    #expect(try mapped("InstanceNormalization", inputs: 3) == .instanceNormalization(epsilon: 1e-5))
    #expect(
      try mapped("LayerNormalization", ["axis": .int(-2)], inputs: 3) == .layerNormalization(axis: -2, epsilon: 1e-5))
    #expect(
      try mapped("GroupNormalization", ["num_groups": .int(2)], inputs: 3, operatorSet: 18)
        == .groupNormalization(groups: 2, epsilon: 1e-5))
    #expect(
      try mapped("LRN", ["size": .int(5), "alpha": .float(0.5)])
        == .localResponseNormalization(LocalResponseNormalization(size: 5, alpha: 0.5)))
  }

  @Test func denseAlgebraKeepsItsFactors() throws {
    #expect(
      try mapped("Gemm", ["alpha": .float(2), "beta": .float(3), "transB": .int(1)], inputs: 3)
        == .generalMatrixMultiply(GeneralMatrixMultiply(alpha: 2, beta: 3, transposesB: true)))
    #expect(try mapped("MatMul", inputs: 2) == .matrixMultiply)
  }

  @Test func rearrangementsKeepNegativeAxes() throws {
    #expect(try mapped("Concat", ["axis": .int(-3)], inputs: 2) == .concatenate(axis: -3))
    #expect(try mapped("Gather", ["axis": .int(-1)], inputs: 2) == .gather(axis: -1))
    #expect(try mapped("Transpose", ["perm": .ints([0, 2, 3, 1])]) == .transpose(permutation: [0, 2, 3, 1]))
    #expect(try mapped("Flatten") == .flatten(axis: 1))
    #expect(
      try mapped("DepthToSpace", ["blocksize": .int(2), "mode": .string("CRD")])
        == .depthToSpace(blockSize: 2, order: .columnFirst))
    #expect(try mapped("DepthToSpace", ["blocksize": .int(2)]) == .depthToSpace(blockSize: 2, order: .depthFirst))
    #expect(try mapped("SpaceToDepth", ["blocksize": .int(2)]) == .spaceToDepth(blockSize: 2))
  }

  @Test func reshapingReadsItsTargetFromAnInput() throws {
    #expect(try mapped("Reshape", ["allowzero": .int(1)], inputs: 2) == .reshape(Reshape(allowsZero: true)))
    #expect(try mapped("Expand", inputs: 2) == .expand(shape: nil))
    #expect(try mapped("Tile", inputs: 2) == .tile(repeats: nil))
  }

  @Test func shapesAsDataKeepTheirTypes() throws {
    #expect(try mapped("Shape", ["start": .int(1), "end": .int(-1)]) == .shapeOf(start: 1, end: -1))
    #expect(try mapped("ConstantOfShape") == .constantOfShape(value: 0, type: .float32))
    #expect(
      try mapped("ConstantOfShape", ["value": .tensor(.int64s([3]))]) == .constantOfShape(value: 3, type: .int64))
    #expect(try mapped("Cast", ["to": .int(7)]) == .cast(.int64))
  }

  @Test func constantsOfEveryKindBecomeConstants() throws {
    func constant(_ attribute: String, _ value: ModelSketch.Attribute) throws -> Constant? {
      let network = try ModelSketch.single("Constant", [attribute: value], inputCount: 0).load()
      #expect(network.nodes.isEmpty)
      return network.outputs.first.flatMap { network.constants[$0] }
    }
    #expect(try constant("value", .tensor(.floats([1, 2])))?.tensor == Tensor([2], [1, 2]))
    #expect(try constant("value_float", .float(3))?.tensor == Tensor([], [3]))
    #expect(try constant("value_floats", .floats([3, 4]))?.tensor == Tensor([2], [3, 4]))
    #expect(try constant("value_int", .int(-5))?.integers == IntegerArray([], [-5]))
    #expect(try constant("value_ints", .ints([6, 7]))?.integers == IntegerArray([2], [6, 7]))
  }

  @Test func statisticsOfLayerNormalizationAreWorkedOutWhereTheyAreRead() throws {
    var sketch = ModelSketch.single(
      "LayerNormalization", ["axis": .int(1)], inputCount: 3, outputs: ["y", "mean", "inverse"])
    sketch.outputs = ["y", "mean", "inverse"]
    let network = try sketch.load()
    #expect(network.outputs.count == 3)
    #expect(network.nodes.contains { $0.operation == .reduce(Reduction(.mean, axes: .listed([-3, -2, -1]))) })
    #expect(network.nodes.last?.operation == .pointwise(.reciprocal))
  }

  @Test(
    arguments: [
      ("Dropout", [:], 3, ["y"]), ("Cast", ["to": ModelSketch.Attribute.int(8)], 1, ["y"]),
      ("NonMaxSuppression", [:], 2, ["y"]), ("Constant", ["value_string": .string("a")], 0, ["y"]),
    ])
  func whatIsNotSupportedNamesOperatorAndNode(
    type: String, attributes: [String: ModelSketch.Attribute], inputs: Int, outputs: [String]
  ) throws {
    var sketch = ModelSketch.single(type, attributes, inputCount: inputs, outputs: outputs)
    sketch.nodes[0].name = "the node"
    sketch.outputs = ["y"]
    let network = try sketch.load()
    let shapes = network.inputs.map { (network.name(of: $0.value), Shape($0.shape.map { $0 ?? 1 })) }
    do {
      _ = try network.bound(to: Dictionary(uniqueKeysWithValues: shapes))
      Issue.record("\(type) was accepted")
    } catch NetworkError.missingOperator(let reason, _, _, _, _) {
      #expect(reason.contains("'\(type)'") && reason.contains("'the node'"), "\(reason)")
    }
  }

  /// What lies beyond an eight-bit type's largest number saturates, or not, as the node says: of either operator.
  @Test func castLikeSaturatesAsCastDoes() throws {
    func operations(_ type: String, saturates: Bool) throws -> [Operation] {
      var model = ModelSketch(inputs: [("x", 1, [2])], outputs: ["y"])
      model.operatorSet = 21
      model.initializers = [ModelSketch.TensorSketch(name: "like", type: 19, shape: [1]) { $0.data(9, [0]) }]
      var attributes: [String: ModelSketch.Attribute] = ["saturate": .int(saturates ? 1 : 0)]
      if type == "Cast" { attributes["to"] = .int(19) }
      model.nodes = [
        ModelSketch.NodeSketch(
          type: type, inputs: type == "Cast" ? ["x"] : ["x", "like"], outputs: ["y"], attributes: attributes)
      ]
      return try model.load().nodes.map(\.operation)
    }
    for saturates in [true, false] {
      #expect(try operations("Cast", saturates: saturates) == operations("CastLike", saturates: saturates))
    }
    #expect(try operations("CastLike", saturates: true).count < operations("CastLike", saturates: false).count)
  }
}
