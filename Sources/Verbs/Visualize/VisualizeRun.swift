import Foundation
import GinghamFeatureVisualization
import GinghamModels
import GinghamReporting

/// `visualize --objective`: makes pictures that an objective likes, and measures their checkerboard.
public struct VisualizeRun: Run {
  /// The verb: what manifests and folders call the run.
  public static let name = "visualize"

  /// The net, with every option that changes what its file says.
  public var model: ModelSource
  /// All that the run is asked to do.
  public var settings: VisualizeSettings

  /// - Parameter settings: with an objective.
  public init(_ model: ModelSource, settings: VisualizeSettings) {
    self.model = model
    self.settings = settings
  }

  /// What the manifest is written from.
  public var record: RunRecord {
    RunRecord(of: model, inputs: settings.inputs, seed: settings.seed, settings: settings)
  }

  /// - Throws: ``VisualizationError`` where the recipe contradicts itself.
  public func validate() throws { try settings.validate() }

  private func visualizer(_ model: Model, _ context: RunContext) throws -> Visualizer {
    let model = model.inUnitRange
    return try Visualizer(
      model, objective: settings.objective ?? "", recipe: settings.recipe, start: settings.begin, seed: settings.seed,
      differentiator: context.differentiator(for: model.network))
  }

  /// Looks at the objective, the recipe and the start.
  ///
  /// - Throws: ``ObjectiveError``, ``NetworkError``, ``VisualizationError``, ``ImageError``, ``FormatError``,
  /// ``EngineError``.
  public func check(_ model: Model, in context: RunContext) throws { _ = try visualizer(model, context) }

  /// - Throws: ``ObjectiveError``, ``NetworkError``, ``VisualizationError``, ``ImageError``, ``FormatError``,
  ///   ``EngineError``, ``ArtifactError``.
  public func result(in context: RunContext) throws -> RunResult<VisualizationFindings> {
    let visualizer = try visualizer(context.load(model), context)
    var result = try visualizer.run { context.progress.step("steps", $0, of: $1) }
    var skipped: [SkippedFile] = []
    if !settings.pathCheck.isEmpty {
      (result.findings.path, skipped) = try visualizer.pathCheck(
        of: result.visualization.pictures, beside: settings.pathCheck, in: context)
    }
    return RunResult(
      result.findings,
      remarks: result.findings.warnings.map(\.description) + [visualizer.startRemark].compactMap { $0 },
      skipped: skipped, settled: ["seconds": .number(result.seconds)]
    ) { [path = result.findings.path] folder in
      try visualizer.draw(result.visualization, into: folder)
      if let path { try folder.write("path.png", figure: path.plot.figure()) }
    }
  }
}

/// `visualize --print-recipe`: says what a recipe holds and makes no picture.
public struct RecipeRun: Run {
  /// The verb: what manifests and folders call the run.
  public static let name = "visualize"
  /// It answers a question: without a folder named for it, nothing is written.
  public static let writesUnasked = false

  /// All that the run is asked to do.
  public var settings: Settings

  /// All that the run is asked to do.
  public struct Settings: Encodable, Hashable, Sendable {
    /// That is printed.
    public var recipe: Recipe
  }

  /// A recipe as it stands, every setting with its value.
  public struct Findings: RunFindings {
    /// With all changes applied.
    public var recipe: Recipe
    /// As YAML.
    public var text: String { String(recipe.yaml.dropLast()) }
  }

  /// Of a recipe with all changes applied.
  public init(_ recipe: Recipe) {
    settings = Settings(recipe: recipe)
  }

  /// What the manifest is written from.
  public var record: RunRecord { RunRecord(subject: settings.recipe.preset, settings: settings) }

  /// - Throws: ``VisualizationError`` where the recipe contradicts itself.
  public func validate() throws { try settings.recipe.validate() }

  /// Its folder, where one is named, holds the recipe as `recipe.yaml`.
  public func result(in context: RunContext) -> RunResult<Findings> {
    RunResult(Findings(recipe: settings.recipe)) { [settings] in
      try $0.write("recipe.yaml", data: Data(settings.recipe.yaml.utf8))
    }
  }
}
