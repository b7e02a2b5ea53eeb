import GinghamNetworks
import GinghamTensors
import Testing

/// input → a → b → join → end, with a second branch a → c → join and a node beside them that nobody reads.
@Suite struct GraphWalkTests {
  private var network = Network(name: "diamond")
  private let input: ValueID
  private let weight: ValueID
  private let values: [String: ValueID]

  init() {
    var values: [String: ValueID] = [:]
    input = network.addInput("input", shape: [1, 1, 4, 4])
    weight = network.addConstant("weight", .float(Tensor([1])))
    values["a"] = network.append("a", .elementwise(.multiply), input, weight)
    values["b"] = network.append("b", .pointwise(.relu), values["a"])
    values["beside"] = network.append("beside", .pointwise(.tanh), values["b"])
    values["c"] = network.append("c", .pointwise(.sigmoid), values["a"])
    values["join"] = network.append("join", .elementwise(.add), values["b"], values["c"])
    values["end"] = network.append("end", .identity, values["join"])
    self.values = values
  }

  private func named(_ names: String) -> Set<ValueID> {
    Set(names.split(separator: " ").compactMap { values[String($0)] })
  }

  @Test func ancestorsGoThroughBothBranchesToInputsAndConstants() {
    #expect(network.nodes.ancestors(of: named("join")) == named("join b c a").union([input, weight]))
    #expect(network.nodes.ancestors(of: [input]) == [input])
  }

  @Test func descendantsAreWhatReadsAValueSoonerOrLater() {
    #expect(network.nodes.descendants(of: named("b")) == named("b beside join end"))
    #expect(network.nodes.descendants(of: [weight]) == named("a b beside c join end").union([weight]))
  }

  @Test func nodesKeepTheirOrder() {
    #expect(network.nodes.leading(to: named("join")).map(\.name) == ["a", "b", "c", "join"])
    #expect(network.nodes.following(named("b")).map(\.name) == ["beside", "join", "end"])
    #expect(network.nodes.following(named("end")).isEmpty)
  }
}
