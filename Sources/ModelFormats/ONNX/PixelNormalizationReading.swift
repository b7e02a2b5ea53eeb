import GinghamNetworks
import GinghamTensors

extension Network {
  /// Turns arithmetic that a file marks as the normalization of its pixels back into one operation: an Add of that
  /// name behind a Mul, which may stand behind a Gather of channels. Where somebody has changed these nodes since, they
  /// stay as they are.
  mutating func joinPixelNormalization(named name: String) {
    guard let index = nodes.firstIndex(where: { $0.name == name && $0.operation == .elementwise(.add) }),
      let shift = operand(of: nodes[index]), let factors = producer(of: nodes[index].inputs[0]),
      nodes[factors].operation == .elementwise(.multiply), let scale = operand(of: nodes[factors]),
      scale.count == shift.count
    else { return }
    var removed = [factors]
    var x = nodes[factors].inputs[0]
    var source = Array(scale.indices)
    if let gather = producer(of: x), nodes[gather].operation == .gather(axis: 1),
      nodes[gather].name == name + ".source",
      let channels = nodes[gather].inputs[1].flatMap({ constants[$0]?.integers })
    {
      guard channels.elements.count == scale.count else { return }
      source = channels.elements
      x = nodes[gather].inputs[0]
      removed.append(gather)
    }
    nodes[index].operation = .pixelNormalization(PixelNormalization(source: source, scale: scale, shift: shift))
    nodes[index].inputs = [x]
    nodes = nodes.enumerated().filter { !removed.contains($0.offset) }.map(\.element)
    let read = Set(nodes.flatMap { $0.inputs.compactMap { $0 } } + outputs)
    constants = constants.filter { read.contains($0.key) }
  }

  /// A channel's constants, the second input of an operation on channels.
  private func operand(of node: Node) -> [Float]? {
    guard node.inputs.count == 2, let tensor = node.inputs[1].flatMap({ constants[$0]?.tensor }),
      tensor.shape.dimensions.last == 1, tensor.shape.dimensions.filter({ $0 != 1 }).count <= 1
    else { return nil }
    return tensor.scalars
  }

  /// The node that gives a value which nothing else reads.
  private func producer(of value: ValueID?) -> Int? {
    guard let value, !outputs.contains(value), nodes.count(where: { $0.inputs.contains(value) }) == 1 else {
      return nil
    }
    return nodes.firstIndex { $0.outputs == [value] }
  }
}
