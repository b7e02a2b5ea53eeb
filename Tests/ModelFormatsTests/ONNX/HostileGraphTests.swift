import Foundation
import GinghamNetworks
import GinghamTensors
import Testing

@testable import GinghamModelFormats

/// Small files whose every byte obeys the format, and which ask for what cannot be, or for more than there is. Each ends
/// at once, in a typed error or in a small table; a trap or a hang would take the test process with it.
@Suite struct HostileGraphTests {
  /// What becomes of a graph.
  private enum Fate {
    /// An error that says so.
    case refused(String)
    case bound
  }

  private static let huge = 1 << 62

  /// A graph over x (1×3×8×8) whose last node gives `y`.
  private static func sketch(
    _ initializers: [ModelSketch.TensorSketch], _ nodes: [ModelSketch.NodeSketch]
  ) -> ModelSketch {
    var model = ModelSketch()
    model.inputs = [("x", 1, [1, 3, 8, 8])]
    model.initializers = initializers
    model.nodes = nodes
    model.outputs = ["y"]
    return model
  }

  private static func node(
    _ type: String, _ inputs: [String], _ output: String = "y", _ attributes: [String: ModelSketch.Attribute] = [:]
  ) -> ModelSketch.NodeSketch {
    ModelSketch.NodeSketch(type: type, inputs: inputs, outputs: [output], attributes: attributes)
  }

  private func meets(_ fate: Fate, _ model: ModelSketch, limit: Int = 1) throws {
    let folder = TemporaryFolder()
    do {
      var network = try ONNXModel.load(path: folder.write(model.bytes, to: "model.onnx"))
      network.limits = ResourceLimits(factor: limit)
      let bound = try network.bound()
      _ = bound.layerStatistics.multiplyAdds
      guard case .bound = fate else {
        Issue.record("it was bound, to \(bound.outputs.compactMap { bound.shapes[$0] })")
        return
      }
    } catch let error as any CustomStringConvertible {
      guard case .refused(let reason) = fate else {
        Issue.record("\(error)")
        return
      }
      #expect("\(error)".contains(reason), "\(error)")
      #expect(error is FormatError || error is NetworkError)
    }
  }

  @Test(arguments: ["Concat", "Slice", "Flatten", "Transpose", "Tile", "Split", "Gather", "Reshape", "Squeeze"])
  func anExtentOfZeroDoesNotHideAHugeOneFromMovement(_ type: String) throws {
    var nodes = [Self.node("ConstantOfShape", ["s"], "c")]
    switch type {
    case "Concat": nodes.append(Self.node(type, ["c", "c", "c"], "y", ["axis": .int(1)]))
    case "Slice": nodes.append(Self.node(type, ["c", "zero", "s"], "y"))
    case "Tile", "Reshape": nodes.append(Self.node(type, ["c", "s"], "y"))
    case "Gather": nodes.append(Self.node(type, ["c", "zero"], "y"))
    default: nodes.append(Self.node(type, ["c"], "y"))
    }
    try meets(
      .refused("elements in one value"),
      Self.sketch([.int64s([0, Self.huge], name: "s"), .int64s([0, 1], name: "zero")], nodes))
  }

  /// What is too large is refused where it is made, before anything grows from it.
  @Test(arguments: [
    [0, Self.huge, 4, 4], [0, .max, 1, 1], [1, .max, .max, 1], [1 << 16, 1 << 16, 1, 1], [0, 1 << 32, 1, 1],
  ])
  func hugeExtentsOfAnExpansionAreRefused(_ extents: [Int]) throws {
    try meets(
      .refused("elements in one value"),
      Self.sketch(
        [.int64s(extents, name: "s")],
        [Self.node("ReduceMean", ["x"], "m"), Self.node("Expand", ["m", "s"], "e"), Self.node("Relu", ["e"])]))
  }

  @Test(arguments: [
    ("Pad", [String: ModelSketch.Attribute]()), ("SpaceToDepth", ["blocksize": .int(4096)]),
    ("DepthToSpace", ["blocksize": .int(4096)]),
    ("MaxPool", ["kernel_shape": .ints([1 << 24, 1 << 24]), "auto_pad": .string("SAME_UPPER")]),
    ("AveragePool", ["kernel_shape": .ints([1, 1]), "strides": .ints([1 << 24, 1 << 24])]),
    ("MaxPool", ["kernel_shape": .ints([2, 2]), "auto_pad": .string("SAME_LOWER"), "strides": .ints([1, 1 << 24])]),
    ("Flatten", [:]), ("GlobalAveragePool", [:]), ("ReduceMax", ["keepdims": .int(0)]), ("Softmax", [:]),
    ("LRN", ["size": .int(1 << 24)]),
  ])
  func emptyValuesOfTheLargestExtentsTrapNowhere(
    _ type: String, _ attributes: [String: ModelSketch.Attribute]
  ) throws {
    for extents in [
      [0, 1 << 30, 1, 2], [0, 1, 1, 1 << 31], [1, 0, 1 << 24, 1 << 7], [0, 1 << 24, 4, 4], [1, 3, 0, 0],
    ] {
      let inputs = type == "Pad" ? ["e", "p"] : ["e"]
      let model = Self.sketch(
        [.int64s(extents, name: "s"), .int64s([0, 1, 0, 0, 0, 1, 1 << 24, 0], name: "p")],
        [
          Self.node("ReduceMean", ["x"], "m", ["keepdims": .int(0)]), Self.node("Expand", ["m", "s"], "e"),
          Self.node(type, inputs, "y", attributes),
        ])
      for limit in [1, 1 << 20] {
        var network = try model.load()
        network.limits = ResourceLimits(factor: limit)
        do {
          _ = try network.bound().layerStatistics.multiplyAdds
        } catch is NetworkError {
          // Refused is fine, too.
        }
      }
    }
  }

  /// Declared extents are known before any shape is bound: many calculate with them.
  @Test func hugeInputsAreRefusedWhenTheyAreRead() throws {
    for shape in [[1, 3, 1 << 62, 1 << 62], [0, .max, 2, 1], [nil, 3, 1 << 20, 1 << 20], [nil, 1 << 32, nil, nil]] {
      var model = Self.sketch([], [Self.node("Relu", ["x"])])
      model.inputs = [("x", 1, shape)]
      #expect {
        _ = try model.load()
      } throws: { error in
        error is NetworkError && "\(error)".contains("elements in one value")
      }
    }
    var deep = Self.sketch([], [Self.node("Relu", ["x"])])
    deep.inputs = [("x", 1, [Int?](repeating: 1, count: 65))]
    #expect(throws: NetworkError.self) { _ = try deep.load() }
  }

  /// A pass that would take years is refused when it is planned, and so is one whose cost leaves every integer.
  @Test(
    arguments: [
      ("LRN", ["size": .int(1 << 24)], [1, 1 << 24, 8, 8]),
      (
        "MaxPool", ["kernel_shape": .ints([1 << 14, 1 << 14]), "auto_pad": .string("SAME_UPPER")],
        [1, 1, 1 << 14, 1 << 14]
      ),
      ("Det", [:], [1 << 14, 1, 256, 256]),
    ] as [(String, [String: ModelSketch.Attribute], [Int])])
  func workHasALimit(_ type: String, _ attributes: [String: ModelSketch.Attribute], _ shape: [Int]) throws {
    var model = Self.sketch([], [Self.node(type, ["x"], "y", attributes)])
    model.inputs = [("x", 1, shape)]
    let bound = try model.load().bound()
    #expect {
      try bound.requireAllowedWork()
    } throws: { error in
      error is NetworkError && "\(error)".contains("multiply-adds of one pass")
    }
    model.inputs = [("x", 1, [1, 4, 32, 32])]
    #expect(throws: Never.self) { try model.load().bound().requireAllowedWork() }
  }

  @Test func rangesCountBeforeTheyAreMade() throws {
    func range(_ start: Int, _ end: Int, _ step: Int) -> ModelSketch {
      Self.sketch(
        [
          .int64s([start], shape: [], name: "a"), .int64s([end], shape: [], name: "b"),
          .int64s([step], shape: [], name: "c"),
        ], [Self.node("Range", ["a", "b", "c"])])
    }
    for (start, end, step) in [
      (Int.max, Int.min, -1), (Int.min, Int.max, 1), (0, 1 << 40, 1), (1 << 40, 0, -1), (0, 1 << 25, 1),
    ] {
      try meets(.refused("elements computed"), range(start, end, step))
    }
    try meets(.refused("range"), range(0, 5, 0))
    for (start, end, step) in [
      (Int.min, Int.max, 1 << 62), (Int.max, Int.min, Int.min), (0, 10, -1), (10, 0, 1), (Int.min, Int.max, .max),
    ] {
      try meets(.bound, range(start, end, step))
    }
  }

  @Test func rangesOfFloatsCountBeforeTheyAreMade() throws {
    func range(_ start: Float, _ end: Float, _ step: Float) -> ModelSketch {
      Self.sketch(
        [
          .floats([start], shape: [], name: "a"), .floats([end], shape: [], name: "b"),
          .floats([step], shape: [], name: "c"),
        ], [Self.node("Range", ["a", "b", "c"])])
    }
    for (start, end, step) in [(0, 1e38, 1), (1e38, -1e38, -1), (0, 1, 1e-9)] as [(Float, Float, Float)] {
      try meets(.refused("elements computed"), range(start, end, step))
    }
    for (start, end, step) in [(0, 1, 0), (.nan, 1, 1), (-3e38, 3e38, 1), (0, .infinity, 1)] as [(Float, Float, Float)]
    {
      try meets(.refused("range"), range(start, end, step))
    }
    try meets(.bound, range(1e38, -1e38, 1))
    try meets(.bound, range(0, 1, .infinity))
  }

  @Test func manyLargeConstantsHaveOneBudget() throws {
    let count = 40
    let nodes = (0..<count).map { Self.node("ConstantOfShape", ["s"], "c\($0)") }
    let last = [Self.node("Sum", (0..<count).map { "c\($0)" })]
    try meets(.refused("elements computed"), Self.sketch([.int64s([1 << 20], name: "s")], nodes + last))
    try meets(.bound, Self.sketch([.int64s([1 << 10], name: "s")], nodes + last))
    let reductions = (0..<count).map { Self.node("ReduceSum", ["w"], "c\($0)") }
    try meets(
      .refused("elements computed"),
      Self.sketch(
        [.int64s([1 << 20], name: "s")],
        [
          ModelSketch.NodeSketch(
            type: "ConstantOfShape", inputs: ["s"], outputs: ["w"], attributes: ["value": .tensor(.int64s([1]))])
        ] + reductions + last))
  }

  @Test func functionsThatCallFunctionsHaveOneBudget() throws {
    // Ten calls a level: the last one makes 10¹⁵ of nothing, or of a node.
    for leaf in [[], [ModelSketch.NodeSketch(type: "Relu", inputs: ["in"], outputs: ["out"])]] {
      var model = Self.sketch([], [Self.node("Relu", ["x"])])
      model.nodes.append(ModelSketch.NodeSketch(type: "F15", inputs: ["x"], outputs: ["q"], domain: "loc"))
      model.functions = (0..<16).map { level in
        ModelSketch.FunctionSketch(
          name: "F\(level)", domain: "loc", inputs: ["in"], outputs: ["out"],
          nodes: level == 0
            ? leaf
            : (0..<10).map { index in
              ModelSketch.NodeSketch(
                type: "F\(level - 1)", inputs: ["in"], outputs: [index == 0 ? "out" : "c\(index)"], domain: "loc")
            })
      }
      try meets(.refused("operators"), model)
    }
    var endless = Self.sketch([], [ModelSketch.NodeSketch(type: "F", inputs: ["x"], outputs: ["y"], domain: "loc")])
    endless.functions = [
      ModelSketch.FunctionSketch(
        name: "F", domain: "loc", inputs: ["in"], outputs: ["out"],
        nodes: [ModelSketch.NodeSketch(type: "F", inputs: ["in"], outputs: ["out"], domain: "loc")])
    ]
    try meets(.refused("called by more than"), endless)
  }

  @Test func namesHaveOneBudget() throws {
    let long = String(repeating: "n", count: 100_000)
    try meets(
      .refused("bytes in one name"), Self.sketch([], [Self.node("Relu", ["x"], long), Self.node("Relu", [long])]))
    let dots = String(repeating: "a.", count: 2000)
    try meets(
      .refused("bytes of names"),
      Self.sketch(
        (0..<40).map { .floats([1], name: "\($0)\(dots)w.weight") },
        (0..<40).map { Self.node("Mul", ["x", "\($0)\(dots)w.weight"], "y\($0)") } + [Self.node("Relu", ["y0"])]))
  }

  @Test func costsBeyondCountingAreStillATable() throws {
    let pads = [1 << 23, 56, 1 << 23, 56]
    let model = Self.sketch(
      [.int64s([1, 3, 1 << 22, 1], name: "s")],
      [Self.node("ConstantOfShape", ["s"], "w")]
        + (0..<600).map { Self.node("Conv", ["x", "w"], $0 == 0 ? "y" : "c\($0)", ["pads": .ints(pads)]) })
    try meets(.bound, model)
    let bound = try model.load().bound()
    #expect(bound.layerStatistics.multiplyAdds == .max)
  }

  @Test func stridesMayMultiplyBeyondAnyNumber() throws {
    let nodes = (0..<60).map { index in
      Self.node(
        "Conv", [index == 0 ? "x" : "c\(index)", "w"], index == 59 ? "y" : "c\(index + 1)",
        ["strides": .ints([1 << 24, 1 << 24])])
    }
    try meets(.bound, Self.sketch([.floats([Float](repeating: 0.1, count: 9), shape: [3, 3, 1, 1], name: "w")], nodes))
  }

  @Test(arguments: [1e-30, 0x1p-149, 0, -1, .nan, .infinity, 1e30] as [Float])
  func scalesOfAResizeMayBeAnyNumber(_ scale: Float) throws {
    let model = Self.sketch([.floats([1, 1, scale, scale], name: "s")], [Self.node("Resize", ["x", "", "s"])])
    try meets(scale > 0 && scale < 1 ? .bound : .refused("scales"), model)
  }

  /// An attribute that comes in as a list may be as long as any value; every node may read it again.
  @Test func longListsAreNoAttributes() throws {
    for type in ["Unsqueeze", "Squeeze", "Reshape", "Expand", "Tile", "ReduceSum", "Pad"] {
      try meets(
        .refused("numbers are too many"),
        Self.sketch(
          [.int64s([1 << 16], name: "s")],
          [
            ModelSketch.NodeSketch(
              type: "ConstantOfShape", inputs: ["s"], outputs: ["c"], attributes: ["value": .tensor(.int64s([1]))]),
            Self.node(type, ["x", "c"]),
          ]))
    }
  }

  @Test func initializersAreDecodedOnABudget() throws {
    // A function's constant is decoded at each call.
    var model = Self.sketch([], [])
    model.nodes =
      (0..<600).map {
        ModelSketch.NodeSketch(type: "F", inputs: [], outputs: ["c\($0)"], domain: "loc")
      } + [Self.node("Relu", ["x"])]
    model.functions = [
      ModelSketch.FunctionSketch(
        name: "F", domain: "loc", inputs: [], outputs: ["out"],
        nodes: [
          ModelSketch.NodeSketch(
            type: "Constant", inputs: [], outputs: ["out"],
            attributes: ["value": .tensor(.int64s([Int](repeating: 0, count: 40_000)))])
        ])
    ]
    try meets(.refused("elements computed"), model)
  }
}
