import Foundation
import GinghamDifferentiation
import GinghamFeatureVisualization
import GinghamImaging
import GinghamModels
import GinghamReporting

/// `compare`: the same visualizations under several recipes and seeds.
public struct CompareRun: Run {
  /// The verb: what manifests and folders call the run.
  public static let name = "compare"

  /// The net, with every option that changes what its file says.
  public var model: ModelSource
  /// All that the run is asked to do.
  public var settings: CompareSettings

  /// Reads nothing yet.
  public init(_ model: ModelSource, settings: CompareSettings) {
    self.model = model
    self.settings = settings
  }

  /// What the manifest is written from.
  public var record: RunRecord {
    RunRecord(
      of: model,
      inputs: settings.mitigations.filter(\.isFile).map(\.written)
        + settings.mitigations.flatMap(\.recipe.folders) + settings.objectives.flatMap(InputFiles.named(in:)),
      seed: settings.seed, settings: settings)
  }

  /// - Throws: ``SettingError`` where nothing is to be compared, two mitigations share a name, or seeds are out of
  /// range; ``VisualizationError`` where a recipe contradicts itself.
  public func validate() throws { try settings.validate() }

  /// Looks at every objective under every recipe.
  ///
  /// - Throws: ``ObjectiveError``, ``NetworkError``, ``VisualizationError``, ``EngineError``.
  public func check(_ model: Model, in context: RunContext) throws {
    try Work(model, settings: settings, context: context).checkObjectives()
  }

  /// - Throws: what ``VisualizeRun`` throws, ``FormatError``.
  public func result(in context: RunContext) throws -> RunResult<Comparison> {
    let model = try context.load(model)
    try model.requirePictures()
    let work = try Work(model, settings: settings, context: context)
    try work.tryOut()
    let (comparison, pictures) = try work.comparison()
    let remarks = comparison.runs.flatMap { run in
      run.warnings.map { "\(run.mitigation), \(run.objective): \($0)" }
    }
    guard context.folder != nil else { return RunResult(comparison, remarks: remarks) }
    let settled: [String: JSONValue] = ["seconds": comparison.seconds]
    let sheets = try settings.objectives.enumerated().map { number, objective in
      (
        objective: objective, name: settings.objectives.count == 1 ? "montage.png" : "montage-\(number).png",
        figure: try comparison.sheet(objective, pictures)
      )
    }
    let scatter = try comparison.scatter.figure()
    return RunResult(comparison, remarks: remarks, settled: settled) { folder in
      for sheet in sheets { try folder.write(sheet.name, figure: sheet.figure) }
      try folder.write("scatter.png", figure: scatter)
    } append: { [mitigations = settings.mitigations] folder in
      for mitigation in mitigations {
        try folder.write("recipes/\(mitigation.name).yaml", data: Data(mitigation.recipe.yaml.utf8))
      }
      let report = try comparison.report(sheets: sheets, scatter: scatter, files: folder.filesToBe)
      try folder.write("report.html", data: report.data)
    }
  }
}

/// The runs of a comparison, with the model loaded.
private struct Work {
  let model: Model
  let settings: CompareSettings
  let context: RunContext
  private let differentiator: any Differentiator
  private let seeds: [UInt64]

  init(_ model: Model, settings: CompareSettings, context: RunContext) throws {
    self.model = model
    self.settings = settings
    self.context = context
    differentiator = try context.differentiator(for: model.network)
    seeds = (0..<UInt64(settings.seeds)).map { settings.seed + $0 }
  }

  func checkObjectives() throws {
    for objective in settings.objectives {
      for mitigation in settings.mitigations { _ = try visualizer(objective, mitigation.recipe, settings.seed) }
    }
  }

  /// Every objective and recipe is checked before hours are spent on the first.
  func tryOut() throws {
    try checkObjectives()
    for objective in settings.objectives {
      if var recipe = settings.mitigations.first?.recipe {
        (recipe.steps, recipe.snapshots, recipe.octaves) = (0, [], Octaves(count: 1))
        _ = try visualizer(objective, recipe, settings.seed).run()
      }
    }
  }

  /// The findings, and every picture under its file's name.
  func comparison() throws -> (Comparison, pictures: [String: Picture]) {
    var runs: [Comparison.Run] = []
    var pictures: [String: Picture] = [:]
    var periods: [Int] = []
    let total = settings.objectives.count * settings.mitigations.count * seeds.count
    for (number, objective) in settings.objectives.enumerated() {
      for mitigation in settings.mitigations {
        for seed in seeds {
          context.progress.step("pictures", runs.count, of: total)
          let visualizer = try visualizer(objective, mitigation.recipe, seed)
          let result = try visualizer.run(as: "\(number)-\(mitigation.name)-\(seed)".fileStem, in: context)
          let picture = try Visualizer.picture(result.visualization.pictures.sample(0))
          let file = "pictures/\(number)-\(mitigation.name)-\(seed).png"
          try context.folder?.write(file, picture)
          pictures[file] = picture
          if !periods.contains(visualizer.latticePeriod) { periods.append(visualizer.latticePeriod) }
          runs.append(
            Comparison.Run(
              objective: objective, mitigation: mitigation.name, seed: Int(clamping: seed),
              image: result.findings.images[0], relativeActivation: nil, seconds: result.seconds,
              steps: mitigation.recipe.steps, stoppedAt: result.visualization.stoppedAt, file: file,
              warnings: result.visualization.warnings))
        }
      }
    }
    let comparison = Comparison(
      model: model.source.specification, objectives: settings.objectives, latticePeriods: periods, runs: runs,
      order: settings.sort)
    return (comparison, pictures)
  }

  private func visualizer(_ objective: String, _ recipe: Recipe, _ seed: UInt64) throws -> Visualizer {
    var recipe = recipe
    // One picture a run: the seeds are the batch.
    recipe.batch = 1
    return try Visualizer(model, objective: objective, recipe: recipe, seed: seed, differentiator: differentiator)
  }
}
