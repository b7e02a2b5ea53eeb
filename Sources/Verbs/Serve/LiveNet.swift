import Foundation
import GinghamDifferentiation
import GinghamFeatureVisualization
import GinghamImaging
import GinghamModels
import GinghamNetworks
import GinghamReporting
import GinghamTensors

/// What computes for a served site: on one thread, one thing after the other.
final class LiveNet {
  /// Why something that was asked for is not made.
  struct Refusal: Error, CustomStringConvertible {
    var description: String
  }

  let run: ExploreRun
  let model: Model
  let context: RunContext
  let differentiator: any Differentiator
  /// Layers whose units have pictures, or get them.
  let layers: [Layer]
  /// Classes that have pictures, or get them; `nil` where the net has none.
  let classes: Layer?
  /// By layer, the units that were made together before.
  private let passes: [String: [[Int]]]
  /// What climbs came to, oldest first: one goes on from them.
  private var climbed: [(id: String, picture: Tensor)] = []

  /// A layer as the pages know it.
  struct Layer: Encodable, Sendable {
    var name: String
    /// Of its pictures.
    var folder: String
    /// The command line that makes them, but for the units.
    var command: [String]
    var units: Int
  }

  /// Climbs that one can go on from, of all tabs together.
  private static let most = 8
  /// More pixels than this are not unpacked: 400 MB.
  private static let pixels = 1 << 25

  /// - Throws: what loading does, ``NetworkError``, ``EngineError``.
  init(_ run: ExploreRun, context: RunContext) throws {
    self.run = run
    self.context = context
    model = try context.load(run.model)
    differentiator = try context.differentiator(for: model.network)
    guard try !GeneratorExplorer.explores(model) else {
      (layers, classes, passes) = ([], nil, [:])
      return
    }
    let table = try LayerTable(of: model)
    let selection = try run.selection(of: model, in: table).layers
    let selected = selection.map(\.name)
    passes = Dictionary(
      uniqueKeysWithValues: selection.map { ($0.name, $0.units.parted(by: run.settings.recipe.batch)) })
    layers = table.layers.enumerated().compactMap { number, row in
      guard [2, 4].contains(row.outputShape.count), row.outputShape[1] > 0 else { return nil }
      let folder = selected.firstIndex(of: row.name).map { "tiles/\($0)" } ?? "live/tiles/\(number)"
      return Layer(name: row.name, folder: folder, command: run.command(for: row.name), units: row.outputShape[1])
    }
    classes =
      ExploredPictures.isClassifier(model)
      ? table.layers.last.map {
        Layer(name: "output", folder: "classes", command: run.command(for: "output"), units: $0.outputShape[1])
      } : nil
  }

  /// Of each tile.
  var size: PictureSize { run.settings.recipe.size ?? model.pictureSize }

  private func tiles(by recipe: String?) throws -> ExploredTiles {
    var settings = try recipe.map(run.settings.mitigated) ?? run.settings
    settings.negative = false
    return ExploredTiles(
      model: model, settings: settings, context: context, differentiator: differentiator, total: 1)
  }

  /// What a unit's page says of it.
  private struct Facts: Encodable {
    var unit: ExploredNet.Unit
    /// As in ``ExploredDetails``: of this one.
    var units: [ExploredDetails.Unit]
  }

  /// Makes what is asked for, with what comes of the same work: the same bytes as those of a site that was made before.
  ///
  /// - Returns: files by their names.
  /// - Throws: what a visualization does.
  func made(_ tile: LiveTile) throws -> [String: Data] {
    let layer = tile.layer
    // Pictures that are made together come out the same again together.
    let units = passes[layer.name]?.first { $0.contains(tile.unit) } ?? [tile.unit]
    let tiles = try tiles(by: tile.recipe)
    if tile.kind == .exact {
      return [tile.name: try tiles.exact(layer.name, units, at: units.firstIndex(of: tile.unit) ?? 0)]
    }
    let pass = try tiles.pass(layer.name, units, tile.recipe == nil ? owners(of: layer.name) : [:], behind: 0).0
    var files: [String: Data] = [:]
    for (place, unit) in units.enumerated() {
      files[tile.with(unit: unit, kind: .picture).name] = pass.pictures[place]
      guard tile.recipe == nil else { continue }
      let links = try links.get()
      let facts = Facts(
        unit: pass.units[place],
        units: [
          .init(
            bands: pass.bands[place], reads: links.reads(of: layer.name, unit),
            writes: links.writes(of: layer.name, unit))
        ])
      let own = tile.with(unit: unit, kind: .facts)
      files[own.name] = try Site.part(own.part, facts)
    }
    return files
  }

  private lazy var links = Result { UnitLinks(of: try model.bound()) }
  private var bandOwners: [String: [Int: String]] = [:]

  private func owners(of layer: String) throws -> [Int: String] {
    if let known = bandOwners[layer] { return known }
    let found = try tiles(by: nil).owners(of: layer)
    bandOwners[layer] = found
    return found
  }

  private lazy var explained = Result {
    try ExploredPictures(model, PlanCache(differentiator), context: context)
  }

  /// The page of a picture that a reader has brought, its files within it.
  ///
  /// - Parameters:
  ///   - bytes: of a PNG, JPEG, WebP or TIFF file.
  ///   - name: what the file is called; shown, and never opened.
  /// - Throws: ``ImageError``, ``ModelError``, ``EngineError``.
  func page(of bytes: Data, named name: String) throws -> ExploredPictures.Page {
    guard classes != nil else { throw Refusal(description: "the net has no row of classes to explain") }
    let picture = try Picture(bytes: Array(bytes), path: name, pixelLimit: Self.pixels)
    let made = try explained.get().made(0, of: model.input(picture, path: name), at: name).0
    var page = made.page
    page.name = name
    page.file = Self.inline(made.files[0])
    for place in page.maps.indices { page.maps[place].file = Self.inline(made.files[place + 1]) }
    return page
  }

  private lazy var outputs = Result {
    try differentiator.plan(
      PlanRequest(
        inputShapes: [model.inputShape(batch: 1)], targets: Array(model.network.outputs.prefix(1)), gradients: []))
  }

  /// What the net says of a picture, and of it with a square covered.
  ///
  /// - Parameter bytes: of a PNG, JPEG, WebP or TIFF file that shows what the net sees, as pages do.
  /// - Throws: ``Refusal``, ``ImageError``, ``ModelError``, ``EngineError``.
  func effect(of occlusion: LiveOcclusion, on bytes: Data) throws -> LiveOcclusion.Effect {
    guard classes != nil else { throw Refusal(description: "the net has no row of classes to watch") }
    let picture = try Picture(bytes: Array(bytes), path: "picture", pixelLimit: Self.pixels)
    // It was scaled and cut before it was shown, and goes in as it is.
    let input = model.channels == 1 ? picture.grey.batch : picture.rgb.batch
    guard input.shape == model.inputShape(batch: 1) else {
      throw Refusal(description: "the net sees \(model.inputShape(batch: 1)), and the page shows \(input.shape) of it")
    }
    let plan = try outputs.get()
    let before = try plan.forward([input])[0].scalars
    let after = try plan.forward([occlusion.covering(input)])[0].scalars
    return .init(
      outputs: before.indices.sorted { (before[$1], $0) < (before[$0], $1) }.prefix(ExploredPictures.listed)
        .map { .init(index: $0, before: before[$0], after: after[$0]) })
  }

  /// Climbs, and tells of each step.
  ///
  /// - Throws: ``Refusal``, ``ObjectiveError``, ``VisualizationError``, and what a visualization does.
  func climb(_ order: LiveClimb, as id: String, between: () -> Void, tell: (LiveClimb.Event) throws -> Void) throws {
    var parser = model.objectiveParser()
    // Whoever looks at pages names no files here.
    parser.readDirection = { _ in throw Refusal(description: "files are not read here") }
    let begin = try order.from.map { wanted in
      guard let found = climbed.last(where: { $0.id == wanted }) else {
        throw Refusal(description: "that climb is forgotten; start anew")
      }
      return found.picture
    }
    let visualizer = try Visualizer(
      model, objective: order.objective, parsed: parser.parse(order.objective), recipe: order.recipe,
      start: begin.map(Visualizer.Start.picture) ?? .noise, seed: order.seed, differentiator: differentiator)
    try tell(.begin(.init(id: id, objective: order.objective)))
    var shown: ContinuousClock.Instant?
    let result = try visualizer.run(watcher: { step, values, pictures in
      try Interruption.check()
      keep(pictures, as: id)
      let now = ContinuousClock.now
      let isShown = shown.map { now - $0 >= LiveClimb.pause } ?? true
      if isShown { shown = now }
      try tell(
        .step(
          .init(step: step, of: order.recipe.steps, value: values[0], picture: isShown ? Self.drawn(pictures) : nil)))
      between()
      try Interruption.check()
    })
    let found = result.findings.images[0]
    keep(result.visualization.pictures, as: id)
    try tell(
      .finished(
        .init(
          steps: order.recipe.steps, activation: found.activation, grid: found.measures.latticeShare,
          stoppedAt: result.visualization.stoppedAt, picture: Self.drawn(result.visualization.pictures))))
  }

  private func keep(_ pictures: Tensor, as id: String) {
    let picture = pictures.sample(0).reshaped(to: Shape(Array(pictures.shape.dimensions[1...])))
    climbed.removeAll { $0.id == id }
    climbed.append((id, picture))
    if climbed.count > Self.most { climbed.removeFirst() }
  }

  private static func drawn(_ pictures: Tensor) throws -> String {
    inline(Data(try Visualizer.picture(pictures.sample(0)).encodedWebP()))
  }

  private static func inline(_ webP: Data) -> String { "data:image/webp;base64," + webP.base64EncodedString() }
}
