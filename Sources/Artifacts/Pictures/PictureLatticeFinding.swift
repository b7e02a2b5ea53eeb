#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a picture, or a set of them, shows on the lattices that were looked at.
public struct PictureLatticeFinding: Hashable, Sendable, Codable {
  public struct Band: Hashable, Sendable, Codable {
    public var period: Int
    /// Share of the high-passed map's variance on the frequencies of this exact period, 0…1.
    public var share: Double
    /// What white noise of this size gives.
    public var null: Double
    /// The same share as the power of the control's frequencies would make it: per-frequency share of the control
    /// times the band's number of frequencies. ``share`` ÷ ``control`` is how far the band stands out.
    public var control: Double
    /// The coprime period that served as control.
    public var controlPeriod: Int
    /// The band's highest frequency over its surroundings, in dB; `nil` where it has no surroundings to compare with.
    public var peakDecibels: Double?
    /// The chance of that peak in a locally flat spectrum, corrected for the number of frequencies looked at.
    public var peakChance: Double?
    /// Median F score over the channels: never decides alone.
    public var fScore: Double?
    public var verdict: Verdict

    private enum CodingKeys: String, CodingKey {
      case period, share, null, control, verdict
      case controlPeriod = "control_period"
      case peakDecibels = "peak_db"
      case peakChance = "peak_chance"
      case fScore = "f_score"
    }
  }

  public struct Control: Hashable, Sendable, Codable {
    public var period: Int
    public var share: Double
    public var null: Double
  }

  /// Bands that fit the pictures, by ascending period.
  public var bands: [Band]
  public var controls: [Control]
  /// Periods asked for that need larger pictures.
  public var skippedPeriods: [Int]
  /// Channels measured: three a colour picture.
  public var maps: Int
  /// Whether every channel was constant, so that there was nothing to measure: all shares are then 0.
  public var isConstant: Bool

  public var verdict: Verdict { bands.contains { $0.verdict == .artifact } ? .artifact : .clean }

  private enum CodingKeys: String, CodingKey {
    case bands, controls, maps
    case skippedPeriods = "skipped_periods"
    case isConstant = "constant"
  }
}

extension PictureLattice {
  /// The finding of one picture, given as its channels.
  ///
  /// - Throws: ``ArtifactError/tooSmall(height:width:needed:why:)``, ``ArtifactError/noMaps``.
  public func finding(ofPicture channels: [Plane]) throws -> PictureLatticeFinding {
    try finding(pooling: channels.map(measure))
  }

  /// The finding of a set from the channels of all its pictures, which may differ in size: a band is judged on those
  /// that are large enough for it.
  ///
  /// - Throws: ``ArtifactError/noMaps``.
  public func finding(pooling channels: [Channel]) throws -> PictureLatticeFinding {
    guard !channels.isEmpty else { throw ArtifactError.noMaps }
    let bands = periods.compactMap { band(period: $0, in: channels.compactMap(\.bands[$0])) }
    let measured = Set(bands.map(\.period))
    return PictureLatticeFinding(
      bands: bands,
      controls: controls.compactMap { period in
        let found = channels.compactMap { $0.controls[period] }
        guard !found.isEmpty else { return nil }
        return .init(period: period, share: median(found.map(\.share)), null: median(found.map(\.null)))
      },
      skippedPeriods: periods.filter { !measured.contains($0) }, maps: channels.count,
      isConstant: channels.allSatisfy { !$0.varies })
  }

  private func band(period: Int, in channels: [ChannelBand]) -> PictureLatticeFinding.Band? {
    guard !channels.isEmpty else { return nil }
    let size = Double(Lattice.bandSize(ofPeriod: period))
    let share = median(channels.map(\.share))
    let null = median(channels.map(\.null))
    let controlPerBin = median(channels.map(\.controlPerBin))
    // Constant channels have no spectrum and no say in the peak.
    let spectra = channels.map(\.peaks).filter { !$0.peaks.isEmpty }
    let peak = spectra.isEmpty ? nil : SpectralPeaks.pooled(spectra).highest(ofBand: period)
    let decibels = peak.flatMap { $0.ratio > 0 && $0.ratio.isFinite ? 10 * log10($0.ratio) : nil }
    let standsOut = peak.map { $0.ratio >= pow(10, thresholds.peakDecibels / 10) } ?? false
    let isArtifact =
      share - null >= thresholds.excessShare && share / size >= thresholds.controlRatio * controlPerBin && standsOut
    let scores = channels.compactMap(\.fScore)
    let score = scores.isEmpty ? nil : median(scores)
    return .init(
      period: period, share: share, null: null, control: controlPerBin * size,
      controlPeriod: Lattice.nearestControl(to: period, among: periods), peakDecibels: decibels,
      peakChance: peak.map { min(1, $0.chance * size) }, fScore: score.flatMap { $0.isFinite ? $0 : nil },
      verdict: isArtifact ? .artifact : .clean)
  }
}

func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  guard !sorted.isEmpty else { return 0 }
  let middle = sorted.count / 2
  return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
}
