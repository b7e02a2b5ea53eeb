import GinghamTensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Steps at the edges of blocks of 8 pixels that begin at pixel 0, as compressed files have them.
///
/// Quantised blocks step by as much up as down; a grid that layers paint goes the same way everywhere. So what the picture
/// has in its lattice's mean is taken out first: what still steps more at the edges than elsewhere are blocks.
struct BlockSteps {
  /// Steps at the blocks' edges over those elsewhere, less 1, in standard errors over the seven other places of a block.
  let deviations: Double

  /// Of as many on, files are taken for compressed.
  static let least = 6.0
  private static let period = 8

  /// - Parameters:
  ///   - detail: H×W in units of its deviation round about.
  ///   - border: pixels of the picture in front of the detail's first.
  init?(in detail: Tensor, border: Int) {
    let (height, width, period) = (detail.shape[0], detail.shape[1], Self.period)
    guard height >= 4 * period, width >= 4 * period else { return nil }
    let values = detail.scalars
    var means = [Double](repeating: 0, count: period * period)
    var counts = means
    for y in 0..<height {
      for x in 0..<width {
        let phase = (y + border) % period * period + (x + border) % period
        means[phase] += Double(values[y * width + x])
        counts[phase] += 1
      }
    }
    for index in means.indices { means[index] /= max(1, counts[index]) }
    func value(_ y: Int, _ x: Int) -> Double {
      Double(values[y * width + x]) - means[(y + border) % period * period + (x + border) % period]
    }
    var sums = [Double](repeating: 0, count: period)
    var steps = sums
    for y in 1..<height {
      for x in 1..<width {
        let here = value(y, x)
        let (row, column) = ((y + border) % period, (x + border) % period)
        sums[row] += abs(here - value(y - 1, x))
        sums[column] += abs(here - value(y, x - 1))
        steps[row] += 1
        steps[column] += 1
      }
    }
    let profile = zip(sums, steps).map { $0 / max($1, 1) }
    let others = profile.dropFirst()
    let mean = others.reduce(0, +) / Double(others.count)
    guard mean > 0 else { return nil }
    let spread = (others.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(others.count - 1)).squareRoot()
    deviations = (profile[0] - mean) / max(spread, 1e-3 * mean)
  }
}
