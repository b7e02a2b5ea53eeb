import GinghamGeneration
import GinghamLattices

/// What `track` is asked to do.
public struct TrackSettings: Encodable, Hashable, Sendable {
  /// Checkpoints, or folders of them, as the user named them.
  public var checkpoints: [String]
  /// Latents that go through each; of no meaning where pictures are given.
  public var samples = 64
  /// Of the latents.
  public var seed: UInt64 = 0
  /// Pictures for a network that takes pictures: files, folders, patterns.
  public var images: [String] = []
  /// What the network writes for black and white; `nil`: as the first checkpoint's layers force, or a probe of it says.
  public var range: OutputRange?
  /// In pixels.
  public var periods = Periods.usual

  /// With 64 drawn latents for each.
  public init(checkpoints: [String]) {
    self.checkpoints = checkpoints
  }

  /// - Throws: ``SettingError``.
  func validate() throws {
    try SettingError.require(samples: samples)
    try SettingError.require(periods)
  }
}

extension TrackSettings: SampledSettings {
  /// Without checkpoints.
  public static let usual = TrackSettings(checkpoints: [])

  /// All but the checkpoints.
  public static let settings: [Setting<TrackSettings>] = sampling
}
