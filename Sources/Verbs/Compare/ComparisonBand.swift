import GinghamLattices

/// One band of the network's lattice in all pictures of a mitigation together. What is too faint for a verdict on one
/// picture shows when it is there in one after the other.
public struct ComparisonBand: Hashable, Encodable, Sendable {
  public var period: Int
  /// Pictures large enough, of layers with this period.
  public var runs: Int
  /// Mean share of fine detail on the band.
  public var share: Double
  /// What white noise has there.
  public var null: Double
  /// ``share`` less ``null`` in standard errors over the pictures; `nil` for a single one, or where all are alike.
  public var standardErrors: Double?
  /// An artifact is at least twice what noise has, and three standard errors above it.
  public var verdict: Verdict

  /// How often what white noise has.
  public var timesNoise: Double { null > 0 ? share / null : 0 }

  private enum Keys: String, CodingKey {
    case period, runs, share, null, verdict, timesNoise, standardErrors
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    try container.encode(period, forKey: .period)
    try container.encode(runs, forKey: .runs)
    try container.encode(share, forKey: .share)
    try container.encode(null, forKey: .null)
    try container.encode(timesNoise, forKey: .timesNoise)
    try container.encode(standardErrors, forKey: .standardErrors)
    try container.encode(verdict, forKey: .verdict)
  }

  init(period: Int, measured bands: [(share: Double, null: Double)]) {
    self.period = period
    runs = bands.count
    let count = Double(max(bands.count, 1))
    share = bands.reduce(0) { $0 + $1.share } / count
    null = bands.reduce(0) { $0 + $1.null } / count
    let excess = Comparison.Spread(bands.map { $0.share - $0.null })
    if let mean = excess.mean, let deviation = excess.deviation, deviation > 0 {
      standardErrors = mean / (deviation / count.squareRoot())
    }
    let stands = share >= 2 * null && share > 0
    verdict = stands && (standardErrors ?? 0) >= 3 ? .artifact : .clean
  }

  /// By ascending period, of all periods that some picture was measured on.
  static func bands(of findings: [PictureLatticeFinding?]) -> [ComparisonBand] {
    let measured = Dictionary(grouping: findings.flatMap { $0?.bands ?? [] }, by: \.period)
    return measured.keys.sorted().map { period in
      ComparisonBand(period: period, measured: (measured[period] ?? []).map { ($0.share, $0.null) })
    }
  }

  /// Those that stand out, with how many times noise they are: `2 (29×), 4 (3.4×)`.
  static func text(_ bands: [ComparisonBand]) -> String {
    let shown = bands.filter { $0.verdict == .artifact }
    guard !shown.isEmpty else { return "none" }
    return shown.map { "\($0.period) (\(Self.factor($0.timesNoise))×)" }.joined(separator: ", ")
  }

  /// For a sentence: what of the lattice they show.
  static func phrase(_ bands: [ComparisonBand]) -> String {
    bands.contains { $0.verdict == .artifact }
      ? "bands of the lattice, by period and as a multiple of what noise has there: \(text(bands))" : "no band of it"
  }

  private static func factor(_ value: Double) -> String {
    let rounded = value < 9.95 ? (value * 10).rounded() / 10 : value.rounded()
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }
}
