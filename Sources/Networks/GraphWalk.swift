extension [Node] {
  /// The targets and every value that they are worked out from, inputs and constants included.
  ///
  /// One pass from the end, as the nodes stand in topological order. A branch or a loop produces what its bodies do.
  public func ancestors(of targets: some Sequence<ValueID>) -> Set<ValueID> {
    var leading = Set(targets)
    for node in reversed() where node.produced.contains(where: leading.contains) {
      leading.formUnion(node.inputs.compactMap { $0 })
    }
    return leading
  }

  /// The sources and every value that is worked out from them.
  public func descendants(of sources: some Sequence<ValueID>) -> Set<ValueID> {
    var reached = Set(sources)
    for node in self where node.inputs.contains(where: { $0.map(reached.contains) ?? false }) {
      reached.formUnion(node.outputs)
    }
    return reached
  }

  /// The nodes that produce a target or something that it is worked out from, in their order.
  public func leading(to targets: some Sequence<ValueID>) -> [Node] {
    let leading = ancestors(of: targets)
    return filter { $0.produced.contains(where: leading.contains) }
  }

  /// The nodes that read a source or something that is worked out from one, in their order.
  public func following(_ sources: some Sequence<ValueID>) -> [Node] {
    let reached = descendants(of: sources)
    return filter { $0.inputs.contains { $0.map(reached.contains) ?? false } }
  }
}
