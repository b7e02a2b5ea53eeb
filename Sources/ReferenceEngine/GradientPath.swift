import GinghamDifferentiation
import GinghamNetworks

/// Which nodes of a network a pass needs: those that lead to a target run forward, and those between a wanted gradient
/// and a target run backward.
struct GradientPath {
  /// In topological order.
  let nodes: [Node]
  /// Values that gradients are worked out for.
  let differentiated: Set<ValueID>

  /// - Throws: ``EngineError/unreachable(value:)`` for a gradient that no target depends on.
  init(_ network: BoundNetwork, targets: [ValueID], gradients: [ValueID]) throws {
    let leading = network.nodes.ancestors(of: targets)
    for value in gradients where !leading.contains(value) {
      throw EngineError.unreachable(value: network.name(of: value))
    }
    nodes = network.nodes.leading(to: targets)
    differentiated = nodes.descendants(of: gradients).intersection(leading)
  }
}
