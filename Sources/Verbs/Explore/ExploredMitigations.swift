import GinghamFeatureVisualization
import GinghamModels
import GinghamReporting

/// The pictures of a layer's units under other recipes, beside which those of the site can be held: a part of the site's data.
struct ExploredMitigations: Encodable {
  var recipes: [Pictures]

  /// Those of one recipe.
  struct Pictures: Encodable {
    /// The preset.
    var name: String
    var folder: String
    /// What makes them, together.
    var command: String
    /// Of the finished pictures, the mean over units.
    var activation: Double
    /// Share of the pictures' fine detail on the net's lattice above chance, the median over units; `nil` where the pictures
    /// are too small to tell.
    var grid: Double?
  }

  /// Presets, the plainest first: those that `compare` holds against each other.
  static let names = MitigationChoice.usual.names

  /// The folder of a recipe's pictures.
  static func folder(_ name: String, in folder: String) -> String { "\(folder)/\(name)" }
}

extension ExploreSettings {
  /// The same with another recipe, of which all is kept but size, steps and batch.
  ///
  /// - Throws: ``VisualizationError/unknownPreset(name:nearest:known:)``.
  func mitigated(by name: String) throws -> ExploreSettings {
    var settings = self
    settings.recipe = try Recipe.preset(name)
    (settings.recipe.size, settings.recipe.steps) = (recipe.size, recipe.steps)
    settings.recipe.batch = recipe.batch
    settings.negative = false
    return settings
  }

  /// What a command line says of a recipe that ``mitigated(by:)`` gave, its batch apart.
  func mitigationWords(_ recipe: Recipe, batch: Int) -> [String] {
    let size = recipe.size.map { ["--size", "\($0.height)x\($0.width)"] } ?? []
    return ["--preset", recipe.preset] + size
      + ["--steps", "\(recipe.steps)", "--batch", "\(batch)", "--seed", "\(seed)"]
  }
}

extension ExploredTiles {
  /// Makes the pictures of units under every mitigation, in folders in `folder`.
  ///
  /// - Throws: what a visualization does, and the folder.
  func mitigations(_ layer: String, _ units: [Int], into folder: String) throws -> ExploredMitigations {
    ExploredMitigations(
      recipes: try ExploredMitigations.names.map { name in
        let folder = ExploredMitigations.folder(name, in: folder)
        let settings = try settings.mitigated(by: name)
        let made = try ExploredTiles(
          model: model, settings: settings, context: context, differentiator: differentiator, total: units.count,
          name: "\(name) "
        ).make(layer, units, batch: settings.recipe.batch, into: folder, behind: 0)
        let grids = made.compactMap(\.unit.grid).sorted()
        return .init(
          name: name, folder: folder, command: command(layer, units, settings.recipe),
          activation: made.reduce(0) { $0 + Double($1.unit.activation) } / Double(max(made.count, 1)),
          grid: grids.isEmpty ? nil : grids[grids.count / 2])
      })
  }

  private func command(_ layer: String, _ units: [Int], _ recipe: Recipe) -> String {
    ShellWord.line(
      ["gingham", LayerVisualizationRun.name, model.source.specification] + model.source.words
        + ["--all-channels", layer, "--channels", "\(units.first ?? 0)-\(units.last ?? 0)"]
        + settings.mitigationWords(recipe, batch: recipe.batch))
  }
}
