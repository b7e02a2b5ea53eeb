import Foundation
import GinghamDifferentiation
import GinghamFeatureVisualization
import GinghamImaging
import GinghamModels
import GinghamNetworks
import GinghamReporting
import GinghamTensors

/// `visualize --all-channels`: the channels of a layer, each visualized by the same recipe, several in one pass.
public struct LayerVisualizationRun: Run {
  /// The verb: what manifests and folders call the run.
  public static let name = "visualize"
  /// Channels in one pass where nobody says how many.
  public static let usualBatch = 8

  /// The net, with every option that changes what its file says.
  public var model: ModelSource
  /// All that the run is asked to do.
  public var settings: VisualizeSettings

  /// - Parameter settings: with a layer.
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

  /// - Throws: ``NetworkError`` where the layer is unknown, ``ObjectiveError`` for channels that it has not.
  public func check(_ model: Model, in context: RunContext) throws { _ = try channels(of: model) }

  private func channels(of model: Model) throws -> [Int] {
    try model.channels(
      of: settings.layer ?? "", within: settings.channels, size: settings.recipe.sizeShown(by: model))
  }

  /// Makes the pictures a batch at a time and writes each as soon as it is there.
  ///
  /// - Throws: ``NetworkError`` for an unknown layer, ``ObjectiveError`` for channels that it has not, and what
  ///   ``VisualizeRun`` throws.
  public func result(in context: RunContext) throws -> RunResult<LayerVisualization> {
    let model = try context.load(model)
    try model.requirePictures()
    let differentiator = try context.differentiator(for: model.network)
    let (layer, recipe) = (settings.layer ?? "", settings.recipe)
    let channels = try channels(of: model)
    var index = LayerVisualization(
      model: model.source.specification, layer: layer, preset: recipe.preset, seed: Int(clamping: settings.seed),
      channels: [], warnings: [])
    var tiles: [ContactSheet.Tile] = []
    var seconds = 0.0
    for first in stride(from: 0, to: channels.count, by: recipe.batch) {
      let part = Array(channels[first..<min(first + recipe.batch, channels.count)])
      var batchRecipe = recipe
      batchRecipe.batch = part.count
      let visualizer = try Visualizer(
        model, channels: part, of: layer, lowers: settings.negative, recipe: batchRecipe, seed: settings.seed,
        differentiator: differentiator)
      let result = try visualizer.run(as: "channels-\(first)", in: context) {
        context.progress.step("steps", first * recipe.steps + $0 * part.count, of: channels.count * $1)
      }
      seconds += result.seconds
      for (place, channel) in part.enumerated() {
        let picture = try Visualizer.picture(result.visualization.pictures.sample(place))
        let file = "channels/\(String(format: "%04d", channel)).png"
        try context.folder?.write(file, picture)
        let isDead = result.visualization.gradient.sample(place).isZero
        var finding = result.findings.images[place]
        // As the layer gives it, not as the objective does.
        if settings.negative { finding.activation.negate() }
        index.channels.append(.init(channel: channel, file: file, finding: finding, isDead: isDead))
        tiles.append(.init(try picture.thumbnail, label: isDead ? "\(channel) (dead)" : "\(channel)"))
      }
      index.warnings += result.visualization.warnings.map { .init(channels: part, warning: $0) }
    }
    return RunResult(
      index, remarks: index.warnings.map(\.description), settled: ["seconds": .number(seconds)]
    ) { folder in
      let columns = Int(Double(tiles.count).squareRoot().rounded(.up))
      try folder.write("sheet.png") {
        try ContactSheet("\(layer) of \(model.source.title)", tiles: tiles, columns: columns, side: 96)
          .figure().write(to: $0, scale: tiles.count > 256 ? 1 : 2)
      }
    } append: { folder in
      try folder.write("recipe.yaml", data: Data(recipe.yaml.utf8))
    }
  }
}

extension Recipe {
  /// What the network is shown, tiles apart.
  fileprivate func sizeShown(by model: Model) -> PictureSize { inputSize ?? size ?? model.pictureSize }
}

extension Model {
  /// Numbers of the channels of a layer.
  ///
  /// - Throws: ``NetworkError``, ``ObjectiveError/notSpatial(layer:shape:)``,
  ///   ``ObjectiveError/channelOutOfRange(channel:layer:count:)``.
  func channels(of layer: String, within range: ClosedRange<Int>?, size: PictureSize) throws -> [Int] {
    let value = try network.value(ofLayer: layer)
    let bound = try sized(size).bound(leadingTo: [value]).simplified(targets: [value])
    guard let shape = bound.mapShape(of: value), shape.rank == 2 || shape.rank == 4 else {
      throw ObjectiveError.notSpatial(layer: layer, shape: bound.shapes[bound.resolved(value)] ?? [])
    }
    guard let range else { return Array(0..<shape[1]) }
    guard range.lowerBound >= 0, range.upperBound < shape[1] else {
      throw ObjectiveError.channelOutOfRange(
        channel: range.lowerBound < 0 ? range.lowerBound : range.upperBound, layer: layer, count: shape[1])
    }
    return Array(range)
  }
}

extension Picture {
  /// At most 192 pixels a side.
  fileprivate var thumbnail: Picture {
    get throws {
      let scale = 192 / Double(max(height, width))
      guard scale < 1 else { return self }
      return resized(height: max(1, Int(Double(height) * scale)), width: max(1, Int(Double(width) * scale)))
    }
  }
}

extension Tensor {
  /// Whether every element is zero.
  var isZero: Bool { withUnsafeBufferPointer { $0.allSatisfy { $0 == 0 } } }
}
