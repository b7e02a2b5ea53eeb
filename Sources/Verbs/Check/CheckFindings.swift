import GinghamReporting

/// What `gingham check` finds.
public struct CheckFindings: RunFindings {
  /// What was checked.
  public enum Kind: String, Codable, Hashable, Sendable {
    /// Files.
    case pictures
    /// What a net makes of random numbers or of pictures.
    case samples
    /// The input gradient of a net, at pictures.
    case gradient
    /// The same, as architecture and weights alone imply it.
    case predictedGradient = "predicted-gradient"

    var text: String {
      switch self {
      case .pictures: "pictures"
      case .samples: "samples of a generator"
      case .gradient: "input gradients"
      case .predictedGradient: "predicted gradients"
      }
    }
  }

  /// One limit, and what it was held against.
  public struct Limit: Hashable, Sendable {
    /// What was measured.
    public var figure: CheckedFigure
    /// What it must not be worse than.
    public var limit: Double
    /// The figure of the baseline, where the limit is made of it.
    public var baseline: Double?

    /// `nil`: it could not be measured.
    public var passed: Bool? {
      figure.value.map { !(figure.standsOut && figure.quantity.isBroken($0, by: limit)) }
    }

    /// With `drift.` in front of what is held against a baseline.
    public var name: String { (baseline == nil ? "" : "drift.") + figure.quantity.name }
  }

  /// The net, or the first of the pictures, as it was named.
  public var subject: String
  /// What was checked.
  public var kind: Kind
  /// Pictures, samples or gradients that were measured; 0 of a prediction.
  public var measured: Int
  /// Every limit, in the order of a file of them.
  public var limits: [Limit]
  /// What the baseline's file says now, where it was written.
  public var writtenBaseline: String?
  /// Files that could not be measured, and why.
  public var skipped: [SkippedFile]

  /// Those that are broken.
  public var broken: [Limit] { limits.filter { $0.passed == false } }
  /// Those that could not be held against anything.
  public var unmeasured: [Limit] { limits.filter { $0.passed == nil } }
  /// Whether every limit could be measured and holds.
  public var passed: Bool { limits.allSatisfy { $0.passed == true } }

  private enum CodingKeys: String, CodingKey {
    case subject, kind, measured, passed, limits, skipped, writtenBaseline
  }

  /// With the verdict beside the limits.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(subject, forKey: .subject)
    try container.encode(kind, forKey: .kind)
    try container.encode(measured, forKey: .measured)
    try container.encode(passed, forKey: .passed)
    try container.encode(limits, forKey: .limits)
    try container.encodeIfPresent(writtenBaseline, forKey: .writtenBaseline)
    try container.encode(skipped, forKey: .skipped)
  }
}

extension CheckFindings.Limit: Encodable {
  private enum CodingKeys: String, CodingKey {
    case name, what, value, limit, baseline, layer, passed, reason, standsOut
    case chance = "p"
    case place = "where"
  }

  /// Every key is always there but the baseline's and the reason.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(figure.quantity.text, forKey: .what)
    try container.encode(figure.value, forKey: .value)
    try container.encode(limit, forKey: .limit)
    try container.encodeIfPresent(baseline, forKey: .baseline)
    try container.encode(figure.chance, forKey: .chance)
    try container.encode(figure.layer, forKey: .layer)
    try container.encode(figure.place, forKey: .place)
    try container.encode(figure.standsOut, forKey: .standsOut)
    try container.encode(passed, forKey: .passed)
    try container.encodeIfPresent(figure.reason, forKey: .reason)
  }
}
