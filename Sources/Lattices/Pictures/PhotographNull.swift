#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How often photographs look like a grid: the upper quantiles of ``PictureLatticeFinding/Band/evenDecibels`` and
/// ``PictureLatticeFinding/Band/axisDecibels`` by period and size.
///
/// Taken by `notebooks-scripts/calibrate_pictures.py` on crops of photographs that were reduced before, so that neither
/// their files' blocks nor their cameras' filters are in them. Between the table's periods and sizes its logarithms are
/// interpolated, and beyond its last quantile the chance falls by as much a decibel as over the last four.
enum PhotographNull {
  /// What of a band is looked at.
  enum Figure: CaseIterable {
    /// All of its frequencies.
    case even
    /// Those along one axis.
    case axis

    fileprivate var table: [[[Double]]] { self == .even ? PhotographNull.table : PhotographNull.axisTable }
  }

  /// Of both figures of a band together, in 0…1.
  static func chance(even: Double?, axis: Double?, period: Int, side: Double) -> Double? {
    let chances = [(even, Figure.even), (axis, .axis)].compactMap { decibels, figure in
      decibels.map { chance(of: $0, figure, period: period, side: side) }
    }
    return chances.min().map { min(1, $0 * Double(chances.count)) }
  }

  /// - Parameters:
  ///   - decibels: of a band.
  ///   - side: √ of the picture's pixels.
  /// - Returns: the chance of as much or more in a photograph, in 0…1.
  static func chance(of decibels: Double, _ figure: Figure = .even, period: Int, side: Double) -> Double {
    let quantiles = quantiles(of: figure, period: period, side: side)
    guard let first = quantiles.first, decibels > first else { return 1 }
    for index in 1..<quantiles.count where decibels <= quantiles[index] {
      return chance(of: decibels, between: index - 1, and: index, in: quantiles)
    }
    return chance(of: decibels, between: max(0, quantiles.count - 4), and: quantiles.count - 1, in: quantiles)
  }

  private static func chance(of decibels: Double, between low: Int, and high: Int, in quantiles: [Double]) -> Double {
    let width = max(quantiles[high] - quantiles[low], 0.1)
    let slope = (log(chances[high]) - log(chances[low])) / width
    return exp(log(chances[high]) + (decibels - quantiles[high]) * slope)
  }

  /// Of the table, between its periods and sides in their logarithms.
  private static func quantiles(of figure: Figure, period: Int, side: Double) -> [Double] {
    let table = figure.table
    let (row, along) = place(Double(period), in: periods.map(Double.init))
    let (column, across) = place(side, in: sides)
    return chances.indices.map { index in
      func at(_ row: Int, _ column: Int) -> Double { table[row][column][index] }
      let above = at(row, column) * (1 - across) + at(row, column + 1) * across
      let below = at(row + 1, column) * (1 - across) + at(row + 1, column + 1) * across
      return above * (1 - along) + below * along
    }
  }

  private static func place(_ value: Double, in grid: [Double]) -> (index: Int, share: Double) {
    var index = 0
    while index + 2 < grid.count, value > grid[index + 1] { index += 1 }
    let share = log(value / grid[index]) / log(grid[index + 1] / grid[index])
    return (index, min(max(share, 0), 1))
  }
}
