import GinghamTensors

extension BoundNetwork {
  /// Leaves out what does not reach some channels of an output: other operands of a concatenation, other filters of a
  /// convolution, other rows of a dense layer, and what only they need.
  ///
  /// - Parameters:
  ///   - target: an output of a batch of one, 1×C or 1×C×…, that no node reads; otherwise nothing happens.
  ///   - channels: the ones that are needed.
  ///   - block: filters are left out in blocks of so many.
  ///   - protected: values that must stay as they are.
  /// - Returns: the value that now stands for the target, and which of the target's channels is its first.
  public mutating func narrow(
    _ target: ValueID, to channels: Range<Int>, block: Int, keeping protected: Set<ValueID>
  ) -> (value: ValueID, first: Int) {
    var narrowing = ChannelNarrowing(network: self, readers: readerCounts, block: block, protected: protected)
    guard outputs.count(where: { $0 == target }) == 1, narrowing.readers[target] == nil,
      let found = narrowing.narrow(target, to: channels)
    else { return (target, 0) }
    self = narrowing.network
    outputs = outputs.map { $0 == target ? found.value : $0 }
    dropUnreached(keeping: protected.union(outputs))
    return found
  }
}

/// The way back from an output through nodes that nobody else needs.
private struct ChannelNarrowing {
  var network: BoundNetwork
  let readers: [ValueID: Int]
  let block: Int
  let protected: Set<ValueID>

  /// `nil` where the value, and the network, stay as they are.
  mutating func narrow(_ value: ValueID, to channels: Range<Int>) -> (value: ValueID, first: Int)? {
    let before = network
    if let found = attempt(value, channels) { return found }
    network = before
    return nil
  }

  private mutating func attempt(_ value: ValueID, _ channels: Range<Int>) -> (value: ValueID, first: Int)? {
    guard let node = network.nodes.first(where: { $0.outputs == [value] }), !protected.contains(value),
      let shape = network.shapes[value], shape.rank >= 2, shape[0] == 1, !channels.isEmpty,
      channels.lowerBound >= 0, channels.upperBound <= shape[1]
    else { return nil }
    switch node.operation {
    case .concatenate(let axis) where axis == 1 || axis == 1 - shape.rank:
      return operand(of: node, holding: channels)
    case .convolution(let convolution) where convolution.groups == 1:
      return filters(of: node, value, inBlocks(channels, of: shape[1]), axis: 0)
    case .convolution(let convolution) where convolution.groups == shape[1]:
      return depthwise(node, convolution, value, channels)
    case .generalMatrixMultiply(let product) where shape.rank == 2 && !product.transposesA:
      return filters(of: node, value, inBlocks(channels, of: shape[1]), axis: product.transposesB ? 0 : 1)
    case .pointwise, .maxPool, .averagePool: return passing(node, value, channels)
    case .reduce(let reduction) where reduction.axes == .spatial && reduction.keepsDimensions:
      return passing(node, value, channels)
    case .flatten(axis: 1) where node.inputs[0].map({ isColumn($0) }) ?? false: return passing(node, value, channels)
    default: return nil
    }
  }

  private func isSole(_ value: ValueID) -> Bool { readers[value] == 1 && !network.outputs.contains(value) }

  private func isColumn(_ value: ValueID) -> Bool {
    network.shapes[value]?.dimensions.dropFirst(2).allSatisfy { $0 == 1 } ?? false
  }

  private mutating func operand(of node: Node, holding channels: Range<Int>) -> (value: ValueID, first: Int)? {
    var first = 0
    for case let input? in node.inputs {
      guard let extent = network.shapes[input]?[1], network.constants[input] == nil else { return nil }
      if first <= channels.lowerBound, channels.upperBound <= first + extent {
        let inner = (channels.lowerBound - first)..<(channels.upperBound - first)
        guard isSole(input), let found = narrow(input, to: inner) else { return (input, first) }
        return (found.value, first + found.first)
      }
      first += extent
    }
    return nil
  }

  /// A node that treats each channel by itself.
  private mutating func passing(_ node: Node, _ value: ValueID, _ channels: Range<Int>) -> (
    value: ValueID, first: Int
  )? {
    guard let input = node.inputs[0], isSole(input), let found = narrow(input, to: channels),
      let extent = network.shapes[found.value]?[1]
    else { return nil }
    var narrowed = node
    narrowed.inputs[0] = found.value
    return (replace(value, by: narrowed, channels: extent), found.first)
  }

  /// A convolution that treats each channel by itself, with a filter for each.
  private mutating func depthwise(_ node: Node, _ convolution: Convolution, _ value: ValueID, _ channels: Range<Int>)
    -> (value: ValueID, first: Int)?
  {
    guard let input = node.inputs[0], isSole(input), let found = narrow(input, to: channels),
      let extent = network.shapes[found.value]?[1]
    else { return nil }
    var (narrowed, thinner) = (node, convolution)
    thinner.groups = extent
    narrowed.operation = .convolution(thinner)
    narrowed.inputs[0] = found.value
    return filters(of: narrowed, value, found.first..<(found.first + extent), axis: 0)
  }

  private func inBlocks(_ channels: Range<Int>, of all: Int) -> Range<Int> {
    (channels.lowerBound / block * block)..<min(all, (channels.upperBound + block - 1) / block * block)
  }

  /// A layer with a filter a channel: weights with the output channels along `axis`, and an optional bias.
  private mutating func filters(of node: Node, _ value: ValueID, _ kept: Range<Int>, axis: Int) -> (
    value: ValueID, first: Int
  )? {
    guard let weightID = node.inputs[1], let weight = network.constants[weightID]?.tensor,
      kept.count < weight.shape[axis]
    else { return nil }
    var narrowed = node
    if node.inputs.count > 2, let biasID = node.inputs[2] {
      guard let bias = network.constants[biasID]?.tensor, bias.count == weight.shape[axis] else { return nil }
      narrowed.inputs[2] = addConstant(bias.slice(axis: bias.shape.rank - 1, kept), like: biasID)
    }
    narrowed.inputs[1] = addConstant(weight.slice(axis: axis, kept), like: weightID)
    weight.letGo()
    return (replace(value, by: narrowed, channels: kept.count), kept.lowerBound)
  }

  private mutating func replace(_ value: ValueID, by node: Node, channels: Int) -> ValueID {
    let result = network.addValue(named: network.name(of: value))
    var node = node
    node.outputs = [result]
    if let index = network.nodes.firstIndex(where: { $0.outputs == [value] }) { network.nodes[index] = node }
    network.shapes[result] = network.shapes[value]
    network.shapes[result]?[1] = channels
    return result
  }

  private mutating func addConstant(_ tensor: Tensor, like other: ValueID) -> ValueID {
    network.addConstant(tensor, named: network.name(of: other))
  }
}
