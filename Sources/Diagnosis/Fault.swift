/// What can be wrong with generated pictures.
public enum Fault: String, Hashable, Sendable, CaseIterable, Codable {
  case checkerboard, blur, banding, colour, distortion
}

/// One thing that is wrong with a set, how much, why, and what helps.
public struct FaultFinding: Hashable, Sendable, Encodable {
  public var fault: Fault
  /// In `unit`.
  public var strength: Double
  public var unit: String
  /// What the strength must exceed to count (or, of bits, fall below).
  public var threshold: Double
  /// How far beyond its threshold, in powers of two: findings are ranked by it.
  public var severity: Double
  /// Of a lattice, in pixels.
  public var period: Int?
  /// Pictures that show it by themselves.
  public var pictures: [String]
  /// The picture that shows it best.
  public var worst: String?
  /// One sentence with the figures.
  public var summary: String
  public var cause: String
  public var fix: String
  /// The file that shows it, in the run's folder.
  public var evidence: String?

  public init(
    fault: Fault, strength: Double, unit: String, threshold: Double, severity: Double, period: Int? = nil,
    pictures: [String], worst: String?, summary: String, cause: String, fix: String
  ) {
    self.fault = fault
    self.strength = strength
    self.unit = unit
    self.threshold = threshold
    self.severity = severity
    self.period = period
    self.pictures = pictures
    self.worst = worst
    self.summary = summary
    self.cause = cause
    self.fix = fix
  }

  /// Every key is always there.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(fault, forKey: .fault)
    try container.encode(strength, forKey: .strength)
    try container.encode(unit, forKey: .unit)
    try container.encode(threshold, forKey: .threshold)
    try container.encode(severity, forKey: .severity)
    try container.encode(period, forKey: .period)
    try container.encode(pictures, forKey: .pictures)
    try container.encode(worst, forKey: .worst)
    try container.encode(summary, forKey: .summary)
    try container.encode(cause, forKey: .cause)
    try container.encode(fix, forKey: .fix)
    try container.encode(evidence, forKey: .evidence)
  }

  private enum CodingKeys: String, CodingKey {
    case fault, strength, unit, threshold, severity, period, pictures, worst, summary, cause, fix, evidence
  }
}
