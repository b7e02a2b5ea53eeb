import GinghamNetworks
import GinghamTensors

/// What comes to stand in a layer's place: operators that read the same value and give the same one, so that nothing
/// around them changes. The last bears the layer's name, the others stand under it.
struct LayerReplacement {
  private let site: RewriteSite
  private(set) var network: Network
  private var nodes: [Node] = []

  init(_ site: RewriteSite) {
    self.site = site
    network = site.network
  }

  /// A weight that takes the place of the layer's own under the same name, unless others read that one, too.
  mutating func weight(_ tensor: Tensor) -> ValueID { parameter(1, "weight", tensor) }

  mutating func bias(_ tensor: Tensor) -> ValueID { parameter(2, "bias", tensor) }

  private mutating func parameter(_ index: Int, _ suffix: String, _ tensor: Tensor) -> ValueID {
    if site.node.inputs.count > index, let value = site.node.inputs[index], network.constants[value] != nil,
      network.nodes.reduce(0, { $0 + $1.inputs.count { $0 == value } }) == 1, !network.outputs.contains(value)
    {
      network.constants[value] = .float(tensor)
      return value
    }
    return network.addConstant("\(site.name).\(suffix)", .float(tensor))
  }

  mutating func constant(_ suffix: String, _ tensor: Tensor) -> ValueID {
    network.addConstant("\(site.name).\(suffix)", .float(tensor))
  }

  /// Whole numbers that an operator reads: indices of channels.
  mutating func list(_ suffix: String, _ elements: [Int]) -> ValueID {
    network.addConstant(
      "\(site.name).\(suffix).list", .integer(IntegerArray([elements.count], elements, type: .int64)))
  }

  /// An operator in front of the last.
  mutating func step(_ suffix: String, _ operation: Operation, _ inputs: ValueID?...) -> ValueID {
    step(suffix, operation, inputs: inputs)
  }

  mutating func step(_ suffix: String, _ operation: Operation, inputs: [ValueID?]) -> ValueID {
    let name = "\(site.name).\(suffix)"
    let value = network.makeValue(named: name)
    nodes.append(Node(name: name, operation: operation, inputs: inputs, outputs: [value]))
    return value
  }

  /// The operator that gives the layer's output.
  ///
  /// - Throws: ``ArtifactError/unsupported(layer:why:)`` where the output would have another shape.
  mutating func finish(_ operation: Operation, _ inputs: ValueID?...) throws -> Network {
    nodes.append(Node(name: site.name, operation: operation, inputs: inputs, outputs: site.node.outputs))
    network.nodes.replaceSubrange(site.index...site.index, with: nodes)
    try requireShape()
    return network
  }

  /// The one thing a rewrite must never do is move pixels, so what stands in the layer's place is bound and compared.
  private func requireShape() throws {
    let input = try site.input()
    var part = network
    part.nodes = nodes
    part.inputs = [.init(value: input, shape: try site.inputShape().dimensions.map { $0 })]
    part.outputs = [site.node.outputs[0]]
    // Parameters that other nodes compute are known to the bound network.
    for value in nodes.flatMap(\.inputs).compactMap({ $0 }) where part.constants[value] == nil {
      part.constants[value] = site.bound.constants[value]
    }
    part.constants[input] = nil
    let (wanted, found) = (try site.outputShape(), try part.bound().shapes[site.node.outputs[0]])
    guard found == wanted else {
      throw site.fail("its output would become \(found ?? []) in place of \(wanted)")
    }
  }
}
