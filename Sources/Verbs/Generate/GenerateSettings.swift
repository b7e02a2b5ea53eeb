import GinghamAudio
import GinghamGeneration
import GinghamLattices

/// What `generate` is asked to do.
public struct GenerateSettings: Encodable, Hashable, Sendable {
  /// Latents to draw; of no meaning where pictures or latents are given.
  public var samples = 64
  /// Of the latents.
  public var seed: UInt64 = 0
  /// Pictures for a network that takes pictures: files, folders, patterns.
  public var images: [String] = []
  /// A .npy file of latents in place of drawn ones: N×Z or N×C×1×1.
  public var latents: String?
  /// Whether inputs are the same everywhere, so that all that repeats in the pictures is the net's own.
  public var flat = false
  /// Whether inputs are shifted, and what is made of them should go along.
  public var shift = false
  /// What the network writes for black and white; `nil`: as its last layers force, or judged by a probe.
  public var range: OutputRange?
  /// A sample of the files: 8 or 16 of PNG, 16 or 24 of WAV; `nil`: the fewer.
  public var bits: Int?
  /// Samples a second of WAV files, in Hz: what the network was trained on, which no file says.
  public var rate = Sound.usualRate
  /// In pixels.
  public var periods = Periods.usual

  /// 64 drawn latents, measured on the usual periods.
  public init() {}

  /// - Throws: ``SettingError``.
  func validate() throws {
    try SettingError.require(samples: samples)
    try SettingError.require(periods)
    try SettingError.require(Sound.rates.contains(rate), "rate", rate, "a number from 1 to \(Sound.rates.upperBound)")
    if let bits { try SettingError.require([8, 16, 24].contains(bits), "bits", bits, "8, 16 or 24") }
    if flat, latents != nil || !images.isEmpty {
      throw SettingError.contradiction(
        settings: ["flat"], message: "flat inputs are drawn: neither latents nor pictures go with them")
    }
    if latents != nil, !images.isEmpty {
      throw SettingError.contradiction(
        settings: ["latents", "images"], message: "latents and pictures exclude each other")
    }
  }
}

extension SettingError {
  /// - Parameter samples: of the setting `samples`.
  static func require(samples: Int) throws {
    try require((1...1_000_000).contains(samples), "samples", samples, "a number from 1 to 1000000")
  }
}

extension GenerateSettings: SampledSettings {
  /// As they are made.
  public static let usual = GenerateSettings()

  /// All of them.
  public static let settings: [Setting<GenerateSettings>] =
    sampling + [
      Setting(
        "latents", \.latents, "Latents to use in place of drawn ones: N×… as the net takes them.", valueName: "file.npy"
      ).naming(.file(endings: ["npy"])),
      Setting(
        "flat", \.flat, "Inputs that are the same everywhere: what repeats in the pictures is then the net's own."),
      Setting(
        "shift", \.shift,
        "Also shifts the inputs: pictures should go along, and what the net's strides leave does not (EQ-T)."),
      Setting("bits", \.bits, "Bits a sample of the files: 8 or 16 of PNG, 16 or 24 of WAV (default: the fewer)."),
      Setting("rate", \.rate, "Samples a second of WAV files.", valueName: "Hz"),
    ]
}
