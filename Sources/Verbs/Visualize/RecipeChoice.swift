import GinghamFeatureVisualization

/// Which recipe is meant: a preset or a file, and what is changed in it.
public struct RecipeChoice: Hashable, Sendable {
  /// `nil`: the usual one, or a file.
  public var preset: String?
  /// In YAML; `nil`: none.
  public var file: String?
  /// Settings of the recipe by their names in recipes, each as it is written there.
  public var changes: [String: String] = [:]

  /// The usual recipe as it stands.
  public init() {}

  /// - Parameter usual: what is changed where no recipe is named.
  /// - Throws: ``DocumentError``, ``FormatError``, ``VisualizationError``.
  public func recipe(usually usual: [(String, String)] = []) throws -> Recipe {
    let isNamed = preset != nil || file != nil
    let others = usual.filter { !isNamed && changes[$0.0] == nil }.map { (name: $0.0, value: $0.1, source: $0.0) }
    let asked = Recipe.settings.compactMap { setting in
      changes[setting.name].map { (name: setting.name, value: $0, source: Mention.option(setting.option)) }
    }
    return try Recipe(preset: preset, file: file, changes: others + asked)
  }
}

extension RecipeChoice: SettingOwner {
  /// As they are made.
  public static let usual = RecipeChoice()

  /// Preset and file, and a row for each setting of a recipe.
  public static let settings: [Setting<RecipeChoice>] =
    [
      Setting("preset", \.preset, "The recipe to use: \(Recipe.presetNames.joined(separator: ", ")).")
        .excluding(["recipe"]),
      Setting("recipe", \.file, "A recipe file (YAML), which names its preset.", valueName: "file").naming(.file()),
    ]
    + Recipe.settings.map { row in
      Setting(
        row.option.replacing("-", with: "_"), .word, of: String.self, row.help, valueName: row.valueName ?? row.option
      ) {
        $0.changes[row.name] = $1.last
      }.explained([row.choices])
    }
}
