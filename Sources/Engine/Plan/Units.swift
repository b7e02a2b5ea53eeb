import GinghamDifferentiation
import GinghamNetworks

/// A run of nodes that one kernel does: a leading operator, a sum with an existing value, an activation.
struct Unit {
  var lead: Node
  /// Added to the leading operator's result before the activation.
  var residual: ValueID?
  var activation: Pointwise?
  /// The value that the whole unit produces.
  var output: ValueID
  /// Index of the last node: every value the unit reads exists there.
  var position: Int
}

extension Structure {
  /// Groups nodes into units, in an order in which each finds its inputs.
  func units(_ network: BoundNetwork) -> [Unit] {
    var units: [Unit] = []
    var taken: Set<Int> = []
    for (index, node) in network.nodes.enumerated() where !taken.contains(index) {
      var unit = Unit(lead: node, output: node.outputs[0], position: index)
      if node.outputs.count == 1 {
        fuseSum(into: &unit, network, taken: &taken)
        fuseActivation(into: &unit, network, taken: &taken)
      }
      units.append(unit)
    }
    return units.sorted { $0.position < $1.position }
  }

  private func fuseSum(into unit: inout Unit, _ network: BoundNetwork, taken: inout Set<Int>) {
    guard case .convolution = unit.lead.operation, let next = soleReader(unit.output), !taken.contains(next)
    else { return }
    let node = network.nodes[next]
    guard case .elementwise(.add) = node.operation, node.inputs.count == 2,
      let other = node.inputs.compactMap({ $0 }).first(where: { $0 != unit.output }),
      network.constants[other] == nil, network.shapes[other] == network.shapes[unit.output]
    else { return }
    taken.insert(next)
    unit.residual = other
    unit.output = node.outputs[0]
    unit.position = next
  }

  private func fuseActivation(into unit: inout Unit, _ network: BoundNetwork, taken: inout Set<Int>) {
    switch unit.lead.operation {
    case .convolution, .batchNormalization, .elementwise(.add): break
    default: return
    }
    guard let next = soleReader(unit.output), !taken.contains(next),
      case .pointwise(let function) = network.nodes[next].operation,
      ActivationFunction(function) != nil
    else { return }
    taken.insert(next)
    unit.activation = function
    unit.output = network.nodes[next].outputs[0]
    unit.position = max(unit.position, next)
  }
}
