import GinghamNetworks
import GinghamTensors
import Testing

@testable import GinghamModelFormats

/// What an operator's attributes became inputs, or changed their meaning, in the course of operator sets.
@Suite struct OperatorSetMoveTests {
  private func nodes(
    _ type: String, _ attributes: [String: ModelSketch.Attribute] = [:], inputs: Int = 1, set: Int,
    constants: [ModelSketch.TensorSketch] = [], outputs: [String] = ["y"]
  ) throws -> [Node] {
    let nodes = try ModelSketch.single(
      type, attributes, inputCount: inputs, operatorSet: set, constants: constants, outputs: outputs
    ).load().nodes
    // What is not supported leaves a gap that says why.
    for node in nodes {
      guard case .missing(let missing) = node.operation else { continue }
      throw FormatError.unsupported(path: "model.onnx", what: missing.reason, advice: "")
    }
    return nodes
  }

  @Test func clipTakesAttributesThenInputs() throws {
    let before = try nodes("Clip", ["min": .float(-1), "max": .float(6)], set: 10)
    #expect(before.map(\.operation) == [.pointwise(.clip(minimum: -1, maximum: 6))])
    let known = try nodes(
      "Clip", set: 11, constants: [.floats([0], shape: [], name: "low"), .floats([6], shape: [], name: "high")])
    #expect(known.map(\.operation) == [.pointwise(.clip(minimum: 0, maximum: 6))])
    #expect(known.map(\.inputs.count) == [1])
  }

  @Test func boundsOfAClipThatAreNotKnownAreTakenElementByElement() throws {
    let open = try nodes("Clip", inputs: 3, set: 13)
    #expect(open.map(\.operation) == [.elementwise(.maximum), .elementwise(.minimum)])
    var onlyUpper = ModelSketch.single("Clip", inputCount: 2, operatorSet: 13)
    onlyUpper.nodes[0].inputs = ["x", "", "a"]
    #expect(try onlyUpper.load().nodes.map(\.operation) == [.elementwise(.minimum)])
  }

  @Test func padTakesAttributesThenInputs() throws {
    let before = try nodes(
      "Pad", ["pads": .ints([0, 0, 1, 2, 0, 0, 3, 4]), "value": .float(5), "mode": .string("edge")], set: 10)
    #expect(
      before.map(\.operation) == [.pad(Pad(mode: .edge, before: [0, 0, 1, 2], after: [0, 0, 3, 4], value: 5))])
    #expect(try nodes("Pad", inputs: 4, set: 18).map(\.operation) == [.pad(Pad(mode: .constant))])
  }

  @Test func sliceTakesAttributesThenInputs() throws {
    let before = try nodes("Slice", ["starts": .ints([1]), "ends": .ints([3]), "axes": .ints([-1])], set: 9)
    #expect(before.map(\.operation) == [.slice(Slice(starts: [1], ends: [3], axes: [-1]))])
    #expect(try nodes("Slice", inputs: 5, set: 10).map(\.operation) == [.slice(Slice())])
  }

  @Test func squeezingTakesAttributesThenInputs() throws {
    #expect(try nodes("Squeeze", ["axes": .ints([2])], set: 12).map(\.operation) == [.squeeze(axes: [2])])
    #expect(try nodes("Squeeze", inputs: 2, set: 13).map(\.operation) == [.squeeze(axes: nil)])
    #expect(try nodes("Unsqueeze", ["axes": .ints([0])], set: 12).map(\.operation) == [.unsqueeze(axes: [0])])
    #expect(try nodes("Unsqueeze", inputs: 2, set: 13).map(\.operation) == [.unsqueeze(axes: nil)])
    #expect(throws: FormatError.self) { try nodes("Squeeze", inputs: 2, set: 12) }
  }

  @Test func reductionsTakeTheirAxesAsInputsOneAfterTheOther() throws {
    let listed = Reduction.Axes.listed([2, 3])
    let read = Reduction.Axes.fromInput(emptyMeansNone: false)
    #expect(
      try nodes("ReduceSum", ["axes": .ints([2, 3])], set: 12).map(\.operation) == [
        .reduce(Reduction(.sum, axes: listed))
      ])
    #expect(try nodes("ReduceSum", inputs: 2, set: 13).map(\.operation) == [.reduce(Reduction(.sum, axes: read))])
    #expect(
      try nodes("ReduceMean", ["axes": .ints([2, 3]), "keepdims": .int(0)], set: 17).map(\.operation)
        == [.reduce(Reduction(.mean, axes: listed, keepsDimensions: false))])
    #expect(try nodes("ReduceMean", inputs: 2, set: 18).map(\.operation) == [.reduce(Reduction(.mean, axes: read))])
    #expect(
      try nodes("ReduceMax", ["noop_with_empty_axes": .int(1)], set: 18).map(\.operation)
        == [.reduce(Reduction(.maximum, axes: .fromInput(emptyMeansNone: true)))])
    #expect(try nodes("ReduceL2", set: 13).map(\.operation) == [.reduce(Reduction(.l2, axes: .all))])
  }

  @Test func splitTakesSizesAsAttributeThenInputThenCountsParts() throws {
    let outputs = ["y", "z"]
    #expect(
      try nodes("Split", ["split": .ints([1, 3]), "axis": .int(1)], set: 11, outputs: outputs).map(\.operation)
        == [.split(Split(axis: 1, sizes: [1, 3]))])
    let parts = try nodes("Split", ["num_outputs": .int(2), "axis": .int(1)], set: 18, outputs: outputs)
    #expect(parts.map(\.operation) == [.split(Split(axis: 1))])
    #expect(parts.map(\.outputs.count) == [2])
    #expect(throws: FormatError.self) { try nodes("Split", ["num_outputs": .int(3)], set: 18, outputs: outputs) }
  }

  @Test func softmaxFlattensUpToTwelve() throws {
    #expect(try nodes("Softmax", set: 12).map(\.operation) == [.softmax(Softmax(axis: 1, flattensBehindAxis: true))])
    #expect(try nodes("Softmax", set: 13).map(\.operation) == [.softmax(Softmax(axis: -1))])
    #expect(
      try nodes("LogSoftmax", ["axis": .int(2)], set: 13).map(\.operation)
        == [.softmax(Softmax(axis: 2, isLogarithmic: true))])
  }

  @Test func dropoutMayBeToldToTrain() throws {
    #expect(try nodes("Dropout", ["ratio": .float(0.5)], set: 10).map(\.operation) == [.dropout])
    let off = ModelSketch.TensorSketch(name: "off", type: 9) { $0.data(9, [0]) }
    let on = ModelSketch.TensorSketch(name: "on", type: 9) { $0.data(9, [1]) }
    let ratio = ModelSketch.TensorSketch.floats([0.5], shape: [], name: "ratio")
    #expect(try nodes("Dropout", set: 12, constants: [ratio, off]).map(\.operation) == [.dropout])
    #expect(throws: FormatError.self) { try nodes("Dropout", set: 12, constants: [ratio, on]) }
  }

  @Test func furtherOutputsOfABatchNormalizationMeanTrainingUpToThirteen() throws {
    let outputs = ["y", "mean", "variance"]
    #expect(try nodes("BatchNormalization", inputs: 5, set: 13, outputs: outputs).count > 1)
    #expect(try nodes("BatchNormalization", inputs: 5, set: 14, outputs: outputs).count == 1)
    #expect(throws: FormatError.self) { try nodes("BatchNormalization", ["spatial": .int(0)], inputs: 5, set: 8) }
  }

  @Test func resizeLearnsItsCoordinatesStepByStep() throws {
    let twice = ModelSketch.TensorSketch.floats([1, 1, 2, 2], name: "scales")
    let ten = try nodes("Resize", set: 10, constants: [twice])
    #expect(
      ten.map(\.operation) == [
        .resize(Resize(mode: .nearest, coordinates: .asymmetric, rounding: .floor, scales: [1, 1, 2, 2]))
      ])
    let eleven = try nodes("Resize", ["mode": .string("linear")], inputs: 4, set: 11)
    #expect(eleven.map(\.operation) == [.resize(Resize(mode: .linear))])
    let torch = try nodes(
      "Resize",
      ["coordinate_transformation_mode": .string("asymmetric"), "nearest_mode": .string("floor")], inputs: 4, set: 13)
    #expect(torch.map(\.operation) == [.resize(Resize(mode: .nearest, coordinates: .asymmetric, rounding: .floor))])
    let eighteen = try nodes(
      "Resize",
      [
        "mode": .string("cubic"), "antialias": .int(1), "axes": .ints([2, 3]), "cubic_coeff_a": .float(-0.5),
        "exclude_outside": .int(1), "keep_aspect_ratio_policy": .string("not_larger"),
      ], inputs: 4, set: 18)
    #expect(
      eighteen.map(\.operation) == [
        .resize(
          Resize(
            mode: .cubic, cubicCoefficient: -0.5, excludesOutside: true, antialiases: true, aspectPolicy: .notLarger,
            axes: [2, 3]))
      ])
    let nineteen = try nodes(
      "Resize", ["coordinate_transformation_mode": .string("half_pixel_symmetric")], inputs: 4, set: 19)
    #expect(nineteen.map(\.operation) == [.resize(Resize(mode: .nearest, coordinates: .halfPixelSymmetric))])
  }

  @Test func resizeInTenRoundsUpWhereItShrinks() throws {
    let half = ModelSketch.TensorSketch.floats([1, 1, 0.5, 0.5], name: "scales")
    #expect(
      try nodes("Resize", set: 10, constants: [half]).map(\.operation) == [
        .resize(Resize(mode: .nearest, coordinates: .asymmetric, rounding: .ceil, scales: [1, 1, 0.5, 0.5]))
      ])
    let mixed = ModelSketch.TensorSketch.floats([1, 1, 2, 0.5], name: "scales")
    #expect(throws: FormatError.self) { try nodes("Resize", set: 10, constants: [mixed]) }
  }

  @Test func upsampleTakesScalesAsAttributeThenInput() throws {
    let expected = Operation.resize(
      Resize(mode: .linear, coordinates: .asymmetric, rounding: .floor, scales: [1, 1, 2, 2]))
    let seven = try nodes("Upsample", ["scales": .floats([1, 1, 2, 2]), "mode": .string("linear")], set: 7)
    #expect(seven.map(\.operation) == [expected])
    let scales = ModelSketch.TensorSketch.floats([1, 1, 2, 2], name: "scales")
    #expect(
      try nodes("Upsample", ["mode": .string("linear")], set: 9, constants: [scales]).map(\.operation) == [expected])
    let open = try nodes("Upsample", inputs: 2, set: 9)
    #expect(open.first?.inputs.count == 3 && open.first?.inputs[1] == nil)
  }

  @Test func operandsOfSixMayBeAlignedWithAnyAxis() throws {
    let bias = ModelSketch.TensorSketch.floats([1, 2, 3, 4], name: "bias")
    let aligned = try nodes("Add", ["broadcast": .int(1), "axis": .int(1)], set: 6, constants: [bias])
    #expect(aligned.map(\.operation) == [.unsqueeze(axes: [1, 2]), .elementwise(.add)])
    #expect(try nodes("Add", set: 7, constants: [bias]).map(\.operation) == [.elementwise(.add)])
  }

  @Test func slopesOfSixBelongToChannels() throws {
    let slope = ModelSketch.TensorSketch.floats([1, 2, 3, 4], name: "slope")
    #expect(
      try nodes("PRelu", set: 6, constants: [slope]).map(\.operation) == [.unsqueeze(axes: [1, 2]), .parametricReLU])
    #expect(try nodes("PRelu", set: 9, constants: [slope]).map(\.operation) == [.parametricReLU])
  }

  @Test func setsBelowSixAreReadWhereNothingHasMoved() throws {
    #expect(try nodes("GlobalAveragePool", set: 1).count == 1)
    #expect(throws: FormatError.self) { try nodes("Reshape", set: 4) }
    #expect(throws: FormatError.self) { try nodes("Relu", set: 26) }
  }
}
