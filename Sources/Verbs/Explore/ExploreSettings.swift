import GinghamFeatureVisualization

/// What `explore` is asked to do.
public struct ExploreSettings: Encodable, Hashable, Sendable {
  /// Whose units get pictures; `nil`: those of all convolutions.
  public var layers: [String]?
  /// Of each of these layers; `nil`: all.
  public var units: ClosedRange<Int>?
  /// The reader's pictures as they were named: what excites units most is looked for in them.
  public var images: [String] = []
  /// Pictures that have pages of their own, at most: those that are exemplars of most units.
  public var pages = 200
  /// Whether each unit has a second picture, which lowers it: twice the work.
  public var negative = false
  /// Whether the photograph that excites each unit most is accentuated on its page: as much work again.
  public var accentuate = false
  /// Pictures of each unit that are pushed apart, so that they show different sides of it: so many times the work; 0: none.
  public var diversity = 0
  /// Of these layers, of those with pictures, the units have pictures under each of ``ExploredMitigations/names``, too; `nil`: of
  /// none.
  public var mitigations: [String]?
  /// The layer whose responses to the reader's pictures are laid out as an atlas and taken apart into groups; `nil`: none.
  public var atlas: String?
  /// Cells on a side of the atlas.
  public var cells = 8
  /// Groups of the atlas's channels; 0: none.
  public var groups = 6
  /// Another net with layers of the same names, such as this one repaired: its units stand beside this net's; `nil`: none.
  public var against: String?
  /// Of the starts and of every random transform.
  public var seed: UInt64 = 0
  /// How pictures are made.
  public var recipe: Recipe

  /// Recipe settings that suit pictures seen as tiles, many in a pass: by name and value, as in a recipe's file.
  public static let tileChanges = [("size", "128x128"), ("steps", "96"), ("batch", "8")]

  /// All units of all convolutions, unless the properties are changed.
  public init(recipe: Recipe) { self.recipe = recipe }

  /// - Throws: ``SettingError``, ``VisualizationError``.
  func validate() throws {
    try recipe.validate()
    try SettingError.require((0...10_000).contains(pages), "pages", pages, "a number from 0 to 10000")
    try SettingError.require(
      diversity == 0 || (2...16).contains(diversity), "diversity", diversity, "0 or a number from 2 to 16")
    try SettingError.require((2...32).contains(cells), "cells", cells, "a number from 2 to 32")
    try SettingError.require(
      groups == 0 || (2...GroupColour.all.count).contains(groups), "groups", groups,
      "0 or a number from 2 to \(GroupColour.all.count)")
    guard !accentuate || !images.isEmpty else {
      throw SettingError.contradiction(
        settings: ["accentuate"], message: "what is accentuated are photographs: name pictures")
    }
    guard atlas == nil || !images.isEmpty else {
      throw SettingError.contradiction(
        settings: ["atlas"], message: "an atlas is one of your pictures: name some")
    }
  }

  /// The same of a site that makes pictures when they are looked at: beforehand only those of what is named.
  ///
  /// - Throws: ``SettingError`` where pictures are held against units that nobody named.
  public func whileServed() throws -> ExploreSettings {
    guard layers == nil, units == nil else { return self }
    guard images.isEmpty else {
      throw SettingError.contradiction(
        settings: ["layers", "units"], message: "pictures are held against units that are named, also while served")
    }
    var settings = self
    settings.layers = []
    return settings
  }
}

extension ExploreSettings: SettingOwner {
  /// By the recipe that is usual for pictures.
  public static let usual = ExploreSettings(recipe: .robust)

  /// All but the recipe.
  public static let settings: [Setting<ExploreSettings>] = [
    Setting("layers", \.layers, "Layers whose units get pictures; all convolutions without it.", valueName: "a,b"),
    Setting("units", \.units, "Only these units of each layer.", valueName: "first-last"),
    Setting(
      "pictures", .words, \.images,
      "Your pictures: pages show which of them excite each unit most, and where. Folders, quoted patterns, @FILE and - go too.",
      valueName: "files"
    ).naming(.file()),
    .list(into: \.images),
    Setting("pages", \.pages, "Pictures that have a page of their own, at most.", valueName: "count"),
    Setting("negative", \.negative, "A second picture of each unit, which lowers it: twice the work."),
    Setting("accentuate", \.accentuate, "Each unit's best photograph, accentuated: as much work again."),
    Setting(
      "diversity", \.diversity, "Pictures of each unit that are pushed apart: so many times the work.",
      valueName: "count"),
    Setting(
      "mitigations", \.mitigations,
      """
      Layers whose units get pictures under other recipes as well, with a slider on the layer's page: so many times the \
      work, \(ExploredMitigations.names.joined(separator: ", ")).
      """, valueName: "a,b"),
    Setting(
      "atlas", \.atlas,
      "A layer whose responses to your pictures are laid out as an atlas, and taken apart into groups of channels.",
      valueName: "layer"),
    Setting("cells", \.cells, "Cells on a side of the atlas."),
    Setting("groups", \.groups, "Groups of channels that respond together, 2 to 8; 0: none."),
    Setting(
      "against", \.against,
      "Another net with layers of the same names, such as this one repaired: its units beside this one's.",
      valueName: "model"
    ).naming(.file()),
    Setting("seed", \.seed, "Seed of the starts and of every random transform."),
  ]
}
