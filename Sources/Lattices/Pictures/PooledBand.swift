import GinghamSignals

/// One band of a lattice in several pictures together. What is too faint for a verdict on one picture shows when it is
/// there in one after the other.
public struct PooledBand: Hashable, Sendable {
  /// In pixels.
  public var period: Int
  /// Pictures that were large enough for this period.
  public var runs: Int
  /// Mean share of fine detail on the band.
  public var share: Double
  /// What white noise has there.
  public var null: Double
  /// ``share`` less ``null`` in standard errors over the pictures, of pictures in groups over the groups' means; `nil` for
  /// a single one, or where all are alike.
  public var standardErrors: Double?
  /// An artifact is at least twice what noise has, and three standard errors above it.
  public var verdict: Verdict

  /// How often what white noise has.
  public var timesNoise: Double { null > 0 ? share / null : 0 }

  /// With the properties of the same names.
  public init(
    period: Int, runs: Int, share: Double, null: Double, standardErrors: Double?, verdict: Verdict
  ) {
    self.period = period
    self.runs = runs
    self.share = share
    self.null = null
    self.standardErrors = standardErrors
    self.verdict = verdict
  }

  init(period: Int, measured bands: [(group: String, share: Double, null: Double)]) {
    self.period = period
    runs = bands.count
    let count = Double(max(bands.count, 1))
    share = bands.reduce(0) { $0 + $1.share } / count
    null = bands.reduce(0) { $0 + $1.null } / count
    let groups = Dictionary(grouping: bands, by: \.group).sorted { $0.key < $1.key }.map(\.value)
    // Of a single group all that can be said is how its own pictures differ.
    let excess = Spread(
      groups.count > 1
        ? groups.map { Spread($0.map { $0.share - $0.null }).mean } : bands.map { $0.share - $0.null })
    let independent = Double(max(groups.count > 1 ? groups.count : bands.count, 1))
    if let mean = excess.mean, let deviation = excess.deviation, deviation > 0 {
      standardErrors = mean / (deviation / independent.squareRoot())
    }
    let stands = share >= 2 * null && share > 0
    verdict = stands && (standardErrors ?? 0) >= 3 ? .artifact : .clean
  }

  /// By ascending period, of all periods that some picture was measured on.
  public static func bands(of findings: [PictureLatticeFinding?]) -> [PooledBand] {
    bands(of: findings.map { (group: "", finding: $0) })
  }

  /// The same of pictures that come in groups whose own resemble each other, as seeds of one objective do.
  public static func bands(of findings: [(group: String, finding: PictureLatticeFinding?)]) -> [PooledBand] {
    let each = findings.flatMap { group, finding in (finding?.bands ?? []).map { (group: group, band: $0) } }
    let measured = Dictionary(grouping: each, by: \.band.period)
    return measured.keys.sorted().map { period in
      PooledBand(
        period: period, measured: (measured[period] ?? []).map { ($0.group, $0.band.share, $0.band.null) })
    }
  }
}

extension PooledBand: Encodable {
  private enum CodingKeys: String, CodingKey {
    case period, runs, share, null, timesNoise, standardErrors, verdict
  }

  /// As files hold it.
  ///
  /// - Throws: what the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(period, forKey: .period)
    try container.encode(runs, forKey: .runs)
    try container.encode(share, forKey: .share)
    try container.encode(null, forKey: .null)
    try container.encode(timesNoise, forKey: .timesNoise)
    try container.encode(standardErrors, forKey: .standardErrors)
    try container.encode(verdict, forKey: .verdict)
  }
}
