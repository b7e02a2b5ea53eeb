import GinghamTensors

extension BoundNetwork {
  /// The part of the network that leads to `targets`, with nothing in it that changes no number: identities, dropout
  /// and reshapes to the same shape vanish, batch normalization is folded into the convolution in front of it.
  ///
  /// Values in `targets` and `keeping` survive with their exact meaning, so a layer that a user names is never folded
  /// into its neighbour. Where an equal value remains, ``resolved(_:)`` finds it.
  public func simplified(targets: some Collection<ValueID>, keeping: some Collection<ValueID> = []) -> BoundNetwork {
    let protected = Set(targets).union(keeping)
    var result = self
    result.outputs = Array(targets)
    result.nodes = nodes.leading(to: protected)
    result.removeIdentities(keeping: protected)
    result.foldBatchNormalization(keeping: protected)
    result.dropUnreached(keeping: Set(protected.map(result.resolved)))
    return result
  }

  /// The part of the network that leads to some values.
  public func leading(to targets: some Collection<ValueID>) -> BoundNetwork {
    var result = self
    result.dropUnreached(keeping: Set(targets))
    return result
  }

  /// Drops nodes and constants that do not lead to one of `targets`.
  mutating func dropUnreached(keeping targets: Set<ValueID>) {
    nodes = nodes.leading(to: targets)
    dropUnusedConstants()
  }

  mutating func addValue(named name: String) -> ValueID {
    valueNames.append(name)
    return ValueID(valueNames.count - 1)
  }

  mutating func addConstant(_ tensor: Tensor, named name: String) -> ValueID {
    let value = addValue(named: name)
    constants[value] = .float(tensor)
    shapes[value] = tensor.shape
    return value
  }

  /// How many nodes read each value.
  public var readerCounts: [ValueID: Int] {
    nodes.reduce(into: [:]) { counts, node in
      for input in node.inputs.compactMap({ $0 }) { counts[input, default: 0] += 1 }
    }
  }

  private mutating func removeIdentities(keeping protected: Set<ValueID>) {
    var kept: [Node] = []
    for var node in nodes {
      node.inputs = node.inputs.map { $0.map(resolved) }
      if let input = node.inputs.first ?? nil, let output = node.outputs.first, !protected.contains(output),
        isIdentity(node, input: input, output: output)
      {
        aliases[output] = input
      } else {
        kept.append(node)
      }
    }
    nodes = kept
  }

  private func isIdentity(_ node: Node, input: ValueID, output: ValueID) -> Bool {
    switch node.operation {
    case .identity, .dropout: true
    case .cast(let type): [.float32, .float64].contains(type) && constants[input]?.integers == nil
    case .reshape, .expand, .tile, .slice, .pad, .concatenate:
      node.inputs.count == 1 && shapes[input] == shapes[output] && !isReversal(node.operation)
    case .transpose(let permutation): permutation == permutation?.sorted()
    default: false
    }
  }

  /// A slice may keep the shape and still turn the axis round; padding may crop as much as it adds.
  private func isReversal(_ operation: Operation) -> Bool {
    switch operation {
    case .slice(let slice): slice.steps?.contains { $0 < 0 } ?? true
    case .pad(let pad): ((pad.before ?? []) + (pad.after ?? [])).contains { $0 != 0 }
    default: false
    }
  }

  private mutating func dropUnusedConstants() {
    let used = Set(nodes.flatMap { $0.inputs.compactMap { $0 } }).union(outputs.map(resolved))
    constants = constants.filter { used.contains($0.key) }
  }
}
