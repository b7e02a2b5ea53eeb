import GinghamGeneration
import GinghamLattices

/// Settings of verbs that look at what a generator makes: what it is given, and how its samples are read.
protocol SampledSettings: SettingOwner {
  var samples: Int { get set }
  var seed: UInt64 { get set }
  var images: [String] { get set }
  var range: OutputRange? { get set }
  var periods: Periods { get set }
}

extension SampledSettings {
  /// The rows of all of these.
  static var sampling: [Setting<Self>] {
    [
      Setting("samples", \.samples, "Samples to draw."),
      Setting("seed", \.seed, "Seed of the random numbers."),
      Setting(
        "images", .words, \.images, "Pictures, folders, archives or patterns, for a net that takes pictures.",
        valueName: "path"
      ).naming(.file()),
      .list(into: \.images),
      Setting("range", \.range, "What the net writes for black and white.", valueName: "0..1|-1..1|0..255")
        .takingMinus(),
      Setting("periods", \.periods, "Periods in pixels.", valueName: "2,4,8"),
    ]
  }
}

extension OutputRange: SettingValue {
  /// As ``OutputRange/init(parsing:)`` reads it.
  public init?(word: String) { self.init(parsing: word) }
  /// In words.
  public static var expected: String { "two numbers such as -1..1" }
}
