import GinghamDifferentiation
import GinghamNetworks

/// Which nodes of a network a pass needs: those that lead to a target run forward, and those between a wanted gradient
/// and a target run backward.
struct GradientPath {
  /// In topological order.
  private(set) var nodes: [Node] = []
  /// Values that gradients are worked out for.
  private(set) var differentiated: Set<ValueID> = []

  /// - Throws: ``EngineError/unreachable(value:)`` for a gradient that no target depends on.
  init(_ network: BoundNetwork, targets: [ValueID], gradients: [ValueID]) throws {
    var leading = Set(targets)
    for node in network.nodes.reversed() where node.outputs.contains(where: leading.contains) {
      leading.formUnion(node.inputs.compactMap(\.self))
      nodes.append(node)
    }
    nodes.reverse()
    for value in gradients where !leading.contains(value) {
      throw EngineError.unreachable(value: network.name(of: value))
    }
    var reached = Set(gradients)
    for node in nodes where node.inputs.contains(where: { $0.map(reached.contains) ?? false }) {
      reached.formUnion(node.outputs)
    }
    differentiated = reached.intersection(leading)
  }
}
