import GinghamLattices
import GinghamTensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Local statistics of a picture's luma, one row of numbers a tile. They speak of contrast and of how it is spread over
/// scales, not of what is shown: a tile with a wrong shape but the right texture looks normal to them.
public struct TileStatistics: Hashable, Sendable, Codable {
  /// What is taken of each tile, in this order.
  public enum Statistic: String, Hashable, Sendable, CaseIterable {
    /// ln of the variance.
    case contrast
    /// ln of the mean squared step over the variance.
    case detail
    /// ln of the mean squared Laplacian over the mean squared step.
    case roughness
    /// ln of the step over one pixel against that over two.
    case coherence
  }

  /// Of a tile, in pixels.
  public let side: Int
  /// Of tiles.
  public let rows: Int
  /// Of tiles.
  public let columns: Int
  /// All statistics of each tile behind each other; NaN of flat tiles.
  @Packed private var numbers: [Double]

  /// Tiles in rows, `nil` where a tile is so flat that rounding decides.
  public var tiles: [[Double]?] {
    let count = Statistic.allCases.count
    return stride(from: 0, to: numbers.count, by: count).map { start in
      numbers[start].isNaN ? nil : Array(numbers[start..<(start + count)])
    }
  }

  /// Tiles of 32 pixels, of 16 in pictures below 160; `nil` below 48 pixels a side.
  public init?(of luma: Plane) {
    let smallest = min(luma.height, luma.width)
    guard smallest >= 48 else { return nil }
    self.init(of: luma, side: smallest < 160 ? 16 : 32)
  }

  init(of luma: Plane, side: Int) {
    self.side = side
    let (height, width) = (luma.height, luma.width)
    let (rows, columns) = (height / side, width / side)
    (self.rows, self.columns) = (rows, columns)
    // Sums of f, f², squared steps, squared steps over two, squared Laplacians; a line each.
    var lines = [Double](repeating: 0, count: 5 * width)
    let flat = [Double](repeating: .nan, count: Statistic.allCases.count)
    var numbers: [Double] = []
    luma.values.withUnsafeBufferPointer { source in
      lines.withUnsafeMutableBufferPointer { lines in
        guard let base = source.baseAddress, let sums = lines.baseAddress else { return }
        for row in 0..<rows {
          lines.update(repeating: 0)
          // The map's outermost pixels have no neighbours.
          for y in max(1, row * side)..<min(height - 1, (row + 1) * side) {
            TileStatistics.add(base + y * width, width: width, to: sums)
          }
          let inner = min(height - 1, (row + 1) * side) - max(1, row * side)
          for column in 0..<columns {
            let range = max(1, column * side)..<min(width - 1, (column + 1) * side)
            let totals = (0..<5).map { line in range.reduce(0) { $0 + lines[line * width + $1] } }
            numbers += TileStatistics.features(totals, count: Double(inner * range.count)) ?? flat
          }
        }
      }
    }
    self.numbers = numbers
  }

  private static func add(_ here: UnsafePointer<Double>, width: Int, to sums: UnsafeMutablePointer<Double>) {
    let (above, below) = (here - width, here + width)
    let (squares, steps, wide, laplacians) = (sums + width, sums + 2 * width, sums + 3 * width, sums + 4 * width)
    for x in 1..<(width - 1) {
      let value = here[x]
      let (up, left) = (value - above[x], value - here[x - 1])
      let (down, across) = (below[x] - above[x], here[x + 1] - here[x - 1])
      let laplacian = above[x] + below[x] + here[x - 1] + here[x + 1] - 4 * value
      sums[x] += value
      squares[x] += value * value
      steps[x] += up * up + left * left
      wide[x] += down * down + across * across
      laplacians[x] += laplacian * laplacian
    }
  }

  private static func features(_ totals: [Double], count: Double) -> [Double]? {
    let means = totals.map { $0 / count }
    let variance = means[1] - means[0] * means[0]
    let level = 1 / 255.0
    guard variance > 16 * level * level, means[2] > 0 else { return nil }
    // A sixth of a squared level is what rounding adds to a squared step.
    let rounding = level * level / 6
    return [
      log(variance), log((means[2] + rounding) / variance), log((means[4] + 10 * rounding) / (means[2] + rounding)),
      log((means[2] + rounding) / (means[3] + rounding)),
    ]
  }
}
