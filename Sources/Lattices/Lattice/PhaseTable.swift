import GinghamTensors

/// One number a phase of a lattice, row-major S×S (of a line S): the mean of a map, or of its square, over the pixels of that phase.
public struct PhaseTable: Hashable, Sendable, Codable {
  /// Whose phases they are.
  public let lattice: Lattice
  /// S×S, row by row; S of a line.
  public var values: [Double]

  /// In pixels.
  public var period: Int { lattice.period }

  /// With the properties of the same names.
  public init(lattice: Lattice, values: [Double]) {
    precondition(values.count == lattice.phaseCount, "a phase table of \(values.count) values")
    self.lattice = lattice
    self.values = values
  }

  /// The mean of `plane` over each phase, the plane cropped at its bottom and right to a multiple of the period.
  /// Phase (0, 0) is that of pixel (0, 0).
  ///
  /// - Throws: ``ArtifactError/tooSmall(height:width:needed:why:)`` below one period a side.
  public init(means plane: Plane, lattice: Lattice) throws {
    self = try PhaseTable.means(of: plane, lattices: [lattice])[0]
  }

  /// The same for several lattices, each row being read once.
  static func means(of plane: Plane, lattices: [Lattice]) throws -> [PhaseTable] {
    var folds = try PhaseFolds<Double>(lattices, height: plane.height, width: plane.width)
    plane.values.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress else { return }
      for y in 0..<plane.height { folds.add(base + y * plane.width, row: y) }
    }
    return folds.tables
  }

  /// One lattice of an endless map, of which `tile` is one tile; the lattice's side is the least common multiple of the
  /// tile's sides. What repeats after each row is a line.
  package init(tiling tile: Plane) {
    let lattice = Lattice(
      unchecked: leastCommonMultiple([tile.height, tile.width]) ?? 1, isLine: tile.isLine && tile.width > 1)
    self.init(
      lattice: lattice,
      values: (0..<lattice.rows).flatMap { y in
        (0..<lattice.period).map { x in tile[y % tile.height, x % tile.width] }
      })
  }

  /// Over the phases.
  public var mean: Double { values.mean }

  /// The population variance over the phases.
  public var variance: Double {
    let mean = mean
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
  }

  /// The power of each band by its exact period: they sum to the ``variance``.
  ///
  /// No transform is needed: a table averaged down to a divisor of its period keeps exactly the frequencies that repeat
  /// with it, so that a band is what the variance gains over those of its divisors.
  public var bands: [Int: Double] {
    let periods = lattice.bandPeriods
    var bands: [Int: Double] = [:]
    for divisor in periods {
      let inner = periods.filter { $0 < divisor && divisor.isMultiple(of: $0) }
      bands[divisor] = max(0, folded(to: divisor).variance - inner.reduce(0) { $0 + (bands[$1] ?? 0) })
    }
    return bands
  }

  /// The means over the phases of a lattice whose period divides this one's.
  private func folded(to divisor: Int) -> PhaseTable {
    guard divisor != period else { return self }
    let inner = Lattice(unchecked: divisor, isLine: lattice.isLine)
    var sums = [Double](repeating: 0, count: inner.phaseCount)
    for y in 0..<lattice.rows {
      let (from, to) = (y * period, y % inner.rows * divisor)
      for left in stride(from: 0, to: period, by: divisor) {
        for x in 0..<divisor { sums[to + x] += values[from + left + x] }
      }
    }
    let count = Double(lattice.phaseCount / inner.phaseCount)
    return PhaseTable(lattice: inner, values: sums.map { $0 / count })
  }
}

extension PhaseTable {
  /// The lattice side by side with itself until it has `count` positions a side, in units of its mean; ones where that
  /// is zero.
  public func repeated(atLeast count: Int) -> Plane {
    let side = period * max(1, (count + period - 1) / period)
    let mean = mean
    var plane = Plane(height: lattice.isLine ? 1 : side, width: side, repeating: 1)
    for y in 0..<plane.height {
      for x in 0..<side where mean > 0 { plane[y, x] = values[y % lattice.rows * period + x % period] / mean }
    }
    return plane
  }
}
