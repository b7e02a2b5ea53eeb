/// Lattice energy of pictures: the share of fine detail that repeats with a period, beside what chance and a period
/// that no layer could have caused would give.
///
/// Each channel is measured by itself on its high-passed map; a picture's figures, and those of a set, are medians
/// over the channels (of all pictures), so that one odd picture does not decide.
public struct PictureLattice: Sendable {
  public let periods: [Int]
  public let thresholds: LatticeThresholds
  /// Periods that share no factor with any of `periods`, measured for comparison.
  public let controls: [Int]

  /// - Throws: ``ArtifactError/badPeriod(_:why:)``, ``ArtifactError/noMaps`` for an empty list.
  public init(periods: [Int] = [2, 4, 8, 16, 32], thresholds: LatticeThresholds = LatticeThresholds()) throws {
    guard !periods.isEmpty else { throw ArtifactError.badArgument("name at least one period to measure") }
    self.periods = try Set(periods.map { try Lattice(period: $0).period }).sorted()
    self.thresholds = thresholds
    controls = Lattice.controls(for: self.periods)
  }

  /// The high-pass of a band: a triangle of the band's period, at least 4.
  static func filterPeriod(for period: Int) -> Int { max(4, period) }

  /// The smallest side on which a band of `period` is measured: the filter's border and two periods.
  public static func smallestSide(for period: Int) -> Int { 2 * filterPeriod(for: period) + 2 * period }

  /// One band of one channel.
  struct ChannelBand: Sendable {
    var share: Double
    var null: Double
    var controlPerBin: Double
    var fScore: Double?
    var peaks: SpectralPeaks
  }

  /// What one channel gives; bands that need more pixels than there are have no entry.
  public struct Channel: Sendable {
    let bands: [Int: ChannelBand]
    let controls: [Int: (share: Double, null: Double)]
    let varies: Bool
  }

  /// Measures one channel.
  ///
  /// - Throws: ``ArtifactError/tooSmall(height:width:needed:why:)`` where not even the smallest period fits.
  public func measure(_ map: Plane) throws -> Channel {
    let side = min(map.height, map.width)
    let smallest = periods.map(PictureLattice.smallestSide).min() ?? 0
    guard side >= smallest else {
      throw ArtifactError.tooSmall(
        height: map.height, width: map.width, needed: smallest, why: "to measure period \(periods[0])")
    }
    let varies = SignedLatticeEnergy.varies(map.variance, around: map.mean)
    var details: [Int: Plane] = [:]
    func detail(_ filter: Int) throws -> Plane? {
      if let known = details[filter] { return known }
      let made = varies ? try TriangleFilter(period: filter).highPassed(map) : map.trimmed(by: filter)
      details[filter] = made
      return made
    }
    var bands: [Int: ChannelBand] = [:]
    for period in periods where side >= PictureLattice.smallestSide(for: period) {
      let lattice = try Lattice(period: period)
      guard let map = try detail(PictureLattice.filterPeriod(for: period)) else { continue }
      let energy = try SignedLatticeEnergy(of: map, lattice: lattice)
      let control = Lattice.nearestControl(to: period, among: periods)
      let controlEnergy = try SignedLatticeEnergy(of: map, lattice: Lattice(period: control))
      bands[period] = ChannelBand(
        share: varies ? energy.bands[period] ?? 0 : 0, null: energy.null(ofBand: period),
        controlPerBin: varies
          ? (controlEnergy.bands[control] ?? 0) / Double(Lattice.bandSize(ofPeriod: control)) : 0,
        fScore: energy.fScore, peaks: SpectralPeaks(peaks: []))
    }
    if varies { try addPeaks(to: &bands, details: details) }
    var measuredControls: [Int: (share: Double, null: Double)] = [:]
    for control in controls where side >= PictureLattice.smallestSide(for: control) {
      guard let map = try detail(PictureLattice.filterPeriod(for: control)) else { continue }
      let energy = try SignedLatticeEnergy(of: map, lattice: Lattice(period: control))
      measuredControls[control] = (varies ? energy.share : 0, energy.null)
    }
    return Channel(bands: bands, controls: measuredControls, varies: varies)
  }

  /// One spectrum serves all bands whose filter and crop agree.
  private func addPeaks(to bands: inout [Int: ChannelBand], details: [Int: Plane]) throws {
    for (filter, map) in details {
      let mine = bands.keys.filter { PictureLattice.filterPeriod(for: $0) == filter }
      let dividing = mine.filter { filter.isMultiple(of: $0) }
      if !dividing.isEmpty, min(map.height, map.width) >= filter {
        let peaks = SpectralPeaks(of: map, lattice: try Lattice(period: filter))
        for period in dividing {
          bands[period]?.peaks = SpectralPeaks(peaks: peaks.peaks.filter { $0.exactPeriod == period })
        }
      }
      for period in mine where !filter.isMultiple(of: period) {
        let peaks = SpectralPeaks(of: map, lattice: try Lattice(period: period))
        bands[period]?.peaks = SpectralPeaks(peaks: peaks.peaks.filter { $0.exactPeriod == period })
      }
    }
  }
}
