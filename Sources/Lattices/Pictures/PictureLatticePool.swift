import GinghamSignals
import GinghamTensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What the channels of a set of pictures show together, gathered one by one: of each only a few numbers are kept.
public struct PictureLatticePool: Sendable, Codable {
  /// One band in one look at the pictures, or in all channels together.
  private struct Band: Sendable, Codable {
    var shares: Column
    var controlsPerBin: Column
    var scores: Column
    var plainShares: Column
    var peaks = SpectralPeakPool()
    var evened = SpectralPeakPool()
    var evenDecibels: Column
    var axisDecibels: Column
    var signs: DrawingSignsPool
    var sides: Column
    /// Powers of the grid in units of the picture's, each channel's.
    var powers: Column
    /// Of constant maps as well, which have nothing else to say.
    var nulls: Column

    init(in storage: Storage) {
      let empty = Column(in: storage)
      (shares, controlsPerBin, scores, plainShares) = (empty, empty, empty, empty)
      (evenDecibels, axisDecibels, sides, powers, nulls) = (empty, empty, empty, empty, empty)
      signs = DrawingSignsPool(in: storage)
    }

    mutating func add(_ found: PictureLattice.ChannelBand, period: Int, of channel: PictureLattice.Channel) {
      nulls.append(found.null)
      guard channel.varies else { return }
      if let surface = channel.surface { signs.add(DrawingSigns(found, on: surface, period: period)) }
      shares.append(found.share)
      controlsPerBin.append(found.controlPerBin)
      plainShares.append(found.plainShare)
      if let score = found.fScore { scores.append(score) }
      if let decibels = found.evened.evenDecibels(ofBand: period) {
        evenDecibels.append(decibels)
        axisDecibels.append(found.evened.axisDecibels(ofBand: period) ?? decibels)
        sides.append(found.side)
      }
      if !found.peaks.peaks.isEmpty {
        peaks.add(found.peaks)
        powers.append(found.variance * found.peaks.peaks.reduce(0) { $0 + max(0, $1.power - $1.surroundings) })
      }
      if !found.evened.peaks.isEmpty { evened.add(found.evened) }
    }
  }

  private struct Control: Sendable, Codable {
    var shares: Column
    var nulls: Column

    init(in storage: Storage) { (shares, nulls) = (Column(in: storage), Column(in: storage)) }
  }

  private let lattice: PictureLattice
  private let storage: Storage
  private var bands: [Int: Band] = [:]
  private var looks: [ColourLook: [Int: Band]] = [:]
  private var controls: [Int: Control] = [:]
  /// Channels so far; opponent colours are looks at the same.
  public private(set) var mapCount = 0
  private var blockSteps: Column
  private var moved: [MovedGrid] = []
  private var pictures = 0
  private var varies = false
  private var isLine = false

  /// With the property of the same name.
  public init(_ lattice: PictureLattice) { self.init(lattice, in: Storage()) }

  init(_ lattice: PictureLattice, in storage: Storage) {
    (self.lattice, self.storage, blockSteps) = (lattice, storage, Column(in: storage))
  }

  /// Adds a channel of a picture, or one of its opponent colours.
  public mutating func add(_ channel: PictureLattice.Channel) {
    for (period, found) in channel.bands {
      looks[channel.look, default: [:]][period, default: Band(in: storage)].add(found, period: period, of: channel)
    }
    if let steps = channel.blockSteps { blockSteps.append(steps) }
    if channel.look.standsForPicture { pictures += 1 }
    if let grid = channel.moved { moved.append(grid) }
    guard !channel.look.isMixture else { return }
    mapCount += 1
    varies = varies || channel.varies
    isLine = channel.isLine
    for (period, found) in channel.bands {
      bands[period, default: Band(in: storage)].add(found, period: period, of: channel)
    }
    for (period, found) in channel.controls {
      controls[period, default: Control(in: storage)].nulls.append(found.null)
      if channel.varies { controls[period]?.shares.append(found.share) }
    }
  }

  /// - Throws: ``ArtifactError/noMaps`` before anything was added.
  public func finding() throws -> PictureLatticeFinding {
    guard mapCount > 0 else { throw ArtifactError.noMaps }
    let found = try lattice.periods.compactMap { period in
      try bands[period].map { try finding(of: $0, period: period) }
    }
    return PictureLatticeFinding(
      bands: found,
      controls: try lattice.controls.compactMap { period in
        try controls[period].map { .init(period: period, share: try middle($0.shares), null: try middle($0.nulls)) }
      },
      skippedPeriods: lattice.periods.filter { bands[$0] == nil }, maps: mapCount, isConstant: !varies,
      moved: movedGrid(beside: found))
  }

  /// What a single picture shows, or the middle one of those that more than half of a set show. What lies on a band that
  /// is called something already, or that was measured and is clean, is no news.
  private func movedGrid(beside bands: [PictureLatticeFinding.Band]) -> MovedGrid? {
    var seen = moved
    for index in seen.indices {
      let isKnown = bands.contains { band in
        seen[index].lies(onPeriod: band.period)
          && (band.verdict == .artifact || band.content != nil || seen[index].isUnmoved)
      }
      if isKnown { seen[index].verdict = .clean }
    }
    if pictures == 1 { return seen.first }
    let shown = seen.filter { $0.verdict == .artifact }.sorted { $0.period < $1.period }
    return 2 * shown.count > pictures ? shown[shown.count / 2] : nil
  }

  /// The part of a band's power that it would have if its frequencies were no stronger than those around them: sounds are
  /// nothing like white noise.
  private func surroundings(of band: Band, period: Int) -> Double {
    guard band.peaks.mapCount > 0 else { return 1 }
    let peaks = band.peaks.peaks.peaks.filter { $0.exactPeriod == period }
    func sum(_ figure: KeyPath<SpectralPeaks.Peak, Double>) -> Double {
      peaks.reduce(0) { $0 + $1[keyPath: figure] * ($1.isSelfConjugate ? 1 : 2) }
    }
    let power = sum(\.power)
    return power > 0 ? sum(\.surroundings) / power : 1
  }

  private func standsOut(_ peak: SpectralPeaks.Peak) -> Bool {
    peak.ratio >= pow(10, lattice.thresholds.peakDecibels / 10)
  }

  /// A single tone of music may lie on a frequency of the lattice; half of a band's frequencies do not by chance.
  private func mostStandOut(_ band: Band, period: Int) -> Bool {
    guard band.peaks.mapCount > 0 else { return false }
    let peaks = band.peaks.peaks.peaks.filter { $0.exactPeriod == period }
    return !peaks.isEmpty && 2 * peaks.count(where: standsOut) >= peaks.count
  }

  /// Looks that may show a grid alone. The luma is none: it is what the channels have together.
  private var judged: [ColourLook: [Int: Band]] { looks.filter { $0.key != .luma } }

  /// Of all channels together; where these show nothing, of the one look that does.
  private func finding(of band: Band, period: Int) throws -> PictureLatticeFinding.Band {
    let together = try finding(of: band, period: period, look: nil)
    guard together.verdict == .clean, together.content == nil, judged.count > 1 else { return together }
    let alone = try judged.compactMap { look, bands -> PictureLatticeFinding.Band? in
      // What most pictures do not have is no grid of the set.
      guard let band = bands[period], 2 * band.shares.count >= band.nulls.count else { return nil }
      let found = try finding(of: band, period: period, look: look)
      return found.verdict == .artifact ? found : nil
    }
    return alone.max { ($0.share, $0.look?.name ?? "") < ($1.share, $1.look?.name ?? "") } ?? together
  }

  private func finding(of band: Band, period: Int, look: ColourLook?) throws -> PictureLatticeFinding.Band {
    let thresholds = lattice.thresholds
    let size = Double(Lattice.bandSize(ofPeriod: period, isLine: isLine))
    let share = try middle(band.shares)
    let null = isLine ? share * surroundings(of: band, period: period) : try middle(band.nulls)
    let controlPerBin = try middle(band.controlsPerBin)
    let peak = band.peaks.mapCount > 0 ? band.peaks.peaks.highest(ofBand: period) : nil
    let decibels = peak.flatMap { $0.ratio > 0 && $0.ratio.isFinite ? 10 * log10($0.ratio) : nil }
    let count = look == nil ? 1 : Double(judged.count)
    // What one channel shows alone must be as strong as if all showed it at the threshold.
    let channels = look == nil ? 1 : looks.keys.count { !$0.isMixture }
    let needed = pow(10, thresholds.peakDecibels / 10) * Double(channels)
    // A look among several must be as improbable, for all of them, as a single one is at the threshold.
    let isSeen =
      peak.map { $0.ratio >= needed && (count == 1 || $0.chance * count <= $0.chance(of: needed)) } ?? false
    let (even, axis) = (try band.evenDecibels.median(), try band.axisDecibels.median())
    let chance = PhotographNull.chance(even: even, axis: axis, period: period, side: try middle(band.sides)).map {
      min(1, $0 * Double(lattice.periods.count) * count)
    }
    let isImprobable =
      (chance.map { $0 <= thresholds.chance } ?? false)
      && ((even ?? 0) >= Self.leastEvenDecibels || (axis ?? 0) >= Self.leastAxisDecibels)
    // What the loudest part of a picture shows must not be common in photographs once all parts have an equal say.
    let isCommon = thresholds.chance > 0 && (chance.map { $0 > Self.commonest * thresholds.chance } ?? false)
    let isPlain =
      !isCommon && share - null >= thresholds.excessShare && share / size >= thresholds.controlRatio * controlPerBin
      && (isLine ? mostStandOut(band, period: period) : isSeen)
    let isGrid = isPlain || isImprobable
    let content = isGrid && !isLine ? try content(of: band, period: period, look: look, isPlain: isPlain) : nil
    let score = try band.scores.median()
    return .init(
      period: period, share: share, null: null, control: controlPerBin * size,
      controlPeriod: Lattice.nearestControl(to: period, among: lattice.periods), peakDecibels: decibels,
      peakFrequency: peak.map {
        [$0.row, $0.column].map { Double(2 * $0 > period ? $0 - period : $0) / Double(period) }
      },
      evenDecibels: even, axisDecibels: axis, chance: chance, fScore: score.flatMap { $0.isFinite ? $0 : nil },
      look: look, content: content, verdict: isGrid && content == nil ? .artifact : .clean)
  }

  /// What explains the band without a decoder.
  private func content(of band: Band, period: Int, look: ColourLook?, isPlain: Bool) throws -> RegularContent? {
    let peaks = isPlain ? band.peaks.peaks : band.evened.peaks
    guard var signs = try DrawingSigns(medianOf: band.signs) else { return nil }
    var plain = try middle(band.plainShares)
    if look?.isMixture == true, let channels = bands[period], let own = try DrawingSigns(medianOf: channels.signs) {
      // Mixtures of channels are plain, blank and dithered where the channels are.
      plain = max(plain, try middle(channels.plainShares))
      (signs.blankShare, signs.ditherStep) = (max(signs.blankShare, own.blankShare), own.ditherStep)
      signs.isRounded = own.isRounded
    }
    let strength = (band.evened.peaks.peaks.map(\.power).max() ?? 0) / Double(max(band.evened.mapCount, 1))
    if let drawn = RegularContent(peaks, period: period, plainShare: plain, strength: strength, signs: signs) {
      return drawn
    }
    if period <= 4, try isColourOnly(look.flatMap { looks[$0]?[period] } ?? band, period: period) {
      return .colourInterpolation
    }
    if [4, 8, 16].contains(period), try middle(blockSteps) >= BlockSteps.least { return .blocks }
    return nil
  }

  /// Whether a grid fainter than a level leaves the luma, which files store at full resolution, as it was.
  private func isColourOnly(_ band: Band, period: Int) throws -> Bool {
    guard let luma = looks[.luma]?[period], let even = try luma.evenDecibels.median(),
      try 255 * middle(band.powers).squareRoot() < Self.faintestColour
    else { return false }
    let side = try middle(luma.sides)
    guard PhotographNull.chance(of: even, period: period, side: side) > 0.05 else { return false }
    // A grid along one axis leaves most frequencies as they were.
    guard period > 2, let axis = try luma.axisDecibels.median() else { return true }
    return PhotographNull.chance(of: axis, .axis, period: period, side: side) > 0.01
  }

  /// Four times the surroundings: less is no grid to speak of, however seldom photographs have it. What resize-convolutions
  /// leave at their period stays below.
  private static let leastEvenDecibels = 6.0
  /// Of the frequencies along one axis, of which there are few.
  private static let leastAxisDecibels = 13.0

  /// The thresholds' chance times this is the largest for a lattice that is beyond the fixed thresholds.
  private static let commonest = 10.0

  /// In levels of 255; what interpolated colours leave is a fraction of one.
  private static let faintestColour = 0.75

  /// The median, 0 where nothing varied.
  private func middle(_ column: Column) throws -> Double { try column.median() ?? 0 }
}

extension Column {
  /// - Throws: ``FormatError``.
  func median() throws -> Double? { try numbers().median }
}
