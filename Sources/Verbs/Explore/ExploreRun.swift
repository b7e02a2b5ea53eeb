import Foundation
import GinghamDifferentiation
import GinghamFeatureVisualization
import GinghamImaging
import GinghamModels
import GinghamNetworks
import GinghamReporting
import GinghamTensors

/// `explore`: a folder of pages that shows a net layer by layer and unit by unit, in any browser.
public struct ExploreRun: Run {
  /// The verb: what manifests and folders call the run.
  public static let name = "explore"

  /// The net, with every option that changes what its file says.
  public var model: ModelSource
  /// All that the run is asked to do.
  public var settings: ExploreSettings

  /// Reads nothing yet.
  public init(_ model: ModelSource, settings: ExploreSettings) {
    self.model = model
    self.settings = settings
  }

  /// What the manifest is written from.
  public var record: RunRecord {
    RunRecord(of: model, inputs: settings.recipe.folders, seed: settings.seed, settings: settings)
  }

  /// - Throws: ``VisualizationError`` where the recipe contradicts itself.
  public func validate() throws { try settings.recipe.validate() }

  /// - Throws: ``NetworkError`` where a layer is unknown, ``ObjectiveError`` for units that a layer has not.
  public func check(_ model: Model, in context: RunContext) throws {
    _ = try units(of: model, in: LayerTable(of: model))
  }

  /// The layers that are explored, each with its units.
  private func units(of model: Model, in table: LayerTable) throws -> [(layer: String, units: [Int])] {
    let size = settings.recipe.inputSize(of: model)
    guard let layers = settings.layers else {
      return try table.layers.filter { $0.operation == "convolution" }.map { row in
        let units = try model.channels(of: row.name, within: nil, size: size)
        return (row.name, units.filter { settings.units?.contains($0) ?? true })
      }.filter { !$0.units.isEmpty }
    }
    return try layers.map { ($0, try model.channels(of: $0, within: settings.units, size: size)) }
  }

  /// Makes the tiles, one pass of units at a time, and the pages over them. Passes that a run before this one has
  /// finished are taken from it.
  ///
  /// - Throws: ``NetworkError``, ``ObjectiveError``, ``VisualizationError``, ``EngineError``, ``ImageError``,
  ///   ``FormatError``, ``ArtifactError``.
  public func result(in context: RunContext) throws -> RunResult<ExploreFindings> {
    let model = try context.load(model)
    try model.requirePictures()
    let table = try LayerTable(of: model)
    let explored = try units(of: model, in: table)
    let tiles = Tiles(
      model: model, settings: settings, context: context,
      differentiator: try context.differentiator(for: model.network),
      total: explored.reduce(0) { $0 + $1.units.count })
    var pages: [String: ExploredNet.Explored] = [:]
    var done = 0
    for (number, (layer, units)) in explored.enumerated() where pages[layer] == nil {
      let folder = "tiles/\(number)"
      pages[layer] = .init(
        folder: folder, command: command(for: layer),
        units: try tiles.make(layer, units, into: folder, behind: done))
      done += units.count
    }
    var remarks: [String] = []
    let net = try net(table, pages, of: model, in: context, remarks: &remarks)
    let all = pages.values.flatMap(\.units)
    let findings = ExploreFindings(
      model: model.source.specification, site: context.folder?.path, layers: pages.count, units: all.count,
      dead: all.count(where: \.isDead))
    return RunResult(findings, remarks: remarks) { folder in
      let sections = net.layers.compactMap { layer in
        layer.explored.map { page in
          Site.Section(
            layer.name, links: page.units.map { .init("\($0.unit)", file: "\(page.folder)/\($0.unit).webp") })
        }
      }
      try Site(title: net.model, sections: sections).write(net, into: folder)
    } append: { [settings] folder in
      try folder.write("recipe.yaml", data: Data(settings.recipe.yaml.utf8))
    }
  }

  /// What makes pictures of a layer by themselves: up to the units, and behind them.
  private func command(for layer: String) -> [String] {
    let front = ["gingham", LayerVisualizationRun.name, model.specification] + model.words
    return [
      ShellWord.line(front + ["--all-channels", layer, "--channels"]),
      ShellWord.line(["--recipe", "recipe.yaml", "--seed", "\(settings.seed)"]),
    ]
  }

  private func net(
    _ table: LayerTable, _ pages: [String: ExploredNet.Explored], of model: Model, in context: RunContext,
    remarks: inout [String]
  ) throws -> ExploredNet {
    var prediction: PredictFindings?
    do {
      prediction = try PredictRun(self.model).result(in: context.writing(into: nil)).findings
    } catch let error as InterruptionError {
      throw error
    } catch {
      remarks.append("the start page has no prediction: \(error)")
    }
    let predicted = Dictionary(prediction?.layers.map { ($0.name, $0) } ?? []) { first, _ in first }
    let layers = table.layers.map { row in
      ExploredNet.Layer(
        name: row.name, operation: row.operation, shape: row.outputShape, stride: row.stride,
        field: row.receptiveField, parameters: row.parameters, macs: row.macs, grid: predicted[row.name]?.cv2,
        period: predicted[row.name]?.period, explored: pages[row.name])
    }
    return ExploredNet(
      model: model.source.specification, input: table.inputShape,
      sentences: prediction.map(ExploredNet.sentences) ?? [],
      bands: prediction.map(ExploredNet.bands) ?? [],
      layers: layers)
  }
}

/// Makes the tiles of a site.
private struct Tiles {
  let model: Model
  let settings: ExploreSettings
  let context: RunContext
  let differentiator: any Differentiator
  let total: Int

  /// What a pass leaves behind for the end of the run: pictures as they are shown, since those of thousands as arrays
  /// would fill gigabytes.
  private struct Pass: Codable {
    var units: [ExploredNet.Unit]
    var pictures: [Data]
  }

  /// - Throws: what a visualization does, and the folder.
  func make(_ layer: String, _ units: [Int], into folder: String, behind done: Int) throws -> [ExploredNet.Unit] {
    let batch = settings.recipe.batch
    return try stride(from: 0, to: units.count, by: batch).flatMap { first in
      let part = Array(units[first..<min(first + batch, units.count)])
      let pass = try context.once(named: "\(layer) \(part)") {
        Finished(value: try self.pass(layer, part, behind: done + first))
      }.value
      for (unit, picture) in zip(pass.units, pass.pictures) {
        try context.folder?.write("\(folder)/\(unit.unit).webp", data: picture)
      }
      return pass.units
    }
  }

  private func pass(_ layer: String, _ units: [Int], behind done: Int) throws -> Pass {
    var recipe = settings.recipe
    recipe.batch = units.count
    let visualizer = try Visualizer(
      model, objective: "channel:\(layer):\(units.map(String.init).joined(separator: ","))",
      parsed: EachChannelObjective(layer: layer, channels: units), recipe: recipe, start: nil, seed: settings.seed,
      differentiator: differentiator)
    let result = try visualizer.run { step, _ in
      context.progress.step("steps", done * recipe.steps + step * units.count, of: total * recipe.steps)
    }
    var pass = Pass(units: [], pictures: [])
    for (place, unit) in units.enumerated() {
      let picture = try Visualizer.picture(result.visualization.pictures.sample(place))
      let found = result.findings.images[place]
      pass.pictures.append(Data(try picture.encodedWebP(path: "\(layer):\(unit)")))
      pass.units.append(
        .init(
          unit: unit, activation: found.activation, grid: found.measures.latticeShare,
          isDead: result.visualization.gradient.sample(place).isZero, pass: [units[0], units[units.count - 1]],
          width: picture.width, height: picture.height))
    }
    return pass
  }
}

extension ModelSource {
  /// The options of a command line that mean the same net.
  fileprivate var words: [String] {
    func option<Value>(_ name: String, _ value: Value?, _ text: (Value) -> String) -> [String] {
      value.map { ["--\(name)", text($0)] } ?? []
    }
    let listed: ([Float]) -> String = { $0.map { "\($0)" }.joined(separator: ",") }
    return option("architecture", architecture) { $0 } + option("section", section) { $0 }
      + option("mean", mean, listed) + option("std", deviation, listed)
      + option("input-size", inputSize) { "\($0.height)x\($0.width)" } + option("crop", crop) { $0.rawValue }
      + fixedInputs.flatMap { ["--input", $0] } + option("output-name", outputName) { $0 }
  }
}
