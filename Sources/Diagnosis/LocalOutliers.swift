import GinghamSignals

/// Tiles whose local statistics lie far outside those of a set.
///
/// Distances are Mahalanobis's, in robust units: each statistic less its median over its median absolute deviation, with
/// the correlations of what lies within three of these. Photographs have heavy tails, so that single tiles at a distance
/// of ten are nothing special; the threshold must lie well beyond.
public struct LocalOutliers: Sendable {
  private let centre: [Double]
  private let scale: [Double]
  /// Inverse of the correlations, row-major.
  private let precision: [Double]
  /// Tiles the distribution was taken from.
  public let tileCount: Int

  /// Fewer tiles make no distribution.
  public static let fewestTiles = 32

  /// - Parameter set: whose tiles are the norm. `nil` where there are fewer than 32.
  public init?(norm set: [TileStatistics]) {
    let tiles = set.flatMap { $0.tiles.compactMap { $0 } }
    let count = TileStatistics.Statistic.allCases.count
    guard tiles.count >= LocalOutliers.fewestTiles else { return nil }
    tileCount = tiles.count
    var (centre, scale) = ([Double](), [Double]())
    for index in 0..<count {
      let values = tiles.map { $0[index] }
      let middle = median(values)
      centre.append(middle)
      // 1.4826 makes it the deviation of a normal distribution.
      scale.append(max(1e-3, 1.4826 * median(values.map { abs($0 - middle) })))
    }
    var covariance = [Double](repeating: 0, count: count * count)
    for tile in tiles {
      let z = (0..<count).map { min(max((tile[$0] - centre[$0]) / scale[$0], -3), 3) }
      for i in 0..<count {
        for j in 0..<count { covariance[i * count + j] += z[i] * z[j] / Double(tiles.count) }
      }
    }
    // A little of the identity keeps statistics that go together from making every small difference a large one.
    for i in 0..<count { covariance[i * count + i] += 0.05 }
    (self.centre, self.scale) = (centre, scale)
    precision = LocalOutliers.inverse(covariance, count)
  }

  /// The distance of every tile, in the tiles' order; 0 for flat tiles.
  public func distances(of statistics: TileStatistics) -> [Double] {
    statistics.tiles.map { tile in
      guard let tile else { return 0 }
      let z = centre.indices.map { (tile[$0] - centre[$0]) / scale[$0] }
      var sum = 0.0
      for i in z.indices {
        for j in z.indices { sum += z[i] * precision[i * z.count + j] * z[j] }
      }
      return max(0, sum).squareRoot()
    }
  }

  /// The statistic in which a tile differs most, and on which side.
  public func strangest(_ tile: [Double]) -> (statistic: TileStatistics.Statistic, deviations: Double) {
    let z = centre.indices.map { (tile[$0] - centre[$0]) / scale[$0] }
    let index = z.indices.max { abs(z[$0]) < abs(z[$1]) } ?? 0
    return (TileStatistics.Statistic.allCases[index], z[index])
  }

  /// Gauss–Jordan on a positive definite matrix: no pivots are needed.
  private static func inverse(_ matrix: [Double], _ count: Int) -> [Double] {
    var (left, right) = (matrix, [Double](repeating: 0, count: count * count))
    for i in 0..<count { right[i * count + i] = 1 }
    for pivot in 0..<count {
      let scale = 1 / left[pivot * count + pivot]
      for column in 0..<count {
        left[pivot * count + column] *= scale
        right[pivot * count + column] *= scale
      }
      for row in 0..<count where row != pivot {
        let factor = left[row * count + pivot]
        for column in 0..<count {
          left[row * count + column] -= factor * left[pivot * count + column]
          right[row * count + column] -= factor * right[pivot * count + column]
        }
      }
    }
    return right
  }
}
