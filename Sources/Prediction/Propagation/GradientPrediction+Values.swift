import GinghamLattices
import GinghamNetworks
import GinghamTensors

/// Predictions for many values of a network at once: one pass over it, not one a value.
extension GradientPrediction {
  /// Variance of the gradient at each of `values` over the whole picture, borders included, as
  /// ``variance(at:startingAt:)`` gives it for one. Values that do not lead to the target, and those without two axes of
  /// pixels, are left out.
  ///
  /// - Throws: ``ArtifactError/badArgument(_:)`` where the seed lies outside the target.
  public func variances(
    at values: [ValueID], startingAt seed: (row: Int, column: Int)? = nil
  ) throws -> [ValueID: Plane] {
    let planes = try boundedPlanes(startingAt: seed)
    return values.reduce(into: [:]) { found, value in
      let layout = bounded.layout(network.resolved(value))
      guard layout.columns != nil, layout.rows != nil || network.isOneDimensional else { return }
      found[value] = planes[network.resolved(value)]
    }
  }

  /// For the gradient at each of `values` the layer that brings in the band of each period, in the value's own
  /// elements: among the strided layers behind it at which the distance of elements becomes a multiple of the period,
  /// the one that contributes most. ``bandLayers`` is this for the input.
  ///
  /// Cost: one interior prediction a strided layer, whatever the number of values.
  ///
  /// - Throws: ``ArtifactError`` as the prediction does.
  public func bandLayers(at values: [ValueID]) throws -> [ValueID: [Int: String]] {
    let resolved = values.map(network.resolved)
    let looked = planes.filter { resolved.contains($0.key) }
    let behind = Dictionary(resolved.map { ($0, network.nodes.descendants(of: [$0])) }) { first, _ in first }
    var candidates = [ValueID: [StridedLayer]]()
    for node in network.nodes {
      guard let value = node.outputs.first, planes[value] != nil, let input = node.inputs.first ?? nil,
        let (window, isPool) = node.operation.downsamplingWindow, window.strides.contains(where: { $0 > 1 })
      else { continue }
      let contributions = try interior.contributions(of: value, to: looked) {
        try $0.backward(from: target, resuming: planes, behind: value)
      }
      for start in resolved where behind[start]?.contains(input) ?? false {
        guard let (near, far) = relativeStrides(of: input, and: value, from: start) else { continue }
        candidates[start, default: []].append(
          StridedLayer(
            name: node.name, value: value, front: input, kernel: window.kernel, stride: window.strides,
            dilation: window.dilations,
            cumulativeBefore: near, cumulativeBehind: far, isPool: isPool,
            contribution: contributions[start] ?? [:]))
      }
    }
    return zip(values, resolved).reduce(into: [:]) { names, pair in
      names[pair.0] = StridedLayer.owners(
        of: Lattice(unchecked: period(at: pair.1)).bandPeriods, among: candidates[pair.1] ?? [])
    }
  }

  /// Distances of neighbouring elements of two values in elements of `start`, along the axis where they are larger;
  /// `nil` where positions were summed away or the distance is no whole number.
  private func relativeStrides(of near: ValueID, and far: ValueID, from start: ValueID) -> (Int, Int)? {
    func distance(_ value: ValueID) -> Int? {
      let (own, other) = (interior.layout(start), interior.layout(value))
      let axes = [(own.rows, other.rows), (own.columns, other.columns)].compactMap { own, other -> Int? in
        guard let own = own?.spacing, let other = other?.spacing else { return nil }
        let (up, down) = (other.numerator * own.denominator, other.denominator * own.numerator)
        return up.isMultiple(of: down) ? up / down : nil
      }
      return axes.max()
    }
    guard let near = distance(near), let far = distance(far) else { return nil }
    return (near, far)
  }
}
