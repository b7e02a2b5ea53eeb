import GinghamNetworks

extension Model {
  /// The side of the lattice on which gradients at `layer` (`nil`: the picture) may be uneven: the largest stride
  /// between there and any of the targets that leaves at least two periods of the map, and at least 2.
  ///
  /// - Throws: ``NetworkError``.
  public func latticePeriod(targets: [ValueID], at layer: ValueID? = nil) throws -> Int {
    let network = try bound().simplified(targets: targets, keeping: layer.map { [$0] } ?? [])
    let sampling = network.sampling
    guard let start = layer.map(network.resolved) ?? network.inputs.first, let shape = network.shapes[start],
      shape.rank == 4
    else { return 2 }
    let base = sampling[start]?.stride ?? 1
    let periods = sampling.compactMap { value, sampling -> Int? in
      guard let spatial = network.shapes[value]?.spatial, spatial.count == 2 else { return nil }
      return Int(exactly: sampling.stride / base)
    }
    let room = min(shape[2], shape[3]) / 2
    return max(2, periods.filter { $0 <= room }.max() ?? 2)
  }
}
