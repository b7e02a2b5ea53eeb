import Foundation
import GinghamNetworks
import Testing

@testable import GinghamModelFormats

@Suite struct LayerNamesTests {
  /// A chain of nodes, each with a name, a type and a namespace.
  private func names(_ nodes: [(name: String, type: String, namespace: String?)]) throws -> [String] {
    var model = ModelSketch(inputs: [("v0", 1, [1, 4, 8, 8])], outputs: ["v\(nodes.count)"])
    for (index, node) in nodes.enumerated() {
      model.nodes.append(
        ModelSketch.NodeSketch(
          type: node.type, inputs: ["v\(index)"], outputs: ["v\(index + 1)"], name: node.name,
          namespace: node.namespace))
    }
    return try model.load().nodes.map(\.name)
  }

  @Test func scopedNamesBecomeModulePaths() throws {
    #expect(
      try names([
        ("/features/features.0/Relu", "Relu", nil), ("/features/features.1/conv/conv.0/conv.0.0/Relu", "Relu", nil),
        ("/features/features.1/Sigmoid", "Sigmoid", nil), ("/Flatten", "Flatten", nil),
      ]) == ["features.0", "features.1.conv.0.0", "features.1", "flatten"])
  }

  @Test func bothExportersGiveTheSameNames() throws {
    let scoped = try names([
      ("/layer1/layer1.0/relu/Relu", "Relu", nil), ("/layer1/layer1.0/Tanh", "Tanh", nil),
      ("/layer1/layer1.0/relu_1/Relu", "Relu", nil),
    ])
    let spaced = try names([
      ("node_1", "Relu", ": Net/layer1: Sequential/layer1.0: Block/layer1.0.relu: ReLU/relu: aten.relu.default"),
      ("node_2", "Tanh", ": Net/layer1: Sequential/layer1.0: Block/tanh: aten.tanh.default"),
      ("node_3", "Relu", ": Net/layer1: Sequential/layer1.0: Block/layer1.0.relu: ReLU/relu_1: aten.relu.default"),
    ])
    #expect(scoped == ["layer1.0.relu", "layer1.0.tanh", "layer1.0.relu_1"])
    #expect(spaced == scoped)
  }

  @Test func theLastOfSeveralOperatorsBearsTheModulesName() throws {
    #expect(
      try names([("/act/Sigmoid", "Sigmoid", nil), ("/act/Tanh", "Tanh", nil), ("/act/Relu", "Relu", nil)])
        == ["act.sigmoid", "act.tanh", "act"])
  }

  @Test func aWeightsNameIsSurerThanThePlaceOfAFoldedNormalization() throws {
    var model = ModelSketch(inputs: [("x", 1, [1, 1, 8, 8])], outputs: ["y"])
    model.initializers = [.floats([1], shape: [1, 1, 1, 1], name: "layer1.0.conv1.weight")]
    model.nodes = [
      ModelSketch.NodeSketch(
        type: "Conv", inputs: ["x", "layer1.0.conv1.weight"], outputs: ["y"], name: "node_Conv_1",
        namespace: ": Net/layer1: Sequential/layer1.0.bn1: BatchNorm2d/norm: aten.norm.default")
    ]
    #expect(try model.load().nodes.map(\.name) == ["layer1.0.conv1"])
  }

  @Test func aWeightThatModulesShareNamesNoneOfThem() throws {
    var model = ModelSketch(inputs: [("x", 1, [1, 1, 8, 8])], outputs: ["z"])
    model.initializers = [.floats([1], shape: [1, 1, 1, 1], name: "block1.conv.weight")]
    model.nodes = [("x", "y", "block1"), ("y", "z", "block2")].map { source, target, block in
      ModelSketch.NodeSketch(
        type: "Conv", inputs: [source, "block1.conv.weight"], outputs: [target], name: "node_\(target)",
        namespace: ": Net/\(block): Block/\(block).conv: Conv2d/conv2d: aten.conv2d.default")
    }
    #expect(try model.load().nodes.map(\.name) == ["block1.conv", "block2.conv"])
  }

  /// A residual block: what its module gives is the addition, which has no weight to be named by.
  @Test func aModuleThatOnlyItsWeightsNameHasNoKnownEnd() throws {
    func block(namespaces: [String?]) throws -> Network {
      var model = ModelSketch(inputs: [("x", 1, [1, 1, 8, 8])], outputs: ["z"])
      model.initializers = [.floats([1], shape: [1, 1, 1, 1], name: "layer1.conv.weight")]
      model.nodes = [
        ModelSketch.NodeSketch(
          type: "Conv", inputs: ["x", "layer1.conv.weight"], outputs: ["y"], name: "n0", namespace: namespaces[0]),
        ModelSketch.NodeSketch(
          type: "Add", inputs: ["x", "y"], outputs: ["z"], name: "n1", namespace: namespaces[1]),
      ]
      return try model.load()
    }
    let known = try block(namespaces: [
      ": Net/layer1: Block/layer1.conv: Conv2d/conv2d: aten.conv2d.default", ": Net/layer1: Block/add: aten.add.Tensor",
    ])
    #expect(known.namesModules)
    #expect(try known.value(ofLayer: "layer1") == known.outputs[0])

    let open = try block(namespaces: [nil, nil])
    #expect(!open.namesModules)
    #expect(throws: NetworkError.self) { try open.value(ofLayer: "layer1") }
    let convolution = try open.value(ofLayer: "layer1.conv")
    #expect(open.name(of: convolution) == "y")
    #expect(try open.value(ofLayer: "z") == open.outputs[0])

    // Written again and read, it is no wiser.
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).onnx").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try ONNXModel.write(open, to: path)
    #expect(try !ONNXModel.load(path: path).namesModules)
  }

  @Test func otherNamesStayAndEqualOnesAreNumbered() throws {
    #expect(
      try names([("stage/conv", "Relu", nil), ("stage/conv", "Relu", nil), ("", "Relu", nil), ("v3", "Relu", nil)])
        == ["stage/conv", "stage/conv_1", "v3", "v3_1"])
  }

  @Test func aNumberedNameNeverMeetsAnother() throws {
    #expect(try names([("a", "Relu", nil), ("a_1", "Relu", nil), ("a", "Relu", nil)]) == ["a", "a_1", "a_2"])
  }
}
