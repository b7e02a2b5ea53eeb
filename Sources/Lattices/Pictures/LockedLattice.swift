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
/// Each channel is high-passed and divided by its deviation first, so that no picture outweighs another. Channels are
/// judged together, and each look at the colours by itself, with chances of as many looks as there are. Pictures of
/// different sizes are cut to one that all of them hold, from pixel 0 on, where that leaves enough to look at.
public struct LockedLattice: Sendable, Codable {
  /// In pixels.
  public let periods: [Int]
  /// What counts as locked.
  public let thresholds: LockedThresholds
  /// Periods that share no factor with any of `periods`.
  public let controls: [Int]
  private var sums: [Size: Pile] = [:]

  fileprivate struct Size: Hashable, Sendable, Codable {
    var height: Int
    var width: Int
    var channels: Int
  }

  /// One look at the pictures of a size.
  private struct Sum: Sendable, Codable {
    var pictures = 0
    /// Of the detail, in units of its deviation and in the picture's own.
    var normalized: Plane
    var raw: Plane
    /// Powers of the single pictures, by period.
    var peaks: [Int: SpectralPeakPool] = [:]
  }

  private struct Pile: Sendable, Codable {
    /// With something that varies.
    var pictures = 0
    var looks: [ColourLook: Sum] = [:]

    /// Adds another size's, its planes cut from pixel 0 on.
    mutating func add(_ other: Pile, croppedTo size: Size) {
      pictures += other.pictures
      func cut(_ plane: Plane) -> Plane { plane.crop(rows: 0..<size.height, columns: 0..<size.width) }
      for (look, part) in other.looks {
        let (normalized, raw) = (cut(part.normalized), cut(part.raw))
        guard var sum = looks.removeValue(forKey: look) else {
          looks[look] = Sum(pictures: part.pictures, normalized: normalized, raw: raw, peaks: part.peaks)
          continue
        }
        sum.pictures += part.pictures
        for index in sum.normalized.values.indices {
          sum.normalized.values[index] += normalized.values[index]
          sum.raw.values[index] += raw.values[index]
        }
        for (period, peaks) in part.peaks { sum.peaks[period, default: SpectralPeakPool()].add(peaks) }
        looks[look] = sum
      }
    }
  }

  /// More different sizes than this are not gathered by themselves.
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
    fileprivate struct Look: Sendable {
      let detail: Tensor
      let deviation: Double
      let peaks: [Int: SpectralPeaks]
    }

    fileprivate let size: Size
    fileprivate let looks: [ColourLook: Look]
  }

  /// - Parameter channels: of one picture.
  /// - Returns: `nil` where the picture is constant or too small for any of the periods.
  public func picture(_ channels: [Plane]) throws -> Picture? {
    let smallest = periods.map(PictureLattice.smallestSide).min() ?? 0
    guard channels.allSatisfy({ $0.side >= smallest }) else { return nil }
    return picture(measured: try PictureLattice(periods: periods).measure(picture: channels, retainsDetail: true))
  }

  /// - Parameter channels: of one picture and its opponent colours, measured on the same periods with their detail
  ///   retained.
  /// - Returns: `nil` where all of them are constant.
  public func picture(measured channels: [PictureLattice.Channel]) -> Picture? {
    var looks: [ColourLook: Picture.Look] = [:]
    for channel in channels where channel.look != .luma {
      guard let detail = channel.detail, let deviation = channel.spectrum?.variance.squareRoot(), deviation > 0
      else { continue }
      looks[channel.look] = Picture.Look(
        detail: detail, deviation: deviation,
        peaks: channel.bands.compactMapValues { $0.peaks.peaks.isEmpty ? nil : $0.peaks })
    }
    guard let first = looks.values.first?.detail else { return nil }
    return Picture(
      size: Size(
        height: first.shape[0], width: first.shape[1], channels: channels.count { !$0.look.isMixture }), looks: looks)
  }

  /// Adds a picture of the set.
  public mutating func add(_ picture: Picture) {
    guard let size = pileSize(for: picture.size) else { return }
    var pile = sums.removeValue(forKey: size) ?? Pile()
    pile.pictures += 1
    let blank = Plane(height: size.height, width: size.width)
    for (look, part) in picture.looks {
      var sum = pile.looks.removeValue(forKey: look) ?? Sum(normalized: blank, raw: blank)
      sum.pictures += 1
      let scale = 1 / part.deviation
      let detail =
        size == picture.size
        ? part.detail : part.detail.slice(axis: 0, 0..<size.height).slice(axis: 1, 0..<size.width)
      detail.withUnsafeBufferPointer { detail in
        sum.normalized.values.withUnsafeMutableBufferPointer { normalized in
          sum.raw.values.withUnsafeMutableBufferPointer { raw in
            for index in detail.indices {
              let value = Double(detail[index])
              normalized[index] += value * scale
              raw[index] += value
            }
          }
        }
      }
      for (period, peaks) in part.peaks { sum.peaks[period, default: SpectralPeakPool()].add(peaks) }
      pile.looks[look] = sum
    }
    sums[size] = pile
  }

  /// A picture's own size, or beside too many others the largest that it holds.
  private func pileSize(for size: Size) -> Size? {
    if sums[size] != nil || sums.count < Self.sizeLimit { return size }
    return sums.keys.filter { $0.channels == size.channels && $0.height <= size.height && $0.width <= size.width }
      .max { ($0.height * $0.width, $0.height) < ($1.height * $1.width, $1.height) }
  }

  /// The finding of all that was added; `nil` where nothing was.
  public func finding() throws -> LockedLatticeFinding? {
    guard let (size, pile) = commonPile else { return nil }
    let looks = pile.looks.sorted { $0.key.name < $1.key.name }
    // What most pictures do not have is no grid of the set.
    let common = looks.filter { 2 * $0.value.pictures >= pile.pictures }
    let together = try judged(common.filter { !$0.key.isMixture }.map(\.value), size, pictures: pile.pictures)
    guard common.count > 1 else { return together }
    let alone = try common.map { look, sum in
      (look, try judged([sum], size, pictures: sum.pictures, looks: common.count))
    }
    var finding = together
    for index in finding.bands.indices where !finding.bands[index].isLocked {
      let found = alone.compactMap { look, finding -> LockedLatticeFinding.Band? in
        guard var band = finding.bands.first(where: { $0.period == together.bands[index].period }), band.isLocked
        else { return nil }
        band.look = look
        return band
      }
      if let best = found.max(by: { ($0.meanPeakDecibels ?? 0) < ($1.meanPeakDecibels ?? 0) }) {
        finding.bands[index] = best
      }
    }
    return finding
  }

  /// Of all pictures, cut to what they have in common; where that is less than half a side of the commonest size, or
  /// pictures differ in their channels, of those that are at least as large as the commonest.
  private var commonPile: (size: Size, pile: Pile)? {
    let commonest = sums.max {
      ($0.value.pictures, $0.key.height * $0.key.width) < ($1.value.pictures, $1.key.height * $1.key.width)
    }?.key
    guard var common = commonest else { return nil }
    let alike = sums.keys.filter { $0.channels == common.channels }
    let least = max(2 * (periods.max() ?? 2), 8)
    func shared(_ side: Int, _ other: Int) -> Int { 2 * other >= side && other >= least ? min(side, other) : side }
    for size in alike {
      common.height = min(common.height, shared(commonest?.height ?? 0, size.height))
      common.width = min(common.width, shared(commonest?.width ?? 0, size.width))
    }
    var pile = Pile()
    for size in alike.sorted(by: { ($0.height, $0.width) < ($1.height, $1.width) })
    where size.height >= common.height && size.width >= common.width {
      if let part = sums[size] { pile.add(part, croppedTo: common) }
    }
    return (common, pile)
  }

  /// - Parameter looks: how many are judged beside each other.
  private func judged(
    _ sums: [Sum], _ size: Size, pictures: Int, looks: Int = 1
  ) throws -> LockedLatticeFinding {
    let wanted = periods.filter { period in sums.contains { $0.peaks[period] != nil } }
    // Two periods and a ring around each frequency.
    let beside = controls.filter { Plane.side(height: size.height, width: size.width) >= max(2 * $0, 8) }
    let normalized = try peaks(of: wanted + beside, in: sums.map { ($0.normalized, $0.pictures) })
    let raw = try peaks(of: wanted + beside, in: sums.map { ($0.raw, $0.pictures) })
    let bins = looks * wanted.reduce(0) { $0 + Lattice.bandSize(ofPeriod: $1, isLine: size.height == 1) }
    func figures(_ period: Int) -> LockedLatticeFinding.Band {
      self.figures(of: period, in: sums, mean: normalized[period] ?? [], raw: raw[period] ?? [], bins: bins)
    }
    let controls = beside.map(figures)
    let background = controls.compactMap(\.meanPeakDecibels).max()
    let bands = wanted.map { period in
      var band = figures(period)
      band.isLocked = thresholds.isLocked(band, controlDecibels: background, pictures: pictures)
      return band
    }
    return LockedLatticeFinding(
      pictures: pictures, height: size.height, width: size.width, bands: bands, controls: controls)
  }

  /// Peaks of the mean picture, all looks together.
  private func peaks(
    of periods: [Int], in planes: [(sum: Plane, pictures: Int)]
  ) throws -> [Int: [SpectralPeaks.Peak]] {
    var pools: [Int: SpectralPeakPool] = [:]
    for (plane, pictures) in planes {
      let unit = Double(pictures * pictures * planes.count)
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
    of period: Int, in sums: [Sum], mean: [SpectralPeaks.Peak], raw: [SpectralPeaks.Peak], bins: Int
  ) -> LockedLatticeFinding.Band {
    let maps = sums.reduce(0) { $0 + $1.pictures }
    var pool = SpectralPeakPool()
    for sum in sums { if let peaks = sum.peaks[period]?.peaks { pool.add(peaks) } }
    let single = pool.peaks.peaks.filter { $0.exactPeriod == period }
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
        surroundings: best.mean.surroundings, ringCount: max(1, best.mean.ringCount / max(sums.count, 1)),
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
      coherence: best.flatMap { power > 0 ? min(1, $0.mean.power * Double(maps) / power) : nil } ?? 0,
      chance: chance, isLocked: false)
  }

  private static func decibels(_ ratio: Double) -> Double? {
    ratio > 0 && ratio.isFinite ? 10 * log10(ratio) : nil
  }
}
