import Foundation
import GinghamDifferentiation
import GinghamFeatureVisualization
import GinghamImaging
import GinghamModels
import GinghamNetworks
import GinghamReporting
import GinghamTensors

/// Makes what the page of a unit shows beside its picture, each by itself: the photograph that excites it most,
/// accentuated, and several pictures that are pushed apart.
struct ExploredVariants {
  let model: Model
  let settings: ExploreSettings
  let context: RunContext
  let differentiator: any Differentiator

  /// A photograph and what became of it.
  struct Accentuated: Codable {
    /// What the file of the photograph is called.
    var name: String
    /// What the net saw of it, and it accentuated.
    var photograph: String
    var file: String
    var before: Float
    var activation: Float
    /// Relative, at the held layer.
    var distance: Double
    var held: String
    var command: String
  }

  /// Pictures that excite the unit and differ in style.
  struct Diverse: Codable {
    var files: [String]
    /// Mean cosine of the Gram matrices of their activations, over pairs.
    var similarity: Double
    var command: String
  }

  private struct Made<Value: Codable>: Codable {
    var value: Value
    var pictures: [Data]
  }

  /// `nil` where no layer in front can be held, or the unit is dead at the photograph.
  ///
  /// - Throws: what a visualization does, and the folder.
  func accentuate(_ layer: String, _ unit: Int, photograph path: String, into folder: String) throws -> Accentuated? {
    let made: Made<Accentuated>? = try context.once(named: "accentuated \(layer) \(unit)") {
      Finished(value: try accentuated(layer, unit, path, folder))
    }.value
    guard let made else { return nil }
    for (name, data) in zip([made.value.photograph, made.value.file], made.pictures) {
      try context.folder?.write(name, data: data)
    }
    return made.value
  }

  private func accentuated(_ layer: String, _ unit: Int, _ path: String, _ folder: String) throws -> Made<Accentuated>?
  {
    var recipe = settings.recipe
    recipe.batch = 1
    let size = recipe.inputSize(of: model)
    let target = try model.network.value(ofLayer: layer)
    guard let hold = try? model.layerToHold(towards: [target], size: size) else { return nil }
    let visualizer = try Visualizer(
      model, objective: "channel:\(layer):\(unit)", parsed: ChannelObjective(layer: layer, channel: unit),
      recipe: recipe,
      start: .accentuated(path, hold: hold, weight: Self.weight), seed: settings.seed, differentiator: differentiator)
    let result: Visualizer.Result
    do { result = try visualizer.run() } catch VisualizationError.nothingToHold { return nil }
    guard let found = result.visualization.accentuations.first else { return nil }
    let shown = try Visualizer.picture(result.visualization.pictures.sample(0))
    let photograph = try Visualizer.picture(
      model.sized(PictureSize(height: shown.height, width: shown.width)).input(pictureAt: path))
    let stem = "\(folder)/\(unit)"
    return Made(
      value: Accentuated(
        name: path.lastPathPart, photograph: stem + "-photograph.webp", file: stem + "-accentuated.webp",
        before: found.before, activation: result.findings.images[0].activation, distance: found.distance, held: hold,
        command: command(
          "channel:\(layer):\(unit)", ["--accentuate", path, "--hold", hold, "--hold-weight", "\(Self.weight)"],
          batch: 1)),
      pictures: try [photograph, shown].map { Data(try $0.encodedWebP(path: "\(layer):\(unit)")) })
  }

  /// - Parameter activation: of the unit's own picture, which likeness is weighed against.
  /// - Throws: what a visualization does, and the folder.
  func diversify(_ layer: String, _ unit: Int, activation: Float, into folder: String) throws -> Diverse {
    let made = try context.once(named: "diverse \(layer) \(unit)") {
      Finished(value: try diverse(layer, unit, activation, folder))
    }.value
    for (name, data) in zip(made.value.files, made.pictures) { try context.folder?.write(name, data: data) }
    return made.value
  }

  private func diverse(_ layer: String, _ unit: Int, _ activation: Float, _ folder: String) throws -> Made<Diverse> {
    var recipe = settings.recipe
    recipe.batch = settings.diversity
    let price = Self.rounded(Double(abs(activation)))
    let text = "channel:\(layer):\(unit) + \(price)*diversity:\(layer)"
    let apart = DiversityObjective(layer: layer, pictures: recipe.batch)
    let visualizer = try Visualizer(
      model, objective: text,
      parsed: WeightedSum([(1, ChannelObjective(layer: layer, channel: unit)), (Float(price), apart)]), recipe: recipe,
      seed: settings.seed, differentiator: differentiator)
    let pictures = try visualizer.run().visualization.pictures
    let values = try ObjectivePass(
      apart, of: differentiator, inputShapes: [pictures.shown(at: recipe.inputSize(of: model)).shape], gradientsAt: []
    ).values(pictures.shown(at: recipe.inputSize(of: model)))
    let count = Double(recipe.batch)
    let similarity = -values.reduce(0) { $0 + Double($1) } / (count - 1)
    return Made(
      value: Diverse(
        files: (0..<recipe.batch).map { "\(folder)/\(unit)-diverse-\($0).webp" }, similarity: similarity,
        command: command(text, [], batch: recipe.batch)),
      pictures: try (0..<recipe.batch).map {
        Data(try Visualizer.picture(pictures.sample($0)).encodedWebP(path: "\(layer):\(unit)"))
      })
  }

  private func command(_ objective: String, _ options: [String], batch: Int) -> String {
    ShellWord.line(
      ["gingham", VisualizeRun.name, model.source.specification] + model.source.words + ["--objective", objective]
        + options
        + ["--recipe", "recipe.yaml", "--batch", "\(batch)", "--seed", "\(settings.seed)"])
  }

  /// Of the held layer.
  private static let weight = 2.0

  /// Three digits, so that command lines are short, and never nothing.
  private static func rounded(_ value: Double) -> Double {
    let unit = pow(10, (log10(max(value, 1e-3))).rounded(.down) - 2)
    return (max(value, 1e-3) / unit).rounded() * unit
  }
}
