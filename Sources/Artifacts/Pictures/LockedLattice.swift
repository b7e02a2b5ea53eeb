#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What all pictures of a set have in common on a lattice, down to grids far below what a single picture shows.
///
/// A generator paints its grid at the same pixels of every picture, with the same sign: the mean of many pictures keeps
/// it, while detail of any other kind averages out. So beside the mean of the pictures' spectra stands the spectrum of
/// their mean. A frequency of the lattice is *locked* where both stand above their surroundings; what pictures of
/// aligned subjects share (faces all in the middle) is smooth in frequency and raises the surroundings alike. Periods
/// that no layer could have made are judged by the same rule, as controls.
///
/// Each channel is high-passed and divided by its deviation first, so that no picture outweighs another. Where pictures
/// differ in size those of the commonest size are judged.
public struct LockedLattice: Sendable {
  public let periods: [Int]
  public let thresholds: LockedThresholds
  /// Periods that share no factor with any of `periods`.
  public let controls: [Int]
  private var sums: [Size: Sum] = [:]

  fileprivate struct Size: Hashable, Sendable {
    var height: Int
    var width: Int
    var channels: Int
  }

  private struct Sum: Sendable {
    var pictures = 0
    /// Of each channel's detail, in units of its deviation and in the picture's own.
    var normalized: [Plane]
    var raw: [Plane]
    /// Powers of the single pictures, by period.
    var peaks: [Int: SpectralPeakPool] = [:]
  }

  /// More different sizes than this are not gathered.
  private static let sizeLimit = 8
  private static let filter = 4

  /// - Throws: ``ArtifactError/badPeriod(_:why:)``, ``ArtifactError/badArgument(_:)`` for an empty list.
  public init(periods: [Int] = [2, 4, 8, 16, 32], thresholds: LockedThresholds = LockedThresholds()) throws {
    guard !periods.isEmpty else { throw ArtifactError.badArgument("name at least one period to measure") }
    self.periods = try Set(periods.map { try Lattice(period: $0).period }).sorted()
    self.thresholds = thresholds
    controls = Lattice.controls(for: self.periods)
  }

  /// What one picture contributes: made apart from the set, so that several threads can.
  public struct Picture: Sendable {
    fileprivate let size: Size
    fileprivate let details: [Plane]
    fileprivate let deviations: [Double]
    fileprivate let peaks: [Int: [SpectralPeaks]]
  }

  /// - Parameter channels: of one picture.
  /// - Returns: `nil` where the picture is constant or too small for any of the periods.
  public func picture(_ channels: [Plane]) throws -> Picture? {
    guard let first = channels.first else { return nil }
    let size = Size(height: first.height, width: first.width, channels: channels.count)
    let wanted = fitting(size)
    let filter = try TriangleFilter(period: Self.filter)
    guard wanted.contains(where: periods.contains) else { return nil }
    var (details, deviations) = ([Plane](), [Double]())
    for channel in channels {
      guard SignedLatticeEnergy.varies(channel.variance, around: channel.mean), var detail = filter.highPassed(channel)
      else { return nil }
      let moments = detail.moments(rows: detail.height, columns: detail.width)
      guard moments.variance > 0 else { return nil }
      let deviation = moments.variance.squareRoot()
      for index in detail.values.indices { detail.values[index] = (detail.values[index] - moments.mean) / deviation }
      details.append(detail)
      deviations.append(deviation)
    }
    var peaks: [Int: [SpectralPeaks]] = [:]
    for period in wanted { peaks[period] = try details.map { try Self.peaks(of: $0, period: period) } }
    return Picture(size: size, details: details, deviations: deviations, peaks: peaks)
  }

  public mutating func add(_ picture: Picture) {
    guard sums[picture.size] != nil || sums.count < Self.sizeLimit else { return }
    let empty = Plane(height: picture.details[0].height, width: picture.details[0].width)
    let blank = Array(repeating: empty, count: picture.details.count)
    var sum = sums.removeValue(forKey: picture.size) ?? Sum(normalized: blank, raw: blank)
    sum.pictures += 1
    for (channel, detail) in picture.details.enumerated() {
      let deviation = picture.deviations[channel]
      for index in detail.values.indices {
        sum.normalized[channel].values[index] += detail.values[index]
        sum.raw[channel].values[index] += detail.values[index] * deviation
      }
    }
    for (period, channels) in picture.peaks {
      for channel in channels { sum.peaks[period, default: SpectralPeakPool()].add(channel) }
    }
    sums[picture.size] = sum
  }

  /// The finding of all that was added; `nil` where nothing was.
  public func finding() throws -> LockedLatticeFinding? {
    guard
      let (size, sum) = sums.max(by: {
        ($0.value.pictures, $0.key.height * $0.key.width) < ($1.value.pictures, $1.key.height * $1.key.width)
      })
    else { return nil }
    let fitting = fitting(size)
    let wanted = periods.filter(fitting.contains)
    let bins = wanted.reduce(0) { $0 + Lattice.bandSize(ofPeriod: $1) }
    let controls = try self.controls.filter(fitting.contains).map { try figures(of: $0, in: sum, bins: bins) }
    let background = controls.compactMap(\.meanPeakDecibels).max()
    let bands = try wanted.map { period in
      var band = try figures(of: period, in: sum, bins: bins)
      band.isLocked = thresholds.isLocked(band, controlDecibels: background, pictures: sum.pictures)
      return band
    }
    return LockedLatticeFinding(
      pictures: sum.pictures, height: size.height, width: size.width, bands: bands, controls: controls)
  }

  /// Those of all periods and controls that leave two periods and a ring around each frequency.
  private func fitting(_ size: Size) -> [Int] {
    let side = min(size.height, size.width) - 2 * Self.filter
    return (periods + controls).filter { side >= max(2 * $0, 8) }
  }

  private static func peaks(of detail: Plane, period: Int, variance: Double = 1) throws -> SpectralPeaks {
    let cropped = detail.cropped(toMultipleOf: period)
    return SpectralPeaks(in: HalfSpectrum(of: cropped), variance: variance, lattice: try Lattice(period: period))
  }

  private func figures(of period: Int, in sum: Sum, bins: Int) throws -> LockedLatticeFinding.Band {
    let (pictures, channels) = (Double(sum.pictures), Double(sum.normalized.count))
    func pooled(_ planes: [Plane]) throws -> [SpectralPeaks.Peak] {
      var pool = SpectralPeakPool()
      for plane in planes {
        pool.add(try Self.peaks(of: plane, period: period, variance: pictures * pictures * channels))
      }
      return pool.peaks.peaks.filter { $0.exactPeriod == period }
    }
    let single = (sum.peaks[period]?.peaks.peaks ?? []).filter { $0.exactPeriod == period }
    let mean = try pooled(sum.normalized)
    let byBin = Dictionary(single.map { ([$0.row, $0.column], $0) }) { first, _ in first }
    // The frequency that shows most clearly in both spectra: its lesser ratio counts.
    let candidates = mean.compactMap { peak in byBin[[peak.row, peak.column]].map { (mean: peak, single: $0) } }
    let best = candidates.max { min($0.mean.ratio, $0.single.ratio) < min($1.mean.ratio, $1.single.ratio) }
    func excess(_ peaks: [SpectralPeaks.Peak]) -> Double {
      peaks.reduce(0) { $0 + max(0, $1.power - $1.surroundings) * ($1.isSelfConjugate ? 1 : 2) }
    }
    let chance = best.map { best in
      // Channels of a picture go together: the ring counts once, not once a channel.
      let peak = SpectralPeaks.Peak(
        row: best.mean.row, column: best.mean.column, exactPeriod: period, power: best.mean.power,
        surroundings: best.mean.surroundings, ringCount: max(1, best.mean.ringCount / sum.normalized.count),
        isSelfConjugate: best.mean.isSelfConjugate)
      return min(1, peak.chance * Double(bins))
    }
    return LockedLatticeFinding.Band(
      period: period, share: excess(mean), levels: 255 * excess(try pooled(sum.raw)).squareRoot(),
      peakDecibels: best.flatMap { Self.decibels($0.single.ratio) },
      meanPeakDecibels: best.flatMap { Self.decibels($0.mean.ratio) },
      peakFrequency: best.map { best in
        [best.mean.row, best.mean.column].map { Double(2 * $0 > period ? $0 - period : $0) / Double(period) }
      },
      coherence: best.map { min(1, $0.mean.power * pictures * channels / max($0.single.power, 1e-300)) } ?? 0,
      chance: chance, isLocked: false)
  }

  private static func decibels(_ ratio: Double) -> Double? {
    ratio > 0 && ratio.isFinite ? 10 * log10(ratio) : nil
  }
}
