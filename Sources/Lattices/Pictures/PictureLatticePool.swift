import GinghamSignals

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What the channels of a set of pictures show together, gathered one by one: of each only a few numbers are kept.
public struct PictureLatticePool: Sendable {
  private struct Band: Sendable {
    var shares: [Double] = []
    var nulls: [Double] = []
    var controlsPerBin: [Double] = []
    var scores: [Double] = []
    var peaks = SpectralPeakPool()
  }

  private let lattice: PictureLattice
  private var bands: [Int: Band] = [:]
  private var controls: [Int: (shares: [Double], nulls: [Double])] = [:]
  /// Maps so far.
  public private(set) var mapCount = 0
  private var varies = false
  private var isLine = false

  /// With the property of the same name.
  public init(_ lattice: PictureLattice) {
    self.lattice = lattice
  }

  /// Adds a channel of a picture.
  public mutating func add(_ channel: PictureLattice.Channel) {
    mapCount += 1
    varies = varies || channel.varies
    isLine = channel.isLine
    for (period, found) in channel.bands {
      bands[period, default: Band()].shares.append(found.share)
      bands[period]?.nulls.append(found.null)
      bands[period]?.controlsPerBin.append(found.controlPerBin)
      if let score = found.fScore { bands[period]?.scores.append(score) }
      // Constant channels have no spectrum and no say in the peak.
      if !found.peaks.peaks.isEmpty { bands[period]?.peaks.add(found.peaks) }
    }
    for (period, found) in channel.controls {
      controls[period, default: ([], [])].shares.append(found.share)
      controls[period]?.nulls.append(found.null)
    }
  }

  /// - Throws: ``ArtifactError/noMaps`` before anything was added.
  public func finding() throws -> PictureLatticeFinding {
    guard mapCount > 0 else { throw ArtifactError.noMaps }
    return PictureLatticeFinding(
      bands: lattice.periods.compactMap { period in bands[period].map { finding(of: $0, period: period) } },
      controls: lattice.controls.compactMap { period in
        controls[period].map { .init(period: period, share: median($0.shares), null: median($0.nulls)) }
      },
      skippedPeriods: lattice.periods.filter { bands[$0] == nil }, maps: mapCount, isConstant: !varies)
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

  private func finding(of band: Band, period: Int) -> PictureLatticeFinding.Band {
    let thresholds = lattice.thresholds
    let size = Double(Lattice.bandSize(ofPeriod: period, isLine: isLine))
    let share = median(band.shares)
    let null = isLine ? share * surroundings(of: band, period: period) : median(band.nulls)
    let controlPerBin = median(band.controlsPerBin)
    let peak = band.peaks.mapCount > 0 ? band.peaks.peaks.highest(ofBand: period) : nil
    let decibels = peak.flatMap { $0.ratio > 0 && $0.ratio.isFinite ? 10 * log10($0.ratio) : nil }
    let isSeen = isLine ? mostStandOut(band, period: period) : peak.map(standsOut) ?? false
    let isArtifact =
      share - null >= thresholds.excessShare && share / size >= thresholds.controlRatio * controlPerBin && isSeen
    let score = band.scores.isEmpty ? nil : median(band.scores)
    return .init(
      period: period, share: share, null: null, control: controlPerBin * size,
      controlPeriod: Lattice.nearestControl(to: period, among: lattice.periods), peakDecibels: decibels,
      peakFrequency: peak.map {
        [$0.row, $0.column].map { Double(2 * $0 > period ? $0 - period : $0) / Double(period) }
      },
      peakChance: peak.map { min(1, $0.chance * size) }, fScore: score.flatMap { $0.isFinite ? $0 : nil },
      verdict: isArtifact ? .artifact : .clean)
  }
}
