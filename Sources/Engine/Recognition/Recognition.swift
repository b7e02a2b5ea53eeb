import GinghamNetworks
import GinghamTensors

extension BoundNetwork {
  /// The same network with what exporters spell out in small operators brought together again: activations,
  /// normalizations, factors that belong into a matrix product.
  ///
  /// - Parameter protected: values that must stay as they are.
  func recognized(keeping protected: Set<ValueID>) -> BoundNetwork {
    var recognition = Recognition(network: self, protected: protected)
    for rule in [
      Recognition.gelu, Recognition.approximateGELU, Recognition.gatedActivation, Recognition.layerNormalization,
      Recognition.groupNormalization, Recognition.factorBehindTranspose, Recognition.factorsOfScores,
    ] {
      recognition.applyEverywhere(rule)
    }
    return recognition.network
  }
}

/// A network while patterns in it are replaced: who makes and who reads each value.
struct Recognition {
  private(set) var network: BoundNetwork
  let protected: Set<ValueID>
  private var producers: [ValueID: Int] = [:]
  private var readers: [ValueID: [Int]] = [:]

  init(network: BoundNetwork, protected: Set<ValueID>) {
    (self.network, self.protected) = (network, protected)
    update()
  }

  private mutating func update() {
    producers = [:]
    readers = [:]
    for (index, node) in network.nodes.enumerated() {
      for output in node.outputs { producers[output] = index }
      for input in node.inputs.compactMap({ $0 }) { readers[input, default: []].append(index) }
    }
  }

  /// Tries a rule at every node that is still there when its turn comes.
  mutating func applyEverywhere(_ rule: (inout Recognition, Node) -> Void) {
    for candidate in network.nodes where node(making: candidate.outputs.first) == candidate {
      rule(&self, candidate)
    }
  }

  // MARK: Looking

  func node(making value: ValueID?) -> Node? { value.flatMap { producers[$0] }.map { network.nodes[$0] } }

  /// The one node that reads a value which nobody else looks at.
  func soleReader(_ value: ValueID) -> Node? {
    guard !protected.contains(value), let nodes = readers[value], nodes.count == 1 else { return nil }
    return network.nodes[nodes[0]]
  }

  func isRead(only value: ValueID) -> Bool { soleReader(value) != nil }

  func shape(_ value: ValueID) -> Shape? { network.shapes[value] ?? network.constants[value]?.shape }

  /// The number that a constant of one element holds.
  func scalar(_ value: ValueID?) -> Float? {
    guard let tensor = value.flatMap({ network.constants[$0]?.tensor }), tensor.count == 1 else { return nil }
    return tensor.scalars[0]
  }

  /// The operand beside `value`, where the node has two.
  func partner(of value: ValueID, in node: Node) -> ValueID? {
    guard node.inputs.count == 2, let a = node.inputs[0], let b = node.inputs[1] else { return nil }
    return a == value ? b : b == value ? a : nil
  }

  /// What a value is a multiple of, and the factor. Only values that nobody else reads are taken apart.
  func scaled(_ value: ValueID) -> (base: ValueID, factor: Float, nodes: [Node]) {
    guard let node = node(making: value), isRead(only: value) else { return (value, 1, []) }
    switch node.operation {
    case .elementwise(.multiply):
      for case let operand? in node.inputs {
        guard let other = partner(of: operand, in: node), let factor = scalar(other), shape(operand) == shape(value)
        else { continue }
        return (operand, factor, [node])
      }
    case .elementwise(.divide):
      guard let base = node.inputs[0], let divisor = scalar(node.inputs[1]), shape(base) == shape(value) else { break }
      return (base, 1 / divisor, [node])
    default: break
    }
    return (value, 1, [])
  }

  func readersOf(_ value: ValueID) -> Set<Node> {
    protected.contains(value) ? [] : Set((readers[value] ?? []).map { network.nodes[$0] })
  }

  // MARK: Changing

  /// Puts nodes in the place of others: the last of them makes what the last of the others made.
  mutating func replace(_ old: [Node], by new: [Node]) {
    guard let place = old.compactMap({ network.nodes.firstIndex(of: $0) }).max() else { return }
    var nodes = network.nodes
    nodes.replaceSubrange(place...place, with: new)
    let gone = Set(old)
    network.nodes = nodes.filter { !gone.contains($0) || new.contains($0) }
    update()
  }

  /// Takes a node out: who read what it made reads something else.
  mutating func bypass(_ node: Node, from output: ValueID, to input: ValueID) {
    network.nodes.removeAll { $0 == node }
    for index in network.nodes.indices {
      network.nodes[index].inputs = network.nodes[index].inputs.map { $0 == output ? input : $0 }
    }
    update()
  }

  mutating func addConstant(_ tensor: Tensor, named name: String) -> ValueID {
    let value = addValue(tensor.shape, named: name)
    network.constants[value] = .float(tensor)
    return value
  }

  mutating func addValue(_ shape: Shape, named name: String) -> ValueID {
    network.valueNames.append(name)
    let value = ValueID(network.valueNames.count - 1)
    network.shapes[value] = shape
    return value
  }
}

extension Float {
  /// Equal but for the digits that an exporter may have dropped.
  func isAbout(_ other: Float) -> Bool { abs(self - other) <= 2e-6 * abs(other) }
}
