import GinghamLattices
import GinghamSignals

/// What training has made of the grid: the bands of a net's gradients over those of the same graph with random weights, at
/// the same pictures. A prediction is an average over nets, signals and branches, and measured over predicted says nothing
/// of training; this does.
public struct RandomTwins: Encodable, Sendable {
  /// A band at the pixels.
  public struct Band: Encodable, Sendable {
    /// In pixels.
    public var period: Int
    /// Corrected CV² of the net itself.
    public var measured: Double
    /// Mean of the twins'.
    public var mean: Double
    /// Between the twins.
    public var deviation: Double
    /// ``measured`` over ``mean``; `nil` where the twins show no band.
    public var ratio: Double?
    /// ``ratio`` times the twins' deviation over their mean: how far the ratio of a single twin lies from 1.
    public var ratioDeviation: Double?
    /// Of a twin's lying as far from the others (Student's t, the measurement's own error included), times the bands that
    /// were compared.
    public var chance: Double?
    /// What training has made of the band.
    public var outcome: Outcome
  }

  /// In words.
  public enum Outcome: String, Encodable, Sendable {
    /// Beyond the twins' spread.
    case amplified, compensated
    /// As random weights have it.
    case nothing = "within their spread"
    /// Neither has a band to speak of.
    case absent = "no band"
  }

  /// Nets with random weights.
  public var count: Int
  /// Of the first; the others' count up from it.
  public var seed: UInt64
  /// Of the bands at the pixels, by ascending period.
  public var bands: [Band]

  /// Fewer have no deviation to speak of.
  static let fewest = 3
  /// Below, borders and chance are all there is.
  private static let faintest = 0.002

  /// - Parameter twins: each twin's bands, with the same periods.
  init(of lattice: LatticeFinding, twins: [LatticeFinding], seed: UInt64) {
    (count, self.seed) = (twins.count, seed)
    let compared = lattice.bands.compactMap { band -> (LatticeFinding.Band, Double, Double)? in
      let spread = Spread(twins.map { twin in twin.bands.first { $0.period == band.period }?.cv2Corrected })
      guard let mean = spread.mean, let deviation = spread.deviation else { return nil }
      return (band, mean, deviation)
    }
    func shows(_ band: LatticeFinding.Band, _ mean: Double) -> Bool { max(mean, band.cv2Corrected) >= Self.faintest }
    let looks = compared.count { shows($0.0, $0.1) }
    let count = Double(twins.count)
    bands = compared.map { band, mean, deviation in
      var found = Band(
        period: band.period, measured: band.cv2Corrected, mean: mean, deviation: deviation, outcome: .absent)
      guard shows(band, mean) else { return found }
      let variance = deviation * deviation * (1 + 1 / count) + band.standardError * band.standardError
      let away = band.cv2Corrected - mean
      let square = variance > 0 ? away * away / variance : away == 0 ? 0 : .infinity
      let chance = min(1, Double(looks) * FDistribution.upperTailOfOne(square, denominator: twins.count - 1))
      found.chance = chance
      found.outcome = chance >= 0.05 ? .nothing : away > 0 ? .amplified : .compensated
      // A mean within two standard errors of nothing has no ratio.
      if mean >= Self.faintest, mean > 2 * deviation / count.squareRoot() {
        found.ratio = band.cv2Corrected / mean
        found.ratioDeviation = band.cv2Corrected / mean * deviation / mean
      }
      return found
    }
  }
}
