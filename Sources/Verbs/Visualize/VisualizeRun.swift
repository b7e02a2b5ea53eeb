import Foundation
import GinghamFeatureVisualization
import GinghamModels
import GinghamReporting

/// `visualize --objective`: makes pictures that an objective likes, and measures their checkerboard.
public struct VisualizeRun: Run {
  /// What settings, manifests and findings call it.
  public static let name = "visualize"

  /// The net, and how its file is read.
  public var model: ModelSource
  /// What it is asked to do.
  public var settings: VisualizeSettings

  /// - Parameter settings: with an objective.
  public init(_ model: ModelSource, settings: VisualizeSettings) {
    self.model = model
    self.settings = settings
  }

  /// Everything that shapes the result.
  public var record: RunRecord {
    RunRecord(of: model, inputs: settings.inputs, seed: settings.seed, settings: settings)
  }

  /// - Throws: ``SettingError`` for a setting out of its range, or settings that exclude each other.
  public func validate() throws { try settings.validate() }

  private func visualizer(_ model: Model, _ context: RunContext) throws -> Visualizer {
    try Visualizer(
      model, objective: settings.objective ?? "", recipe: settings.recipe, start: settings.start, seed: settings.seed,
      differentiator: context.differentiator(for: model.network))
  }

  /// Looks whether settings and model go together, without computing.
  ///
  /// - Throws: what the run itself would throw about it.
  public func check(_ model: Model, in context: RunContext) throws { _ = try visualizer(model, context) }

  /// - Throws: ``ObjectiveError``, ``NetworkError``, ``VisualizationError``, ``ImageError``, ``FormatError``,
  ///   ``EngineError``, ``ArtifactError``.
  public func result(in context: RunContext) throws -> RunResult<VisualizationFindings> {
    let visualizer = try visualizer(context.load(model), context)
    let result = try visualizer.run { context.progress.step("steps", $0, of: $1) }
    return RunResult(
      result.findings, remarks: result.findings.warnings.map(\.description),
      settled: ["seconds": .number(result.seconds)]
    ) { try visualizer.draw(result.visualization, into: $0) }
  }
}

/// `visualize --print-recipe`: says what a recipe holds and makes no picture.
public struct RecipeRun: Run {
  /// What settings, manifests and findings call it.
  public static let name = "visualize"
  /// Whether a folder is written where none was named.
  public static let writesUnasked = false

  /// What it is asked to do.
  public var settings: Settings

  /// The recipe alone.
  public struct Settings: Encodable, Hashable, Sendable {
    /// How pictures are made.
    public var recipe: Recipe
  }

  /// The recipe, to be read by people.
  public struct Findings: RunFindings {
    /// How pictures are made.
    public var recipe: Recipe
    /// For the terminal, without a newline at its end.
    public var text: String { String(recipe.yaml.dropLast()) }
  }

  /// With the property of the same name.
  public init(_ recipe: Recipe) {
    settings = Settings(recipe: recipe)
  }

  /// Everything that shapes the result.
  public var record: RunRecord { RunRecord(subject: settings.recipe.preset, settings: settings) }

  /// - Throws: ``SettingError`` for a setting out of its range, or settings that exclude each other.
  public func validate() throws { try settings.recipe.validate() }

  /// The recipe.
  public func result(in context: RunContext) -> RunResult<Findings> {
    RunResult(Findings(recipe: settings.recipe)) { [settings] in
      try $0.write("recipe.yaml", data: Data(settings.recipe.yaml.utf8))
    }
  }
}
