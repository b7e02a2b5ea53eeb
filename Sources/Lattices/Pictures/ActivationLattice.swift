#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Lattice energy of a layer's activations over many samples: the measure for pictures, with the energies of all channels
/// and samples added up before anything is divided, so that dead channels have no say.
public struct ActivationLattice: Sendable {
  /// What repeats with one period and none of its divisors.
  public struct Band: Hashable, Sendable, Encodable {
    /// In the layer's own elements.
    public var period: Int
    /// Share of the high-passed variance on the band's frequencies.
    public var share: Double
    /// The part of it that has one sign at one place in all samples: the share of the mean over samples.
    public var lockedShare: Double
    /// What white noise gives.
    public var null: Double
    /// What the power of a frequency of the nearest period that no layer has would make of the band.
    public var control: Double
    /// The band's highest frequency over its surroundings; `nil` where there is no room for surroundings.
    public var peakDecibels: Double?

    private enum CodingKeys: String, CodingKey {
      case period, share, null, control, lockedShare
      case peakDecibels = "peak_db"
    }
  }

  /// In pixels.
  public let periods: [Int]
  private let controls: [Int: Int]
  private var sums: [Int: Sum] = [:]
  private var samples = 0

  /// One period's figures, gathered on the map that suits it.
  private struct Sum: Sendable {
    var variance = 0.0
    var band = 0.0
    var control = 0.0
    var null = 0.0
    var peaks = SpectralPeakPool()
    var mean: [Plane] = []
  }

  /// - Parameter periods: of the layers in front, in the layer's own elements.
  public init(periods: [Int]) throws {
    self.periods = try Set(periods.map { try Lattice(period: $0).period }).sorted()
    controls = Dictionary(
      uniqueKeysWithValues: self.periods.map { ($0, Lattice.nearestControl(to: $0, among: periods)) })
  }

  /// Adds the channels of one sample. Periods that the maps are too small for stay without figures.
  public mutating func add(_ maps: [Plane]) throws {
    guard let first = maps.first else { return }
    samples += 1
    let (side, isLine) = (first.side, first.isLine)
    for period in periods where side >= PictureLattice.smallestSide(for: period) {
      let filter = try TriangleFilter(period: PictureLattice.filterPeriod(for: period))
      let (lattice, control) = (try Lattice(period: period, isLine: isLine), controls[period] ?? 3)
      var sum = sums.removeValue(forKey: period) ?? Sum()
      let bins =
        Double(Lattice.bandSize(ofPeriod: period, isLine: isLine))
        / Double(Lattice.bandSize(ofPeriod: control, isLine: isLine))
      for (channel, map) in maps.enumerated() {
        guard let detail = filter.highPassed(map) else { continue }
        let energies = try SignedLatticeEnergy.energies(
          of: detail, lattices: [lattice, Lattice(period: control, isLine: isLine)])
        sum.variance += energies[0].variance
        sum.band += (energies[0].bands[period] ?? 0) * energies[0].variance
        sum.control += (energies[1].bands[control] ?? 0) * energies[1].variance * bins
        sum.null = energies[0].null(ofBand: period)
        if energies[0].variance > 0 {
          let spectrum = HalfSpectrum(of: detail.cropped(toMultipleOf: period))
          sum.peaks.add(SpectralPeaks(in: spectrum, variance: 1, lattice: lattice))
        }
        if sum.mean.count == channel {
          sum.mean.append(detail)
        } else {
          for index in detail.values.indices { sum.mean[channel].values[index] += detail.values[index] }
        }
      }
      sums[period] = sum
    }
  }

  /// By ascending period; those without figures are left out.
  public func bands() throws -> [Band] {
    try periods.compactMap { period in
      guard let sum = sums[period], sum.variance > 0 else { return nil }
      let locked = try sum.mean.reduce(0.0) { total, plane in
        let energy = try SignedLatticeEnergy(of: plane, lattice: Lattice(period: period, isLine: plane.isLine))
        return total + (energy.bands[period] ?? 0) * energy.variance
      }
      let ratio = sum.peaks.mapCount > 0 ? sum.peaks.peaks.highest(ofBand: period)?.ratio : nil
      return Band(
        period: period, share: sum.band / sum.variance, lockedShare: locked / Double(samples) / sum.variance,
        null: sum.null, control: sum.control / sum.variance,
        peakDecibels: ratio.flatMap { $0 > 0 && $0.isFinite ? 10 * log10($0) : nil })
    }
  }
}
