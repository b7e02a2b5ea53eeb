import Foundation
import GinghamDifferentiation
import GinghamFeatureVisualization
import GinghamModels
import GinghamNetworks
import GinghamTensors

/// One feature visualization: an objective of a loaded model under a recipe.
struct Visualizer {
  let model: Model
  let objective: String
  let recipe: Recipe
  let seed: UInt64
  /// The side of the lattice on which this objective's gradients may be uneven.
  let latticePeriod: Int

  /// What becomes of a start of another size; `nil` where it is taken as it is.
  let startRemark: String?

  let parsed: any Objective
  let differentiator: any Differentiator
  /// The layer that is held near the photograph's activations.
  let hold: Hold?

  private let renderer: Renderer

  /// - Parameters:
  ///   - differentiator: of the model's network.
  /// - Throws: ``ObjectiveError``, ``NetworkError``, ``VisualizationError``, ``ImageError``, ``FormatError``.
  init(
    _ model: Model, objective: String, recipe: Recipe, start: Start = .noise, seed: UInt64,
    differentiator: any Differentiator
  ) throws {
    let size = recipe.inputSize(of: model)
    let parsed = try model.visualizationParser(batch: recipe.batch, size: size, differentiator: differentiator)
      .parse(objective)
    try self.init(
      model, objective: objective, parsed: parsed, recipe: recipe, start: start, seed: seed,
      differentiator: differentiator)
  }

  init(
    _ model: Model, objective: String, parsed: any Objective, recipe: Recipe, start: Start = .noise, seed: UInt64,
    differentiator: any Differentiator
  ) throws {
    try recipe.validate()
    self.model = model
    self.objective = objective
    self.recipe = recipe
    self.seed = seed
    let targets = try parsed.layers.map(model.network.value)
    (self.parsed, self.differentiator) = (parsed, differentiator)
    latticePeriod = try model.sized(recipe.inputSize(of: model)).latticePeriod(targets: targets)
    let channels = model.channels ?? 3
    let size = recipe.size ?? model.pictureSize
    var materials = try Self.materials(recipe, size: size, channels: channels, start: start)
    if case .accentuated(let path, let layer, let weight) = start {
      let input = try model.sized(size).input(pictureAt: path)
      materials.start = input.reshaped(to: Shape(Array(input.shape.dimensions.dropFirst())))
      materials.hold = Hold(
        layer: try layer ?? model.layerToHold(towards: targets, size: recipe.inputSize(of: model)), weight: weight)
    }
    hold = materials.hold
    startRemark = materials.start.flatMap { start in
      let shape = start.shape
      guard shape.rank == 3, shape[0] == channels, (shape[1], shape[2]) != (size.height, size.width) else { return nil }
      return "the start of \(shape[1])×\(shape[2]) is stretched to \(size.height)×\(size.width)"
    }
    renderer = try Renderer(
      recipe, objective: parsed, differentiator: differentiator, size: model.pictureSize, channels: channels,
      latticePeriod: latticePeriod, seed: seed, materials: materials)
  }

  /// Of several channels of a layer, a picture each.
  ///
  /// - Parameter lowers: whether pictures shall lower them; values count as the objective's then, with the other sign.
  init(
    _ model: Model, channels: [Int], of layer: String, lowers: Bool, recipe: Recipe, seed: UInt64,
    differentiator: any Differentiator
  ) throws {
    let each = EachChannelObjective(layer: layer, channels: channels)
    try self.init(
      model, objective: (lowers ? "-" : "") + "channel:\(layer):\(channels.map(String.init).joined(separator: ","))",
      parsed: lowers ? WeightedSum([(-1, each)]) : each, recipe: recipe, seed: seed, differentiator: differentiator)
  }

  /// What the climb begins from.
  enum Start {
    case noise
    /// C×H×W in 0…1.
    case picture(Tensor)
    /// A picture, or a `.npy` file of parameters.
    case file(String)
    /// A photograph that stays what it is at a layer; `nil`: one half-way.
    case accentuated(String, hold: String?, weight: Double)
  }

  private static func materials(_ recipe: Recipe, size: PictureSize, channels: Int, start: Start) throws
    -> Renderer.Materials
  {
    var materials = Renderer.Materials()
    if case .picture(let picture) = start { materials.start = picture }
    if case .file(let start) = start {
      if start.hasSuffix(".npy") {
        let array = try Tensor(npy: start)
        guard array.isFinite else { throw VisualizationError.notFinite(what: "'\(start)'") }
        materials.start = array
      } else {
        materials.start = try PictureFolder.picture(start, channels: channels)
      }
    }
    if case .measured(let folder) = recipe.colour {
      materials.colour = try ColourCorrelation(measuring: PictureFolder(path: folder).pictures(channels: channels))
    }
    if let folder = recipe.parameterization.folder {
      let pictures = try PictureFolder(path: folder).pictures(channels: channels).map { picture in
        let (height, width) = (picture.shape[1], picture.shape[2])
        // The largest part of the wanted proportions, so that nothing is stretched.
        let scale = max(Double(size.height) / Double(height), Double(size.width) / Double(width))
        return picture.resized(
          height: max(size.height, Int((Double(height) * scale).rounded())),
          width: max(size.width, Int((Double(width) * scale).rounded()))
        ).centreCropped(height: size.height, width: size.width)
      }
      materials.spectrum = try recipe.parameterization.measured(on: pictures)
    }
    return materials
  }

  struct Result {
    let visualization: Visualization
    var findings: VisualizationFindings
    let seconds: Double
  }

  /// - Parameters:
  ///   - progress: called with steps done and all steps.
  ///   - watcher: is shown each step.
  /// - Throws: ``VisualizationError``, ``EngineError``, ``NetworkError``, ``ArtifactError``, and what the watcher does.
  func run(
    progress: (Int, Int) -> Void = { _, _ in }, watcher: Renderer.Watcher = { _, _, _ in }
  ) throws -> Result {
    let begin = ContinuousClock.now
    let visualization = try renderer.run(progress: progress, watcher: watcher)
    return try result(visualization, seconds: (ContinuousClock.now - begin) / .seconds(1))
  }

  /// The same once, where a run of many is cut short and goes on: a visualization without its course.
  ///
  /// - Throws: as ``run(progress:)`` does, ``FormatError``.
  func run(
    as unit: String, in context: RunContext, progress: (Int, Int) -> Void = { _, _ in }
  ) throws -> Result {
    let finished = try context.once(unit) {
      let result = try run(progress: progress)
      let visualization = result.visualization
      return Finished(
        value: FinishedVisualization(visualization, seconds: result.seconds),
        tensors: [visualization.pictures, visualization.gradient])
    }
    let value = finished.value
    return try result(
      value.visualization(steps: recipe.steps, pictures: finished.tensors[0], gradient: finished.tensors[1]),
      seconds: value.seconds)
  }

  private func result(_ visualization: Visualization, seconds: Double) throws -> Result {
    let pictures = try (0..<recipe.batch).map { index in
      let measures = try PictureMeasures(
        of: visualization.pictures.sample(index), gradient: visualization.gradient.sample(index),
        latticePeriod: latticePeriod)
      return VisualizationFindings.Image(
        activation: visualization.activations[index], measures,
        accentuation: hold == nil ? nil : visualization.accentuations[index])
    }
    let size = recipe.size ?? model.pictureSize
    let findings = VisualizationFindings(
      model: model.source.specification, objective: objective, preset: recipe.preset, seed: Int(clamping: seed),
      size: [size.height, size.width], steps: recipe.steps, stoppedAt: visualization.stoppedAt,
      latticePeriod: latticePeriod, held: hold, images: pictures, warnings: visualization.warnings)
    return Result(visualization: visualization, findings: findings, seconds: seconds)
  }
}

extension Recipe {
  /// What the network is shown at most.
  func inputSize(of model: Model) -> PictureSize {
    let size = size ?? model.pictureSize
    if let tile { return PictureSize(height: min(tile, size.height), width: min(tile, size.width)) }
    return inputSize ?? size
  }
}

extension Model {
  /// The layer with weights that stands half-way to values.
  ///
  /// - Throws: ``VisualizationError/contradiction(_:)`` where none stands in front.
  func layerToHold(towards targets: [ValueID], size: PictureSize) throws -> String {
    let front = try sized(size).weightedLayers(leadingTo: targets).filter { !targets.contains($0.value) }
    guard !front.isEmpty else {
      throw VisualizationError.contradiction(
        "no layer with weights stands in front of the objective: name the one to hold")
    }
    return front[(front.count - 1) / 2].name
  }
}
