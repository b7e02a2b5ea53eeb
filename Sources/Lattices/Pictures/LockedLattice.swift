import GinghamTensors

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
  /// In pixels.
  public let periods: [Int]
  /// What counts as locked.
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

  /// - Throws: ``ArtifactError/badPeriod(_:why:)``, ``ArtifactError/badArgument(_:)`` for an empty list.
  public init(periods: [Int] = Lattice.usualPeriods, thresholds: LockedThresholds = LockedThresholds()) throws {
    guard !periods.isEmpty else { throw ArtifactError.badArgument("name at least one period to measure") }
    self.periods = try Set(periods.map { try Lattice(period: $0).period }).sorted()
    self.thresholds = thresholds
    controls = Lattice.controls(for: self.periods)
  }

  /// What one picture contributes: made apart from the set, so that several threads can.
  public struct Picture: Sendable {
    fileprivate let size: Size
    fileprivate let details: [Tensor]
    fileprivate let deviations: [Double]
    fileprivate let peaks: [Int: [SpectralPeaks]]
  }

  /// - Parameter channels: of one picture.
  /// - Returns: `nil` where the picture is constant or too small for any of the periods.
  public func picture(_ channels: [Plane]) throws -> Picture? {
    let smallest = periods.map(PictureLattice.smallestSide).min() ?? 0
    guard channels.allSatisfy({ $0.side >= smallest }) else { return nil }
    let lattice = try PictureLattice(periods: periods)
    return picture(measured: try channels.map { try lattice.measure($0, retainsDetail: true) })
  }

  /// - Parameter channels: of one picture, measured on the same periods with their detail retained.
  /// - Returns: `nil` where one of them is constant.
  public func picture(measured channels: [PictureLattice.Channel]) -> Picture? {
    let details = channels.compactMap(\.detail)
    let deviations = channels.compactMap { $0.spectrum?.variance.squareRoot() }.filter { $0 > 0 }
    guard let first = details.first, details.count == channels.count, deviations.count == channels.count else {
      return nil
    }
    var peaks: [Int: [SpectralPeaks]] = [:]
    for period in periods {
      let found = channels.compactMap { $0.bands[period]?.peaks }.filter { !$0.peaks.isEmpty }
      if found.count == channels.count { peaks[period] = found }
    }
    return Picture(
      size: Size(height: first.shape[0], width: first.shape[1], channels: channels.count), details: details,
      deviations: deviations, peaks: peaks)
  }

  /// Adds a picture of the set.
  public mutating func add(_ picture: Picture) {
    guard sums[picture.size] != nil || sums.count < Self.sizeLimit else { return }
    let blank = Array(
      repeating: Plane(height: picture.size.height, width: picture.size.width), count: picture.size.channels)
    var sum = sums.removeValue(forKey: picture.size) ?? Sum(normalized: blank, raw: blank)
    sum.pictures += 1
    for (channel, detail) in picture.details.enumerated() {
      let scale = 1 / picture.deviations[channel]
      detail.withUnsafeBufferPointer { detail in
        sum.normalized[channel].values.withUnsafeMutableBufferPointer { normalized in
          sum.raw[channel].values.withUnsafeMutableBufferPointer { raw in
            for index in detail.indices {
              let value = Double(detail[index])
              normalized[index] += value * scale
              raw[index] += value
            }
          }
        }
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
    let wanted = periods.filter { sum.peaks[$0] != nil }
    // Two periods and a ring around each frequency.
    let beside = controls.filter { Plane.side(height: size.height, width: size.width) >= max(2 * $0, 8) }
    let (normalized, raw) = (
      try peaks(of: wanted + beside, in: sum.normalized, sum), try peaks(of: wanted + beside, in: sum.raw, sum)
    )
    let bins = wanted.reduce(0) { $0 + Lattice.bandSize(ofPeriod: $1, isLine: size.height == 1) }
    func figures(_ period: Int) -> LockedLatticeFinding.Band {
      self.figures(of: period, in: sum, mean: normalized[period] ?? [], raw: raw[period] ?? [], bins: bins)
    }
    let controls = beside.map(figures)
    let background = controls.compactMap(\.meanPeakDecibels).max()
    let bands = wanted.map { period in
      var band = figures(period)
      band.isLocked = thresholds.isLocked(band, controlDecibels: background, pictures: sum.pictures)
      return band
    }
    return LockedLatticeFinding(
      pictures: sum.pictures, height: size.height, width: size.width, bands: bands, controls: controls)
  }

  /// Peaks of the mean picture, all channels together.
  private func peaks(of periods: [Int], in planes: [Plane], _ sum: Sum) throws -> [Int: [SpectralPeaks.Peak]] {
    let unit = Double(sum.pictures * sum.pictures * planes.count)
    var pools: [Int: SpectralPeakPool] = [:]
    for plane in planes {
      let found = try PictureLattice.peaks(of: periods, in: plane.tensor, unit: unit)?.peaks ?? [:]
      for (period, peaks) in found { pools[period, default: SpectralPeakPool()].add(peaks) }
    }
    return pools.reduce(into: [:]) { peaks, pool in
      peaks[pool.key] = pool.value.peaks.peaks.filter { $0.exactPeriod == pool.key }
    }
  }

  /// - Parameters:
  ///   - mean: peaks of the mean of the normalized pictures.
  ///   - raw: the same in the pictures' own units.
  private func figures(
    of period: Int, in sum: Sum, mean: [SpectralPeaks.Peak], raw: [SpectralPeaks.Peak], bins: Int
  ) -> LockedLatticeFinding.Band {
    let (pictures, channels) = (Double(sum.pictures), Double(sum.normalized.count))
    let single = (sum.peaks[period]?.peaks.peaks ?? []).filter { $0.exactPeriod == period }
    let byBin = Dictionary(single.map { ([$0.row, $0.column], $0) }) { first, _ in first }
    // The frequency that shows most clearly in both spectra: its lesser ratio counts. Of controls only the mean
    // picture is looked at.
    let candidates = mean.map { (mean: $0, single: byBin[[$0.row, $0.column]]) }
    func ratio(_ candidate: (mean: SpectralPeaks.Peak, single: SpectralPeaks.Peak?)) -> Double {
      min(candidate.mean.ratio, candidate.single?.ratio ?? .infinity)
    }
    let best = candidates.max { ratio($0) < ratio($1) }
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
    let power = best?.single?.power ?? 0
    return LockedLatticeFinding.Band(
      period: period, share: excess(mean), levels: 255 * excess(raw).squareRoot(),
      peakDecibels: best?.single.flatMap { Self.decibels($0.ratio) },
      meanPeakDecibels: best.flatMap { Self.decibels($0.mean.ratio) },
      peakFrequency: best.map { best in
        [best.mean.row, best.mean.column].map { Double(2 * $0 > period ? $0 - period : $0) / Double(period) }
      },
      coherence: best.flatMap { power > 0 ? min(1, $0.mean.power * pictures * channels / power) : nil } ?? 0,
      chance: chance, isLocked: false)
  }

  private static func decibels(_ ratio: Double) -> Double? {
    ratio > 0 && ratio.isFinite ? 10 * log10(ratio) : nil
  }
}
