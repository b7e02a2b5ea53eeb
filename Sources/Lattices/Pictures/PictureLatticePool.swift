import GinghamSignals

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What the channels of a set of pictures show together, gathered one by one: of each only a few numbers are kept.
public struct PictureLatticePool: Sendable {
  /// One band in one look at the pictures, or in all channels together.
  private struct Band: Sendable {
    var shares: [Double] = []
    var controlsPerBin: [Double] = []
    var scores: [Double] = []
    var plainShares: [Double] = []
    var peaks = SpectralPeakPool()
    /// Of constant maps as well, which have nothing else to say.
    var nulls: [Double] = []

    mutating func add(_ found: PictureLattice.ChannelBand, varies: Bool) {
      nulls.append(found.null)
      guard varies else { return }
      shares.append(found.share)
      controlsPerBin.append(found.controlPerBin)
      plainShares.append(found.plainShare)
      if let score = found.fScore { scores.append(score) }
      if !found.peaks.peaks.isEmpty { peaks.add(found.peaks) }
    }
  }

  private let lattice: PictureLattice
  private var bands: [Int: Band] = [:]
  private var looks: [ColourLook: [Int: Band]] = [:]
  private var controls: [Int: (shares: [Double], nulls: [Double])] = [:]
  /// Channels so far; opponent colours are looks at the same.
  public private(set) var mapCount = 0
  private var varies = false

  /// With the property of the same name.
  public init(_ lattice: PictureLattice) {
    self.lattice = lattice
  }

  /// Adds a channel of a picture, or one of its opponent colours.
  public mutating func add(_ channel: PictureLattice.Channel) {
    for (period, found) in channel.bands {
      looks[channel.look, default: [:]][period, default: Band()].add(found, varies: channel.varies)
    }
    guard !channel.look.isOpponent else { return }
    mapCount += 1
    varies = varies || channel.varies
    for (period, found) in channel.bands { bands[period, default: Band()].add(found, varies: channel.varies) }
    for (period, found) in channel.controls {
      controls[period, default: ([], [])].nulls.append(found.null)
      if channel.varies { controls[period]?.shares.append(found.share) }
    }
  }

  /// - Throws: ``ArtifactError/noMaps`` before anything was added.
  public func finding() throws -> PictureLatticeFinding {
    guard mapCount > 0 else { throw ArtifactError.noMaps }
    return PictureLatticeFinding(
      bands: lattice.periods.compactMap { period in bands[period].map { finding(of: $0, period: period) } },
      controls: lattice.controls.compactMap { period in
        controls[period].map { .init(period: period, share: middle($0.shares), null: median($0.nulls)) }
      },
      skippedPeriods: lattice.periods.filter { bands[$0] == nil }, maps: mapCount, isConstant: !varies)
  }

  /// Of all channels together; where these show nothing, of the one look that does.
  private func finding(of band: Band, period: Int) -> PictureLatticeFinding.Band {
    let together = finding(of: band, period: period, look: nil)
    guard together.verdict == .clean, together.content == nil, looks.count > 1 else { return together }
    let alone = looks.compactMap { look, bands -> PictureLatticeFinding.Band? in
      // What most pictures do not have is no grid of the set.
      guard let band = bands[period], 2 * band.shares.count >= band.nulls.count else { return nil }
      let found = finding(of: band, period: period, look: look)
      return found.verdict == .artifact ? found : nil
    }
    return alone.max { ($0.share, $0.look?.name ?? "") < ($1.share, $1.look?.name ?? "") } ?? together
  }

  private func finding(of band: Band, period: Int, look: ColourLook?) -> PictureLatticeFinding.Band {
    let thresholds = lattice.thresholds
    let size = Double(Lattice.bandSize(ofPeriod: period))
    let (share, null) = (middle(band.shares), median(band.nulls))
    let controlPerBin = middle(band.controlsPerBin)
    let peak = band.peaks.mapCount > 0 ? band.peaks.peaks.highest(ofBand: period) : nil
    let decibels = peak.flatMap { $0.ratio > 0 && $0.ratio.isFinite ? 10 * log10($0.ratio) : nil }
    let needed = pow(10, thresholds.peakDecibels / 10)
    let count = look == nil ? 1 : Double(looks.count)
    // A look among several must be as improbable, for all of them, as a single one is at the threshold.
    let standsOut =
      peak.map { $0.ratio >= needed && (count == 1 || $0.chance * count <= $0.chance(of: needed)) } ?? false
    let isGrid =
      share - null >= thresholds.excessShare && share / size >= thresholds.controlRatio * controlPerBin && standsOut
    let content =
      isGrid ? RegularContent(band.peaks.peaks, period: period, plainShare: middle(band.plainShares)) : nil
    let score = band.scores.isEmpty ? nil : median(band.scores)
    return .init(
      period: period, share: share, null: null, control: controlPerBin * size,
      controlPeriod: Lattice.nearestControl(to: period, among: lattice.periods), peakDecibels: decibels,
      peakFrequency: peak.map {
        [$0.row, $0.column].map { Double(2 * $0 > period ? $0 - period : $0) / Double(period) }
      },
      peakChance: peak.map { min(1, $0.chance * size * count) }, fScore: score.flatMap { $0.isFinite ? $0 : nil },
      look: look, content: content, verdict: isGrid && content == nil ? .artifact : .clean)
  }

  /// The median, 0 where nothing varied.
  private func middle(_ values: [Double]) -> Double { values.isEmpty ? 0 : median(values) }
}
