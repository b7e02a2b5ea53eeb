import GinghamNetworks
import GinghamTensors
import Testing

/// Layers inside branches and loops can be named like others.
@Suite struct ControlFlowTests {
  @Test func aLayerInsideABranchHasAName() throws {
    var network = Network(name: "branch")
    let x = network.addInput("x", shape: [1, 2])
    let condition = network.addConstant("condition", .integer(IntegerArray([], [1], type: .boolean)))
    let (taken, left) = (network.makeValue(named: "taken"), network.makeValue(named: "left"))
    func body(_ name: String, _ function: Pointwise, _ value: ValueID) -> Subgraph {
      Subgraph(
        inputs: [], outputs: [value],
        nodes: [Node(name: name, operation: .pointwise(function), inputs: [x], outputs: [value])])
    }
    let branch = network.append(
      "if", .branch(Branch(whenTrue: body("if.relu", .relu, taken), whenFalse: body("if.tanh", .tanh, left))),
      condition,
      x)
    network.outputs = [network.append("last", .pointwise(.sigmoid), branch)]

    #expect(try network.value(ofLayer: "if.relu") == taken)
    #expect(network.layerNames.contains("if.relu"))
    let bound = try network.bound(leadingTo: [taken])
    #expect(bound.shapes[taken] == [1, 2])
    #expect(bound.nodes.contains { $0.outputs == [taken] })
    // What the network does not run through has no value.
    #expect(throws: NetworkError.self) { try network.bound(leadingTo: [left]) }
  }

  @Test func everyTurnOfALoopHasItsOwnLayers() throws {
    var network = Network(name: "loop")
    let x = network.addInput("x", shape: [1, 2])
    let count = network.addConstant("count", .integer(IntegerArray([], [3])))
    let turn = network.makeValue(named: "turn")
    let (goesOn, next) = (network.makeValue(named: "goesOn"), network.makeValue(named: "next"))
    let (state, condition) = (network.makeValue(named: "state"), network.makeValue(named: "condition"))
    let body = Subgraph(
      inputs: [turn, condition, state], outputs: [goesOn, next],
      nodes: [
        Node(name: "pass", operation: .identity, inputs: [condition], outputs: [goesOn]),
        Node(name: "step", operation: .pointwise(.tanh), inputs: [state], outputs: [next]),
      ])
    network.outputs = [
      network.append("loop", .loop(Loop(body: body, states: 1, collected: [])), count, nil, x)
    ]
    let names = try network.bound().nodes.map(\.name)
    #expect(names.filter { $0.hasPrefix("step") } == ["step", "step_1", "step_2"])
    // By its name alone, the first turn is meant.
    let first = try network.value(ofLayer: "step")
    #expect(first == next)
    let bound = try network.bound(leadingTo: [first])
    #expect(bound.nodes.first { $0.outputs.contains(first) }?.inputs == [x])
  }
}
