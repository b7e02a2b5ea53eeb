import GinghamDifferentiation
import GinghamNetworks

extension Model {
  /// The side of the lattice on which gradients at each of `values` may be uneven: the largest stride between there and
  /// any of the targets that leaves at least two periods of the map, and at least 2. Values without two axes of pixels
  /// are left out.
  ///
  /// - Throws: ``NetworkError``.
  public func latticePeriods(targets: [ValueID], at values: [ValueID]) throws -> [ValueID: Int] {
    let network = try bound(leadingTo: targets + values).simplified(targets: targets, keeping: values)
    let sampling = network.sampling
    let strides = sampling.compactMap { value, sampling -> Double? in
      network.shapes[value]?.spatial.count == 2 ? sampling.stride : nil
    }
    return values.reduce(into: [:]) { periods, value in
      let start = network.resolved(value)
      guard let shape = network.shapes[start], shape.rank == 4 else { return }
      let base = sampling[start]?.stride ?? 1
      let room = (shape[2] == 1 ? shape[3] : min(shape[2], shape[3])) / 2
      periods[value] = max(2, strides.compactMap { Int(exactly: $0 / base) }.filter { $0 <= room }.max() ?? 2)
    }
  }

  /// The side of the lattice on which gradients of values may be uneven at the pixels.
  ///
  /// - Throws: ``NetworkError``.
  public func latticePeriod(targets: [ValueID]) throws -> Int {
    let value = try gradientValue(ofLayer: nil)
    return try latticePeriods(targets: targets, at: [value])[value] ?? 2
  }

  /// The same for an objective as the user writes it.
  ///
  /// - Throws: ``ObjectiveError``, ``NetworkError``.
  public func latticePeriod(ofGradientsOf target: String) throws -> Int {
    try latticePeriod(targets: objectiveParser().parse(target).layers.map(network.value))
  }

  /// The value whose gradient is looked at: that of a named layer, or the picture.
  ///
  /// - Throws: ``NetworkError/unknownLayer(name:nearest:)``.
  public func gradientValue(ofLayer name: String?) throws -> ValueID {
    if let name { return try network.value(ofLayer: name) }
    guard let input = network.inputs.first else { throw ModelError.notPictures([]) }
    return input.value
  }
}
