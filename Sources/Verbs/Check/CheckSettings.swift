import GinghamGeneration
import GinghamLattices

/// What `check` is asked to do.
public struct CheckSettings: Encodable, Hashable, Sendable {
  /// Pictures as the user named them: those that are checked, or what the net is looked at with.
  public var pictures: [String]
  /// A YAML file of limits.
  public var limitsFile: String?
  /// Limits beside those of the file, before which they go.
  public var limits = CheckLimits()
  /// A file of earlier figures: held against, and written where it does not exist.
  public var baseline: String?
  /// Whether the baseline is written anew in place of being held against.
  public var updateBaseline = false
  /// What the gradient is of; `nil`: a net that makes pictures is judged by them, any other by the gradient of its top
  /// class.
  public var target: String?
  /// Latents that a generator draws.
  public var samples = 64
  /// Of the latents.
  public var seed: UInt64 = 0
  /// What a generator writes for black and white; `nil`: as its last layers force, or judged by a probe.
  public var range: OutputRange?
  /// A file of test results to write.
  public var junit: String?

  /// With the usual limits.
  public init(pictures: [String] = []) {
    self.pictures = pictures
  }

  /// - Throws: ``SettingError``.
  func validate() throws {
    try limits.validate()
    try SettingError.require(samples: samples)
    if updateBaseline, baseline == nil {
      throw SettingError.contradiction(
        settings: ["update_baseline", "baseline"], message: "a baseline that is written anew needs a name")
    }
  }

  /// The limits of file and settings, or the usual ones where neither has any.
  ///
  /// - Returns: with whether anybody asked for them: what the usual ones cannot be held against is left out.
  /// - Throws: ``DocumentError``, ``FormatError``.
  func wanted() throws -> (limits: CheckLimits, areGiven: Bool) {
    var given = limits
    if let limitsFile { given = given.filled(from: try CheckLimits(yaml: limitsFile)) }
    if baseline != nil { given.drift = given.drift ?? CheckLimits.usualDrift }
    // Only changes are asked for where a baseline stands alone.
    if given.areNone, baseline == nil { return (given.filled(from: .usual), false) }
    return (given, true)
  }
}

extension CheckSettings: SettingOwner {
  /// Without pictures.
  public static let usual = CheckSettings()

  /// All but the pictures.
  public static let settings: [Setting<CheckSettings>] = [
    .list(into: \.pictures),
    Setting("limits", \.limitsFile, "A YAML file of limits.", valueName: "file").naming(
      .file(endings: ["yaml", "yml"])),
    Setting(
      "bands", \.limits.bands, "Share of the fine detail beyond chance on a band.", valueName: "0.01|2=0.01,4=0.02"),
    Setting(
      "gradient", \.limits.gradient, "CV² of the input gradient, of all or of single bands.",
      valueName: "0.05|all=0.05,2=0.01"),
    Setting("faint", \.limits.faint, "What all pictures may have alike on a band.", valueName: "levels"),
    Setting("blur", \.limits.blur, "Blur, as the σ of a Gaussian.", valueName: "px"),
    Setting("banding", \.limits.banding, "Bits of the levels found, at least.", valueName: "bits"),
    Setting(
      "drift", \.limits.drift, "By what share of itself a figure may get worse (default: 0.25).", valueName: "share"),
    Setting(
      "baseline", \.baseline, "Figures to hold against; written where the file does not exist.", valueName: "file"
    ).naming(.file()),
    Setting("update_baseline", \.updateBaseline, "Write the baseline anew in place of holding against it."),
    Setting(
      "target", \.target,
      "What the gradient is of; without it the top class, and a net that makes pictures is judged by these."),
    Setting("samples", \.samples, "Samples that a generator draws."),
    Setting("seed", \.seed, "Seed of the samples."),
    Setting("range", \.range, "What a generator writes for black and white.", valueName: "0..1|-1..1|0..255")
      .takingMinus(),
    Setting("junit", \.junit, "Results as JUnit XML, a test case a limit.", valueName: "file").naming(.file()),
  ]
}

extension PeriodLimits: SettingValue {
  /// As ``init(parsing:)`` reads it.
  public init?(word: String) { self.init(parsing: word) }
  /// In words.
  public static var expected: String { "a number from 0, or one a period such as all=0.05,2=0.01" }
}
