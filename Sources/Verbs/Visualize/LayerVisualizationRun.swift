import Foundation
import GinghamDifferentiation
import GinghamFeatureVisualization
import GinghamImaging
import GinghamModels
import GinghamNetworks
import GinghamReporting
import GinghamTensors

/// The channels of a layer, each visualized by the same recipe, several in one pass.
public struct LayerVisualizationRun {
  public struct Entry: Encodable, Sendable {
    public var channel: Int
    /// Relative to the index.
    public var file: String
    public var finding: VisualizationFindings.Image
    public var isDead: Bool

    private enum CodingKeys: String, CodingKey {
      case channel, file, finding
      case isDead = "dead"
    }
  }

  public struct Index: Encodable, Sendable {
    public var model: String
    public var layer: String
    public var preset: String
    public var seed: Int
    public var channels: [Entry]
    public var warnings: [String]

    /// For the terminal.
    public var text: String {
      let dead = channels.filter(\.isDead).count
      let shares = channels.compactMap(\.finding.measures.latticeShare).sorted()
      let median = shares.isEmpty ? "" : String(format: ", median lattice share %.4f", shares[shares.count / 2])
      return "\(layer): \(channels.count) channels, \(dead) dead\(median)"
    }
  }

  public let model: Model
  public let layer: String
  public let channels: [Int]
  public let recipe: Recipe
  public let seed: UInt64
  private let differentiator: any Differentiator

  /// - Parameter channels: `nil` for all.
  /// - Throws: ``NetworkError`` for an unknown layer, ``ObjectiveError`` for channels that it has not.
  public init(
    _ model: Model, layer: String, channels: Range<Int>? = nil, recipe: Recipe, seed: UInt64,
    differentiator: any Differentiator
  ) throws {
    let size = recipe.inputSize ?? recipe.size ?? model.pictureSize
    let value = try model.network.value(ofLayer: layer)
    let bound = try model.sized(size).bound(leadingTo: [value]).simplified(targets: [value])
    guard let shape = bound.shapes[bound.resolved(value)], shape.rank == 2 || shape.rank == 4 else {
      throw ObjectiveError.notSpatial(layer: layer, shape: bound.shapes[bound.resolved(value)] ?? [])
    }
    let all = 0..<shape[1]
    if let channels, channels.isEmpty || channels.lowerBound < 0 || channels.upperBound > all.upperBound {
      throw ObjectiveError.channelOutOfRange(
        channel: channels.isEmpty ? channels.lowerBound : channels.upperBound - 1, layer: layer, count: shape[1])
    }
    self.model = model
    self.layer = layer
    self.channels = Array(channels ?? all)
    self.recipe = recipe
    self.seed = seed
    self.differentiator = differentiator
  }

  /// Makes the pictures a batch at a time and writes each as soon as it is there, then a contact sheet and an index.
  ///
  /// - Throws: what ``VisualizationRun`` throws, ``FormatError``.
  public func run(into folder: RunFolder, progress: (Int, Int) -> Void = { _, _ in }) throws -> Index {
    var entries: [Entry] = []
    var tiles: [ContactSheet.Tile] = []
    var warnings: [String] = []
    for start in stride(from: 0, to: channels.count, by: recipe.batch) {
      let part = Array(channels[start..<min(start + recipe.batch, channels.count)])
      var recipe = recipe
      recipe.batch = part.count
      let run = try VisualizationRun(
        model, objective: "channel:\(layer):\(part.map(String.init).joined(separator: ","))",
        parsed: EachChannelObjective(layer: layer, channels: part), recipe: recipe, start: nil, seed: seed,
        differentiator: differentiator)
      let result = try run.run { progress(start * self.recipe.steps + $0 * part.count, channels.count * $1) }
      for (index, channel) in part.enumerated() {
        let picture = try VisualizationRun.picture(result.visualization.pictures.sample(index))
        let file = "channels/\(String(format: "%04d", channel)).png"
        try folder.write(file, picture)
        let isDead = result.visualization.gradient.sample(index).rootIsZero
        entries.append(
          Entry(channel: channel, file: file, finding: result.findings.images[index], isDead: isDead))
        tiles.append(
          ContactSheet.Tile(try thumbnail(picture), label: isDead ? "\(channel) (dead)" : "\(channel)"))
      }
      warnings += result.visualization.warnings.map { "channels \(part): \($0)" }
    }
    let columns = Int(Double(tiles.count).squareRoot().rounded(.up))
    try folder.write("sheet.png") {
      try ContactSheet("\(layer) of \(model.source.specification)", tiles: tiles, columns: columns, side: 96)
        .figure().write(to: $0, scale: tiles.count > 256 ? 1 : 2)
    }
    let index = Index(
      model: model.source.specification, layer: layer, preset: recipe.preset, seed: Int(clamping: seed),
      channels: entries, warnings: warnings)
    try folder.write("index.json", data: index.json())
    try folder.write("recipe.yaml", data: Data(recipe.yaml.utf8))
    return index
  }

  private func thumbnail(_ picture: Picture) throws -> Picture {
    let scale = 192 / Double(max(picture.height, picture.width))
    guard scale < 1 else { return picture }
    return picture.resized(
      height: max(1, Int(Double(picture.height) * scale)), width: max(1, Int(Double(picture.width) * scale)))
  }
}

extension Tensor {
  fileprivate var rootIsZero: Bool { withUnsafeBufferPointer { $0.allSatisfy { $0 == 0 } } }
}
