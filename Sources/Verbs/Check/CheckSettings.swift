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
