import GinghamSignals

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Finds the lattice of a picture when nobody knows its period: made by an unknown generator, or resized since.
///
/// Peaks of the windowed power spectrum are found first; then the period is sought, integer or not, whose lattice
/// frequencies explain their power with the fewest frequencies.
public struct PeriodSearch: Hashable, Sendable {
  public struct Result: Hashable, Sendable, Codable {
    /// In pixels; need not be an integer.
    public var period: Double
    /// Share of the power of all peaks that lies on the lattice of this period.
    public var explainedShare: Double
    /// The highest peak on the lattice over its surroundings.
    public var peakDecibels: Double
    /// Peaks on the lattice, a frequency and its mirror image counted once.
    public var peakCount: Int

    /// The nearest whole period, where the found one cannot be told from it: half a bin over the picture's side.
    public var wholePeriod: Int?

    private enum CodingKeys: String, CodingKey {
      case period
      case explainedShare = "explained_share"
      case peakDecibels = "peak_db"
      case peakCount = "peaks"
      case wholePeriod = "whole_period"
    }
  }

  public let range: ClosedRange<Double>
  /// What a frequency must stand above its surroundings to be a peak.
  public let peakDecibels: Double

  /// - Throws: ``ArtifactError/badArgument(_:)`` for a range outside 2…256.
  public init(range: ClosedRange<Double> = 2...64, peakDecibels: Double = 13) throws {
    guard range.lowerBound >= 2, range.upperBound <= 256 else {
      throw ArtifactError.badArgument("periods are sought in 2…256, not in \(range)")
    }
    self.range = range
    self.peakDecibels = peakDecibels
  }

  /// The strongest lattice of maps of one size, or `nil` where no frequency stands out.
  ///
  /// - Throws: ``ArtifactError/noMaps``, ``ArtifactError/tooSmall(height:width:needed:why:)`` below 16 pixels a side,
  ///   ``ArtifactError/badArgument(_:)`` for mixed sizes.
  public func search(_ maps: [Plane]) throws -> Result? {
    guard let first = maps.first else { throw ArtifactError.noMaps }
    guard maps.allSatisfy({ $0.height == first.height && $0.width == first.width }) else {
      throw ArtifactError.badArgument("a period is sought in maps of one size")
    }
    guard min(first.height, first.width) >= 16 else {
      throw ArtifactError.tooSmall(height: first.height, width: first.width, needed: 16, why: "to search a period")
    }
    let peaks = PeakList(of: maps, threshold: pow(10, peakDecibels / 10), longestPeriod: range.upperBound)
    guard let best = fundamental(of: peaks) else { return nil }
    let period = 1 / best.frequency
    let resolution = period * period / Double(2 * max(first.height, first.width)) / Double(best.highestHarmonic)
    let whole = period.rounded()
    return Result(
      period: period, explainedShare: best.share, peakDecibels: 10 * log10(best.ratio), peakCount: best.count,
      wholePeriod: abs(period - whole) <= resolution ? Int(whole) : nil)
  }

  private struct Fundamental {
    var frequency: Double
    var share: Double
    var ratio: Double
    var count: Int
    var highestHarmonic: Int
    var score: Double
  }

  /// Every period of a fine grid is scored by the power it explains less the share of the plane its lattice covers:
  /// doubling a period explains no less and covers four times as much.
  private func fundamental(of peaks: PeakList) -> Fundamental? {
    let total = peaks.peaks.reduce(0) { $0 + $1.power }
    guard total > 0 else { return nil }
    let side = Double(max(peaks.height, peaks.width))
    let tolerance = 0.75 / Double(min(peaks.height, peaks.width))
    var best: Fundamental?
    var frequency = 1 / range.upperBound
    while frequency <= 1 / range.lowerBound + 1e-9 {
      if let candidate = score(frequency, peaks: peaks, total: total, tolerance: tolerance),
        candidate.score > (best?.score ?? 0) + 1e-9
      {
        best = candidate
      }
      // Even the highest harmonic must not be stepped over.
      frequency += max(frequency, 0.01) / side / 2
    }
    return best
  }

  private func score(_ frequency: Double, peaks: PeakList, total: Double, tolerance: Double) -> Fundamental? {
    var (explained, weight, weighted, ratio, count, highest) = (0.0, 0.0, 0.0, 0.0, 0, 1)
    for peak in peaks.peaks {
      let (i, j) = ((peak.fy / frequency).rounded(), (peak.fx / frequency).rounded())
      guard i != 0 || j != 0, abs(peak.fy - i * frequency) <= tolerance, abs(peak.fx - j * frequency) <= tolerance
      else { continue }
      explained += peak.power
      weighted += peak.power * (i * peak.fy + j * peak.fx)
      weight += peak.power * (i * i + j * j)
      ratio = max(ratio, peak.ratio)
      highest = max(highest, Int(max(abs(i), abs(j))))
      count += 1
    }
    guard weight > 0 else { return nil }
    let cell = 2 * tolerance
    let coverage = min(1, (cell / frequency) * (cell / frequency))
    let refined = min(max(weighted / weight, 1 / range.upperBound), 1 / range.lowerBound)
    return Fundamental(
      frequency: refined, share: explained / total, ratio: ratio, count: count, highestHarmonic: highest,
      score: explained / total - coverage)
  }
}

/// Local maxima of a windowed spectrum that stand above their surroundings.
struct PeakList {
  struct Peak {
    /// Cycles a pixel, refined below one bin.
    var fy: Double
    var fx: Double
    /// Above the surroundings, in units of the map's variance.
    var power: Double
    var ratio: Double
  }

  let height: Int
  let width: Int
  let peaks: [Peak]

  init(of maps: [Plane], threshold: Double, longestPeriod: Double) {
    (height, width) = (maps[0].height, maps[0].width)
    let spectra = maps.compactMap { map -> (HalfSpectrum, Double)? in
      let variance = map.variance
      guard SignedLatticeEnergy.varies(variance, around: map.mean) else { return nil }
      return (HalfSpectrum(of: PeakList.windowed(map)), 1 / variance)
    }
    guard let shape = spectra.first?.0 else {
      peaks = []
      return
    }
    func power(_ y: Int, _ x: Int) -> Double { spectra.reduce(0) { $0 + $1.0.power(y, x) * $1.1 } }
    let half = shape.width / 2
    var grid = [Double](repeating: 0, count: height * (half + 1))
    for y in 0..<height {
      for x in 0...half { grid[y * (half + 1) + x] = power(y, x) }
    }
    func at(_ y: Int, _ x: Int) -> Double {
      var (y, x) = (((y % shape.height) + shape.height) % shape.height, ((x % shape.width) + shape.width) % shape.width)
      if x > half { (y, x) = ((shape.height - y) % shape.height, shape.width - x) }
      return grid[y * (half + 1) + x]
    }
    var found: [Peak] = []
    for x in 0...half {
      for y in 0..<height {
        let (ky, kx) = (shape.signedRow(y), shape.signedColumn(x))
        // On the columns that mirror themselves one of the two images is enough.
        if x == 0 || 2 * x == shape.width, ky < 0 { continue }
        let (fy, fx) = (Double(ky) / Double(height), Double(kx) / Double(width))
        guard max(abs(fy), abs(fx)) > 0.5 / longestPeriod, max(abs(ky), abs(kx)) > 3 else { continue }
        let centre = at(y, x)
        guard (-1...1).allSatisfy({ dy in (-1...1).allSatisfy { at(y + dy, x + $0) <= centre } }) else { continue }
        let surroundings = PeakList.surroundings { at(y + $0, x + $1) }
        guard surroundings > 0, centre >= threshold * surroundings else { continue }
        found.append(
          Peak(
            fy: fy + PeakList.offset(at(y - 1, x), centre, at(y + 1, x)) / Double(height),
            fx: fx + PeakList.offset(at(y, x - 1), centre, at(y, x + 1)) / Double(width),
            power: centre - surroundings, ratio: centre / surroundings))
      }
    }
    peaks = found
  }

  /// Mean power around a bin, outside the window's main lobe. Pictures concentrate power in lines along the axes: the
  /// line a bin lies on counts by itself, and the largest of the three means is taken.
  private static func surroundings(_ power: (Int, Int) -> Double) -> Double {
    var (ring, count, row, column) = (0.0, 0.0, 0.0, 0.0)
    for dy in -6...6 {
      for dx in -6...6 where max(abs(dy), abs(dx)) >= 3 {
        let value = power(dy, dx)
        ring += value
        count += 1
        if dy == 0 { row += value / 8 }
        if dx == 0 { column += value / 8 }
      }
    }
    return max(ring / count, row, column)
  }

  /// Where between −½ and ½ the parabola through three logarithms has its top.
  private static func offset(_ left: Double, _ centre: Double, _ right: Double) -> Double {
    let (a, b, c) = (log(left + 1e-300), log(centre + 1e-300), log(right + 1e-300))
    let curvature = a - 2 * b + c
    return curvature < 0 ? min(0.5, max(-0.5, 0.5 * (a - c) / curvature)) : 0
  }

  /// Hann-windowed along both axes, the mean taken out first.
  private static func windowed(_ map: Plane) -> Plane {
    func hann(_ count: Int) -> [Double] {
      (0..<count).map { 0.5 - 0.5 * cos(2 * Double.pi * (Double($0) + 0.5) / Double(count)) }
    }
    let (rows, columns, mean) = (hann(map.height), hann(map.width), map.mean)
    var result = map
    for y in 0..<map.height {
      for x in 0..<map.width { result[y, x] = (map[y, x] - mean) * rows[y] * columns[x] }
    }
    return result
  }
}
