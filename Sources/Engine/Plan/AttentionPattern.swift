import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// Attention spelled out: softmax(scale·Q·Kᵀ + addends)·V (Vaswani et al. 2017).
struct AttentionPattern {
  /// …×N×D.
  var query: ValueID
  /// …×D×M, turned already.
  var key: ValueID
  /// …×M×E.
  var value: ValueID
  var scale: Float = 1
  /// Constants that are added to the scores, with the scores' shape where that happens.
  var addends: [(constant: ValueID, shape: Shape)] = []
}

extension Structure {
  /// Takes the nodes from a product of queries and keys to the product with the values.
  func fuseAttention(into unit: inout Unit, _ network: BoundNetwork, taken: inout Set<Int>) {
    guard case .matrixMultiply = unit.lead.operation, unit.lead.inputs.count == 2, let query = unit.lead.inputs[0],
      let key = unit.lead.inputs[1], network.constants[query] == nil, network.constants[key] == nil,
      let scores = network.shapes[unit.output], scores.rank >= 3
    else { return }
    var pattern = AttentionPattern(query: query, key: key, value: key)
    var (value, shape, nodes) = (unit.output, scores, [unit.lead])
    var members: Set<Int> = []
    var isNormalized = false
    while let next = soleReader(value), !taken.contains(next), network.nodes[next].outputs.count == 1 {
      let node = network.nodes[next]
      guard let result = network.shapes[node.outputs[0]] else { return }
      switch node.operation {
      case .reshape where result.rank >= 2 && result.dimensions.suffix(2).elementsEqual(shape.dimensions.suffix(2)):
        break
      case .elementwise(let function) where !isNormalized && result == shape:
        guard pattern.append(function, node, to: value, shape, network) else { return }
      case .softmax(let softmax) where !isNormalized && !softmax.isLogarithmic:
        guard softmax.axis == shape.rank - 1 || softmax.axis == -1 else { return }
        isNormalized = true
      case .matrixMultiply where isNormalized:
        guard node.inputs[0] == value, let values = node.inputs[1], values != value, network.constants[values] == nil,
          result.rank >= 3
        else { return }
        pattern.value = values
        unit.nodes = nodes + [node]
        unit.attention = pattern
        unit.output = node.outputs[0]
        unit.position = next
        taken.formUnion(members)
        taken.insert(next)
        return
      default: return
      }
      (value, shape) = (node.outputs[0], result)
      nodes.append(node)
      members.insert(next)
    }
  }
}

extension AttentionPattern {
  /// Takes a factor or an addend in. `false` where it is neither.
  fileprivate mutating func append(
    _ function: Elementwise, _ node: Node, to value: ValueID, _ shape: Shape, _ network: BoundNetwork
  ) -> Bool {
    guard node.inputs.count == 2, let other = node.inputs.compactMap({ $0 }).first(where: { $0 != value }),
      let constant = network.constants[other]?.tensor
    else { return false }
    switch function {
    case .multiply where constant.count == 1 && addends.isEmpty: scale *= constant.scalars[0]
    case .divide where constant.count == 1 && addends.isEmpty && node.inputs[0] == value:
      scale /= constant.scalars[0]
    case .add where addends.count < 2: addends.append((other, shape))
    default: return false
    }
    return true
  }
}
