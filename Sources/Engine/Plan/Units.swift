import GinghamDifferentiation
import GinghamNetworks

/// A run of nodes that one kernel does: a leading operator, a sum with an existing value, an activation.
struct Unit {
  /// In the network's order, the leading one first.
  var nodes: [Node]
  /// A constant vector that is added to the rows of a matrix product.
  var bias: ValueID?
  /// A constant vector that the rows of a matrix product are multiplied by, bias included.
  var scale: ValueID?
  var attention: AttentionPattern?
  /// Added to the leading operator's result before the activation.
  var residual: ValueID?
  var activation: Pointwise?
  /// The value that the whole unit produces.
  var output: ValueID
  /// Index of the last node: every value the unit reads exists there.
  var position: Int

  init(_ node: Node, at position: Int) {
    (nodes, output, self.position) = ([node], node.outputs[0], position)
  }

  var lead: Node { nodes[0] }

  /// The nodes one by one, for a unit that no kernel does as a whole.
  var parts: [Unit] { nodes.map { Unit($0, at: position) } }
}

extension Structure {
  /// Groups nodes into units, in an order in which each finds its inputs.
  func units(_ network: BoundNetwork) -> [Unit] {
    var units: [Unit] = []
    var taken: Set<Int> = []
    for (index, node) in network.nodes.enumerated() where !taken.contains(index) {
      var unit = Unit(node, at: index)
      if node.outputs.count == 1 {
        fuseAttention(into: &unit, network, taken: &taken)
        fuseVectors(into: &unit, network, taken: &taken)
        fuseSum(into: &unit, network, taken: &taken)
        fuseActivation(into: &unit, network, taken: &taken)
      }
      units.append(unit)
    }
    return units.sorted { $0.position < $1.position }
  }

  /// A bias and a factor for each column of a product with a constant matrix.
  private func fuseVectors(into unit: inout Unit, _ network: BoundNetwork, taken: inout Set<Int>) {
    guard unit.lead.isDense(network) else { return }
    while let next = soleReader(unit.output), !taken.contains(next) {
      let node = network.nodes[next]
      guard node.inputs.count == 2, let other = node.inputs.compactMap({ $0 }).first(where: { $0 != unit.output }),
        let vector = network.constants[other]?.tensor, let columns = network.shapes[unit.output]?.dimensions.last,
        vector.count == columns, vector.shape.dimensions.last == columns,
        network.shapes[node.outputs[0]] == network.shapes[unit.output]
      else { return }
      switch node.operation {
      case .elementwise(.add) where unit.bias == nil && unit.scale == nil && !unit.lead.hasOffset: unit.bias = other
      case .elementwise(.multiply) where unit.scale == nil: unit.scale = other
      default: return
      }
      taken.insert(next)
      unit.nodes.append(node)
      unit.output = node.outputs[0]
      unit.position = next
    }
  }

  private func fuseSum(into unit: inout Unit, _ network: BoundNetwork, taken: inout Set<Int>) {
    guard unit.lead.isConvolution || unit.lead.isDense(network), let next = soleReader(unit.output),
      !taken.contains(next)
    else { return }
    let node = network.nodes[next]
    guard case .elementwise(.add) = node.operation, node.inputs.count == 2,
      let other = node.inputs.compactMap({ $0 }).first(where: { $0 != unit.output }),
      network.constants[other] == nil, network.shapes[other] == network.shapes[unit.output]
    else { return }
    taken.insert(next)
    unit.nodes.append(node)
    unit.residual = other
    unit.output = node.outputs[0]
    unit.position = next
  }

  private func fuseActivation(into unit: inout Unit, _ network: BoundNetwork, taken: inout Set<Int>) {
    var isNormalized = false
    switch unit.lead.operation {
    case .convolution, .batchNormalization, .elementwise(.add): break
    case .groupNormalization, .instanceNormalization: isNormalized = true
    case .matrixMultiply, .generalMatrixMultiply: guard unit.lead.isDense(network) else { return }
    default: return
    }
    guard let next = soleReader(unit.output), !taken.contains(next),
      case .pointwise(let function) = network.nodes[next].operation,
      isNormalized ? function == .silu : ActivationFunction(function) != nil
    else { return }
    taken.insert(next)
    unit.nodes.append(network.nodes[next])
    unit.activation = function
    unit.output = network.nodes[next].outputs[0]
    unit.position = max(unit.position, next)
  }
}

extension Node {
  fileprivate var isConvolution: Bool {
    if case .convolution = operation { true } else { false }
  }

  /// Whether this multiplies rows with a constant matrix.
  fileprivate func isDense(_ network: BoundNetwork) -> Bool {
    switch operation {
    case .matrixMultiply, .generalMatrixMultiply:
      guard inputs.count > 1, let rows = inputs[0], let matrix = inputs[1] else { return false }
      return network.constants[rows] == nil && network.constants[matrix]?.tensor?.shape.rank == 2
    default: return false
    }
  }

  /// Whether a product has an addend of its own.
  fileprivate var hasOffset: Bool { inputs.count > 2 && inputs[2] != nil }
}
