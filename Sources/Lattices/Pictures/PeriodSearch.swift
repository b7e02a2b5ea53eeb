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
  /// The strongest lattice.
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
      case period, explainedShare, wholePeriod
      case peakDecibels = "peak_db"
      case peakCount = "peaks"
    }
  }

  /// Periods in pixels that are searched.
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

  /// The smallest side in which a period is sought.
  public static let smallestSide = 16

  /// The strongest lattice of maps of one size, or `nil` where no frequency stands out.
  ///
  /// - Throws: ``ArtifactError/noMaps``, ``ArtifactError/tooSmall(height:width:needed:why:)`` below 16 pixels a side,
  ///   ``ArtifactError/badArgument(_:)`` for mixed sizes.
  public func search(_ maps: [Plane]) throws -> Result? {
    guard let first = maps.first else { throw ArtifactError.noMaps }
    guard maps.allSatisfy({ $0.height == first.height && $0.width == first.width }) else {
      throw ArtifactError.badArgument("a period is sought in maps of one size")
    }
    var spectrum = WindowedSpectrum(height: first.height, width: first.width)
    for map in maps { spectrum.add(map) }
    return try search(spectrum)
  }

  /// The strongest lattice in what was gathered.
  ///
  /// - Throws: ``ArtifactError/tooSmall(height:width:needed:why:)`` below 16 pixels a side.
  public func search(_ spectrum: WindowedSpectrum) throws -> Result? {
    let (height, width) = (spectrum.height, spectrum.width)
    guard Plane.side(height: height, width: width) >= PeriodSearch.smallestSide else {
      throw ArtifactError.tooSmall(
        height: height, width: width, needed: PeriodSearch.smallestSide, why: "to search a period")
    }
    let peaks = PeakList(of: spectrum, threshold: pow(10, peakDecibels / 10), longestPeriod: range.upperBound)
    guard let best = fundamental(of: peaks) else { return nil }
    let period = 1 / best.frequency
    let resolution = period * period / Double(2 * max(height, width)) / Double(best.highestHarmonic)
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
    let tolerance = 0.75 / Double(Plane.side(height: peaks.height, width: peaks.width))
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
    let coverage = min(1, peaks.height == 1 ? cell / frequency : (cell / frequency) * (cell / frequency))
    let refined = min(max(weighted / weight, 1 / range.upperBound), 1 / range.lowerBound)
    return Fundamental(
      frequency: refined, share: explained / total, ratio: ratio, count: count, highestHarmonic: highest,
      score: explained / total - coverage)
  }
}
