/// What `exemplars` is asked to do.
public struct ExemplarsSettings: Encodable, Hashable, Sendable {
  /// Pictures as the user named them.
  public var images: [String]
  /// Whose units are looked at; `nil`: those of all convolutions.
  public var layers: [String]?
  /// Of each of these layers; `nil`: all.
  public var units: ClosedRange<Int>?
  /// Pictures that are kept for each unit.
  public var strongest = 9
  /// Of the crops, in pixels.
  public var side = 64

  /// The nine strongest for every unit of all convolutions.
  public init(images: [String]) { self.images = images }

  /// - Throws: ``SettingError``.
  func validate() throws {
    try SettingError.require(pictures: images)
    try SettingError.require((1...100).contains(strongest), "strongest", strongest, "a number from 1 to 100")
    try SettingError.require((8...512).contains(side), "side", side, "a number of pixels from 8 to 512")
  }
}

extension ExemplarsSettings: SettingOwner {
  /// Without pictures.
  public static let usual = ExemplarsSettings(images: [])

  /// All but the pictures.
  public static let settings: [Setting<ExemplarsSettings>] = [
    .list(into: \.images),
    Setting(
      "layer", .words, of: String.self, "Layers whose units are looked at; all convolutions without it.",
      valueName: "layer"
    ) {
      $0.layers = $1
    },
    Setting("units", \.units, "Only these units of each layer.", valueName: "first-last"),
    Setting("strongest", \.strongest, "Pictures that are kept for each unit."),
    Setting("side", \.side, "Side of a crop.", valueName: "pixels"),
  ]
}
