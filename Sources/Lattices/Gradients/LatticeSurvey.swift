import GinghamTensors

/// Measures maps of one kind on their lattice, beside what is expected of them.
public struct LatticeSurvey: Sendable {
  /// The lattice's side.
  public let period: Int
  /// Predicted variance at each position; `nil` where nothing is predicted.
  public let expected: Plane?
  /// The layer that brings in the band of each period.
  public let layers: [Int: String]

  /// With the properties of the same names.
  public init(period: Int, expected: Plane? = nil, layers: [Int: String] = [:]) {
    (self.period, self.expected, self.layers) = (period, expected, layers)
  }

  /// Mean energies of maps pooled on the lattice, borders left out.
  ///
  /// - Throws: ``ArtifactError``.
  public func lattice(of maps: [Tensor]) throws -> GradientLattice {
    var lattice = try emptyLattice(for: maps[0].shape)
    for map in maps { try lattice.add(map) }
    return lattice
  }

  /// For maps of a shape N×C×H×W.
  ///
  /// - Throws: ``ArtifactError/badArgument(_:)`` for others.
  package func emptyLattice(for shape: Shape) throws -> GradientLattice {
    guard shape.rank == 4 else {
      throw ArtifactError.badArgument("a lattice has rows and columns, N×C×H×W; what is \(shape) has none")
    }
    let (height, width) = (shape[2], shape[3])
    // A method may speak of coarser positions than pixels: then only the finest lattice is left to look at.
    let period = min(period, max(2, Plane.side(height: height, width: width) / 2))
    return try GradientLattice(
      period: period, isLine: height == 1,
      border: GradientLattice.usualBorder(period: period, height: height, width: width))
  }

  /// - Throws: ``ArtifactError``.
  public func finding(of maps: [Tensor]) throws -> LatticeFinding {
    try finding(of: lattice(of: maps), mapsOf: maps[0].shape)
  }

  /// Of maps that were gathered before.
  ///
  /// - Parameter shape: of the first map, N×C×H×W.
  /// - Throws: ``ArtifactError``.
  package func finding(of lattice: GradientLattice, mapsOf shape: Shape) throws -> LatticeFinding {
    // Periods of a coarser map are other distances, which other layers brought in.
    let isCoarser = expected != nil && expectation(forMapsOf: shape) == nil
    return try lattice.finding(prediction: expectation(forMapsOf: shape), layers: isCoarser ? [:] : layers)
  }

  /// The prediction, if it is one for maps of this size.
  package func expectation(forMapsOf shape: Shape?) -> Plane? {
    guard let expected, let shape, shape.rank == 4, shape[2] == expected.height, shape[3] == expected.width else {
      return nil
    }
    return expected
  }

  /// Mean predicted variance of each phase, over the positions that ``lattice(of:)`` looks at.
  package func expectedPhases(forMapsOf shape: Shape, on lattice: GradientLattice) throws -> PhaseTable? {
    guard let interior = expectation(forMapsOf: shape)?.trimmed(by: lattice.border) else { return nil }
    return try PhaseTable(means: interior, lattice: lattice.lattice)
  }
}
