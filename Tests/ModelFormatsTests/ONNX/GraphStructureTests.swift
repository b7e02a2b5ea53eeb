import GinghamNetworks
import GinghamTensors
import Testing

@testable import GinghamModelFormats

@Suite struct GraphStructureTests {
  private typealias Sketch = ModelSketch.NodeSketch

  private func sketch(_ nodes: [ModelSketch.NodeSketch], outputs: [String] = ["y"]) -> ModelSketch {
    ModelSketch(nodes: nodes, inputs: [("x", 1, [1, 4, 8, 8])], outputs: outputs)
  }

  @Test func nodesAreBroughtIntoOrder() throws {
    let network = try sketch([
      Sketch(type: "Sigmoid", inputs: ["b"], outputs: ["y"]), Sketch(type: "Relu", inputs: ["x"], outputs: ["a"]),
      Sketch(type: "Tanh", inputs: ["a"], outputs: ["b"]),
    ]).load()
    #expect(network.nodes.map(\.operation) == [.pointwise(.relu), .pointwise(.tanh), .pointwise(.sigmoid)])
  }

  @Test func circlesAreRefused() {
    #expect {
      try sketch([
        Sketch(type: "Add", inputs: ["x", "b"], outputs: ["a"]), Sketch(type: "Relu", inputs: ["a"], outputs: ["b"]),
        Sketch(type: "Relu", inputs: ["b"], outputs: ["y"]),
      ]).load()
    } throws: { error in
      if case NetworkError.cyclic = error { true } else { false }
    }
  }

  @Test func valuesThatNothingProducesAreRefused() {
    #expect { try sketch([Sketch(type: "Relu", inputs: ["nowhere"], outputs: ["y"], name: "lost")]).load() } throws: {
      if case NetworkError.dangling(node: "lost", value: "nowhere") = $0 { true } else { false }
    }
    #expect { try sketch([Sketch(type: "Relu", inputs: ["x"], outputs: ["a"])]).load() } throws: {
      if case NetworkError.dangling(_, value: "y") = $0 { true } else { false }
    }
  }

  @Test func valuesAreDefinedOnce() {
    #expect(throws: FormatError.self) {
      try sketch([
        Sketch(type: "Relu", inputs: ["x"], outputs: ["y"]), Sketch(type: "Tanh", inputs: ["x"], outputs: ["y"]),
      ]).load()
    }
    #expect(throws: FormatError.self) { try sketch([Sketch(type: "Relu", inputs: ["x"], outputs: ["x"])]).load() }
  }

  @Test func initializersListedAmongInputsAreNotInputs() throws {
    var model = sketch([Sketch(type: "Add", inputs: ["x", "w"], outputs: ["y"])])
    model.irVersion = 3
    model.initializers = [.floats([1, 2], shape: [1, 1, 1, 2], name: "w")]
    model.inputs.append(("w", 1, [1, 1, 1, 2]))
    let network = try model.load()
    #expect(network.inputs.map { network.name(of: $0.value) } == ["x"])
    #expect(network.constants.keys.map(network.name) == ["w"])
  }

  @Test func openExtentsStayOpen() throws {
    var model = sketch([Sketch(type: "Relu", inputs: ["x"], outputs: ["y"])])
    model.inputs = [("x", 1, [nil, 3, -1, 224])]
    #expect(try model.load().inputs.map(\.shape) == [[nil, 3, nil, 224]])
  }

  @Test func absentOptionalInputsAreNil() throws {
    let network = try sketch([
      Sketch(
        type: "Resize", inputs: ["x", "", "", "sizes"], outputs: ["y"],
        attributes: ["mode": .string("linear")])
    ]).withInitializer(.int64s([1, 4, 4, 4], name: "sizes")).load()
    #expect(network.nodes.first?.inputs.map { $0 == nil } == [false, true, true, false])
  }

  @Test func inputsOfOtherKindsAreNotSupported() {
    var model = sketch([Sketch(type: "Identity", inputs: ["x"], outputs: ["y"])])
    model.inputs = [("x", 8, [1])]
    #expect { try model.load() } throws: { String(describing: $0).contains("type string") }
  }

  @Test func functionsAreWrittenOut() throws {
    var model = sketch([
      Sketch(
        type: "Swish", inputs: ["x"], outputs: ["a"], attributes: ["slope": .float(0.25)], name: "one", domain: "mine"),
      Sketch(type: "Swish", inputs: ["a"], outputs: ["y"], name: "two", domain: "mine"),
    ])
    model.functions = [
      ModelSketch.FunctionSketch(
        name: "Swish", domain: "mine", inputs: ["in"], outputs: ["out"], attributes: ["slope"],
        nodes: [
          Sketch(type: "LeakyRelu", inputs: ["in"], outputs: ["t"], attributes: ["alpha": .reference("slope")]),
          Sketch(type: "Mul", inputs: ["in", "t"], outputs: ["out"]),
        ])
    ]
    let network = try model.load()
    #expect(
      network.nodes.map(\.operation) == [
        .pointwise(.leakyReLU(slope: 0.25)), .elementwise(.multiply), .pointwise(.leakyReLU(slope: 0.01)),
        .elementwise(.multiply),
      ])
    #expect(network.nodes[2].inputs == network.nodes[1].outputs)
  }

  @Test func functionsThatCallThemselvesAreRefused() {
    var model = sketch([Sketch(type: "F", inputs: ["x"], outputs: ["y"], domain: "mine")])
    let call = Sketch(type: "F", inputs: ["in"], outputs: ["t"], domain: "mine")
    let again = Sketch(type: "F", inputs: ["t"], outputs: ["out"], domain: "mine")
    model.functions = [
      ModelSketch.FunctionSketch(name: "F", domain: "mine", inputs: ["in"], outputs: ["out"], nodes: [call, again])
    ]
    #expect(throws: FormatError.self) { try model.load() }
  }
}

extension ModelSketch {
  fileprivate func withInitializer(_ tensor: TensorSketch) -> ModelSketch {
    var copy = self
    copy.initializers.append(tensor)
    return copy
  }
}
