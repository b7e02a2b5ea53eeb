import GinghamSignals
import GinghamTensors

/// Lattice energy of pictures: the share of fine detail that repeats with a period, beside what chance and a period
/// that no layer could have caused would give.
///
/// Each channel is measured by itself on its high-passed map; a picture's figures, and those of a set, are medians
/// over the channels that vary (of all pictures), so that one odd picture does not decide. Where a grid is in one channel
/// only, or in a difference of colours, that look at the picture is named and its figures stand.
public struct PictureLattice: Sendable, Codable {
  /// In pixels.
  public let periods: [Int]
  /// What counts as an artifact or a fault.
  public let thresholds: LatticeThresholds
  /// Periods that share no factor with any of `periods`, measured for comparison.
  public let controls: [Int]
  /// Whether grids are sought that were resized or turned since, see ``MovedGrid``.
  public let seeksMoved: Bool

  /// - Throws: ``ArtifactError/badPeriod(_:why:)``, ``ArtifactError/noMaps`` for an empty list.
  public init(
    periods: [Int] = Lattice.usualPeriods, thresholds: LatticeThresholds = LatticeThresholds(), seeksMoved: Bool = false
  ) throws {
    self.seeksMoved = seeksMoved
    guard !periods.isEmpty else { throw ArtifactError.badArgument("name at least one period to measure") }
    self.periods = try Set(periods.map { try Lattice(period: $0).period }).sorted()
    self.thresholds = thresholds
    controls = Lattice.controls(for: self.periods)
  }

  /// The high-pass of a band: the triangle of the smallest multiple of its period that is at least 4, which passes
  /// the band's frequencies untouched.
  package static func filterPeriod(for period: Int) -> Int { (max(4, period) + period - 1) / period * period }

  /// The high-pass of a control: one of those that bands have.
  static func filterPeriod(forControl period: Int) -> Int { period <= 4 ? 4 : 8 }

  /// The smallest side on which a band of `period` is measured: the filter's border and two periods.
  public static func smallestSide(for period: Int) -> Int { 2 * filterPeriod(for: period) + 2 * period }

  /// One band of one channel.
  struct ChannelBand: Sendable {
    var share: Double
    var null: Double
    var controlPerBin: Double
    /// Of the high-passed map.
    var variance: Double
    /// Of all that repeats with the period, divisors included: of the map high-passed for the period, and of the finest
    /// detail.
    var latticePower: Double
    var finestPower = 0.0
    /// Of the lattice's cells, see ``RegularContent``.
    var plainShare: Double
    var fScore: Double?
    var peaks: SpectralPeaks
    /// Of the detail in units of its deviation round about, see ``EvenedDetail``; none of signals.
    var evened = SpectralPeaks(peaks: [])
    /// √ of the map's pixels.
    var side: Double
  }

  /// What one channel gives; bands that need more pixels than there are have no entry.
  public struct Channel: Sendable {
    /// What of the picture's colours it is.
    public let look: ColourLook
    var bands: [Int: ChannelBand]
    let controls: [Int: (share: Double, null: Double)]
    let varies: Bool
    /// Whether it is a signal, of one row.
    let isLine: Bool
    /// Power of the finest high-passed map over its variance, for a picture of it; `nil` where the channel is constant.
    var spectrum: (power: HalfSpectrum, variance: Double)?
    /// `nil` of signals and constant channels.
    var surface: PictureSurface?
    /// H×W of the finest high-passed map, where it was asked for.
    let detail: Tensor?
    /// Of the luma: how far the steps between blocks of a compressed file stand out, see ``BlockSteps``.
    let blockSteps: Double?
    /// Of the luma, or the first of other channels: the lattice of any period and turn that stands out most.
    var moved: MovedGrid?
  }

  /// Measures one channel.
  ///
  /// - Parameters:
  ///   - look: what of a picture's colours it is.
  ///   - retainsDetail: whether the channel keeps its finest high-passed map, which ``LockedLattice`` adds up.
  /// - Throws: ``ArtifactError/tooSmall(height:width:needed:why:)`` where not even the smallest period fits.
  public func measure(_ map: Plane, as look: ColourLook = .channel(1), retainsDetail: Bool = false) throws -> Channel {
    let (side, isLine) = (map.side, map.isLine)
    let smallest = periods.map(PictureLattice.smallestSide).min() ?? 0
    guard side >= smallest else {
      throw ArtifactError.tooSmall(
        height: map.height, width: map.width, needed: smallest, why: "to measure period \(periods[0])")
    }
    let moments = map.moments(rows: map.height, columns: map.width)
    let varies = SignedLatticeEnergy.varies(moments.variance, around: moments.mean)
    let fitting = periods.filter { side >= PictureLattice.smallestSide(for: $0) }
    let fittingControls = controls.filter { side >= 2 * PictureLattice.filterPeriod(forControl: $0) + 2 * $0 }
    var bands: [Int: ChannelBand] = [:]
    var measuredControls: [Int: (share: Double, null: Double)] = [:]
    var spectrum: (power: HalfSpectrum, variance: Double)?
    var peaks: [Int: SpectralPeaks] = [:]
    var evened: [Int: SpectralPeaks] = [:]
    var steps: Double?
    var surface: PictureSurface?
    var retained: Tensor?
    var moved: MovedGrid?
    let filters = Set(
      fitting.map { PictureLattice.filterPeriod(for: $0) }
        + fittingControls.map { PictureLattice.filterPeriod(forControl: $0) })
    var cascade: DetailCascade?
    for filter in filters.sorted() {
      let own = fitting.filter { PictureLattice.filterPeriod(for: $0) == filter }
      let beside = own.map { Lattice.nearestControl(to: $0, among: periods) }
      let others = fittingControls.filter { PictureLattice.filterPeriod(forControl: $0) == filter }
      let wanted = Set(own + beside + others).sorted()
      let keepsDetail = spectrum == nil && !own.isEmpty
      guard
        let (found, detail) = try energies(
          of: map, varies: varies, filter: filter, periods: wanted, keepsDetail: keepsDetail, cascade: &cascade)
      else { continue }
      let energies = Dictionary(uniqueKeysWithValues: zip(wanted, found))
      for (period, control) in zip(own, beside) {
        guard let energy = energies[period] else { continue }
        let controlShare = energies[control]?.bands[control] ?? 0
        bands[period] = ChannelBand(
          share: varies ? energy.bands[period] ?? 0 : 0, null: energy.null(ofBand: period),
          controlPerBin: varies ? controlShare / Double(Lattice.bandSize(ofPeriod: control, isLine: isLine)) : 0,
          variance: varies ? energy.variance : 0, latticePower: varies ? energy.share * energy.variance : 0,
          plainShare: varies && !look.isMixture ? map.plainShare(ofCells: period) : 0, fScore: energy.fScore,
          peaks: SpectralPeaks(peaks: []), side: Double(map.height * map.width).squareRoot())
      }
      for control in others {
        if let energy = energies[control] { measuredControls[control] = (varies ? energy.share : 0, energy.null) }
      }
      if varies, let detail, let found = try Self.peaks(of: fitting, in: detail) {
        spectrum = (found.power, found.variance)
        peaks = found.peaks
        if !isLine {
          let even = EvenedDetail.evened(detail, floor: EvenedDetail.floor(for: map))
          evened = try Self.peaks(of: fitting, in: even)?.peaks ?? [:]
          if look != .luma { surface = PictureSurface(of: map, detail: detail, evened: even, periods: fitting) }
          if seeksMoved, look.standsForPicture { moved = movedGrid(in: even, of: detail, of: map) }
          steps = look == .luma ? BlockSteps(in: even, border: filter)?.deviations : nil
        }
        if retainsDetail { retained = detail }
      }
    }
    for (period, found) in peaks { bands[period]?.peaks = found }
    for (period, found) in evened { bands[period]?.evened = found }
    let powers = peaks.mapValues { $0.excess * (spectrum?.variance ?? 0) }
    for period in bands.keys {
      bands[period]?.finestPower = powers.reduce(0) { $0 + (period.isMultiple(of: $1.key) ? $1.value : 0) }
    }
    return Channel(
      look: look, bands: bands, controls: measuredControls, varies: varies, isLine: isLine, spectrum: spectrum,
      surface: surface, detail: retained, blockSteps: steps, moved: moved)
  }

  /// - Parameters:
  ///   - evened: the map's evened detail.
  ///   - detail: before it was evened.
  private func movedGrid(in evened: Tensor, of detail: Tensor, of map: Plane) -> MovedGrid? {
    guard var moved = MovedGridSearch(in: evened)?.best() else { return nil }
    // A grid of half a level leaves hardly a cell plain; between rules and words many are.
    let cells = min(8, Int(moved.period.rounded(.up)))
    if moved.chance <= thresholds.chance, MovedGridSearch.hasCrossings(moved, in: detail),
      map.plainShare(ofCells: cells) < RegularContent.leastPlainShare,
      !PictureSurface(of: map, detail: detail, evened: evened, periods: periods).isDrawn
    {
      moved.verdict = .artifact
    }
    return moved
  }

  /// Of the high-passed map, which may be kept; of a map that does not vary, there is nothing to pass.
  ///
  /// - Parameter cascade: of this map, where there was a filter before; goes on to this one.
  private func energies(
    of map: Plane, varies: Bool, filter period: Int, periods: [Int], keepsDetail: Bool,
    cascade: inout DetailCascade?
  ) throws -> (found: [SignedLatticeEnergy], detail: Tensor?)? {
    let lattices = try periods.map { try Lattice(period: $0, isLine: map.isLine) }
    guard varies else {
      return try map.trimmed(by: period).map { (try SignedLatticeEnergy.energies(of: $0, lattices: lattices), nil) }
    }
    var own: DetailCascade
    if let last = cascade.take(), 2 * last.filter.period == period {
      own = last
      try own.doublePeriod()
    } else {
      own = DetailCascade(of: map, filter: try TriangleFilter(period: period))
    }
    let scan = try HighPassScan(of: own, lattices: lattices, keepsDetail: keepsDetail)
    cascade = own
    return scan.map { ($0.energies, $0.detail) }
  }

  /// A peak is compared with its neighbours, which any smooth filter weighs alike, so the finest high-pass serves all
  /// bands. On large pictures one spectrum does, cropped to a multiple of the longest period; on small ones, where a
  /// crop costs more, each band has its own.
  ///
  /// - Parameter unit: in which powers are given, times the pixel count; `nil`: each crop's own variance.
  static func peaks(
    of periods: [Int], in finest: Tensor, unit: Double? = nil
  ) throws -> (peaks: [Int: SpectralPeaks], power: HalfSpectrum, variance: Double)? {
    let measured = periods.sorted(by: >)
    let isLine = finest.shape[0] == 1
    let side = Plane.side(height: finest.shape[0], width: finest.shape[1])
    let shared = measured.first.map { longest in
      measured.filter { longest.isMultiple(of: $0) && side >= 8 * longest }
    }
    var found: [Int: SpectralPeaks] = [:]
    var drawn: (power: HalfSpectrum, variance: Double)?
    for group in [shared ?? []] + measured.filter({ shared?.contains($0) != true }).map({ [$0] }) {
      guard let longest = group.first else { continue }
      let lattice = try Lattice(period: longest, isLine: isLine)
      var (rows, columns) = lattice.crop(height: finest.shape[0], width: finest.shape[1])
      // Signals are long, and a transform of a large prime length takes the square of it.
      if isLine { columns = longest * FourierTransform.fastLength(atMost: columns / longest) }
      let cropped = finest.slice(axis: 0, 0..<rows).slice(axis: 1, 0..<columns)
      let (spectrum, variance) = (HalfSpectrum(of: cropped), unit ?? cropped.variance)
      let peaks = SpectralPeaks(in: spectrum, variance: variance, lattice: lattice)
      for period in group { found[period] = peaks.band(period, of: lattice) }
      drawn = drawn ?? (spectrum, variance)
    }
    return drawn.map { (found, $0.power, $0.variance) }
  }
}

extension Tensor {
  /// The population variance over all elements.
  fileprivate var variance: Double {
    withUnsafeBufferPointer { values in
      var (sums, squares) = (SIMD8<Double>.zero, SIMD8<Double>.zero)
      var (sum, square) = (0.0, 0.0)
      let whole = values.count - values.count % 8
      let bytes = UnsafeRawBufferPointer(values)
      for index in stride(from: 0, to: whole, by: 8) {
        let wide = SIMD8<Double>(bytes.loadUnaligned(fromByteOffset: 4 * index, as: SIMD8<Float>.self))
        sums += wide
        squares += wide * wide
      }
      for index in whole..<values.count {
        sum += Double(values[index])
        square += Double(values[index]) * Double(values[index])
      }
      let count = Double(max(values.count, 1))
      let mean = (sum + sums.sum()) / count
      return max(0, (square + squares.sum()) / count - mean * mean)
    }
  }
}
