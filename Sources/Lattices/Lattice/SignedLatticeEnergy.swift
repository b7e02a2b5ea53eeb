/// How much of a map's variance repeats with the lattice, sign and all: the measure for pictures.
public struct SignedLatticeEnergy: Hashable, Sendable {
  /// Var_p(μ_p)/Var(f) in 0…1: the share of the spectrum, DC apart, that falls on lattice frequencies (Parseval).
  public let share: Double
  /// What white noise of this size gives on average: (S² − 1)/(N − 1).
  public let null: Double
  /// The share of each band by exact period. They sum to ``share``.
  public let bands: [Int: Double]
  /// F = (between phases/(S² − 1))/(within phases/(N − S²)). A score only: it fires on large pictures for next to
  /// nothing. `nil` with one pixel a phase; infinite where nothing varies within the phases.
  public let fScore: Double?
  /// Pixels of the cropped map.
  public let pixelCount: Int
  /// Of the map, in its own units squared.
  public let variance: Double
  private let isLine: Bool

  /// Of a map cropped to a multiple of the period. A constant map has share 0.
  ///
  /// - Throws: ``ArtifactError/tooSmall(height:width:needed:why:)`` below one period a side.
  public init(of map: Plane, lattice: Lattice) throws {
    self = try SignedLatticeEnergy.energies(of: map, lattices: [lattice])[0]
  }

  /// The same on several lattices, in two passes over the map whatever their number.
  static func energies(of map: Plane, lattices: [Lattice]) throws -> [SignedLatticeEnergy] {
    let tables = try PhaseTable.means(of: map, lattices: lattices)
    let centre = tables.first?.mean ?? 0
    let sums = map.squares(around: centre, corners: lattices.map { $0.crop(height: map.height, width: map.width) })
    return zip(tables, sums).map { table, sum in
      let (rows, columns) = table.lattice.crop(height: map.height, width: map.width)
      let count = rows * columns
      let mean = table.mean
      let variance = max(0, sum / Double(count) - (mean - centre) * (mean - centre))
      return SignedLatticeEnergy(table: table, mean: mean, variance: variance, pixelCount: count)
    }
  }

  init(table: PhaseTable, mean: Double, variance: Double, pixelCount count: Int) {
    let phases = table.lattice.phaseCount
    isLine = table.lattice.isLine
    pixelCount = count
    self.variance = variance
    null = count > 1 ? Double(phases - 1) / Double(count - 1) : 1
    let isConstant = !SignedLatticeEnergy.varies(variance, around: mean)
    let between = isConstant ? 0 : min(table.variance, variance)
    share = isConstant ? 0 : between / variance
    bands = table.bands.mapValues { isConstant ? 0 : $0 / variance }
    if count > phases {
      let within = (variance - between) * Double(count) / Double(count - phases)
      fScore = isConstant ? 0 : between * Double(count) / Double(phases - 1) / within
    } else {
      fScore = nil
    }
  }

  /// Whether a variance is more than the rounding that 32-bit pixels around `mean` leave behind.
  package static func varies(_ variance: Double, around mean: Double) -> Bool {
    variance > 1e-14 * max(mean * mean, 1e-30)
  }

  /// What white noise gives on average in the band of `period`.
  public func null(ofBand period: Int) -> Double {
    pixelCount > 1 ? Double(Lattice.bandSize(ofPeriod: period, isLine: isLine)) / Double(pixelCount - 1) : 1
  }
}
