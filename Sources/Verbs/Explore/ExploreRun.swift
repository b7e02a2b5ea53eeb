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
    RunRecord(
      of: model, inputs: settings.recipe.folders + settings.images + [settings.against].compactMap { $0 },
      seed: settings.seed, settings: settings)
  }

  /// - Throws: ``VisualizationError`` where the recipe contradicts itself, ``SettingError``.
  public func validate() throws { try settings.validate() }

  /// - Throws: ``NetworkError`` where a layer is unknown, ``ObjectiveError`` for units that a layer has not.
  public func check(_ model: Model, in context: RunContext) throws {
    guard try !GeneratorExplorer.explores(model) else {
      guard settings.against == nil, !settings.accentuate, settings.diversity == 0, settings.atlas == nil,
        settings.mitigations == nil
      else {
        throw SettingError.contradiction(
          settings: ["against", "accentuate", "diversity", "atlas", "mitigations"],
          message: "a generator's site shows samples and no units, so nothing stands beside them")
      }
      return
    }
    _ = try mitigated(in: model, among: selection(of: model, in: LayerTable(of: model)))
    if let atlas = settings.atlas { _ = try model.network.value(ofLayer: atlas) }
  }

  /// Whose pictures the site has.
  func selection(of model: Model, in table: LayerTable) throws -> UnitSelection {
    // Pages go by the names that the table has, whatever else a layer may be called.
    let names = try settings.layers?.map(model.network.operatorName)
    return try UnitSelection(
      of: model, in: table, named: names, within: settings.units, size: settings.recipe.inputSize(of: model))
  }

  /// - Throws: ``SettingError`` where a layer has no pictures, or too few steps for a recipe.
  private func mitigated(in model: Model, among selection: UnitSelection) throws -> Set<String> {
    guard let named = settings.mitigations else { return [] }
    for name in ExploredMitigations.names { try settings.mitigated(by: name).recipe.validate() }
    let layers = Set(try named.map(model.network.operatorName))
    for layer in layers.sorted() where !selection.layers.contains(where: { $0.name == layer }) {
      throw SettingError.contradiction(
        settings: ["mitigations", "layers"],
        message: "mitigations are shown of layers whose units have pictures, and '\(layer)' is none of them")
    }
    return layers
  }

  /// Looks through the reader's pictures, makes the tiles, one pass of units at a time, and the pages over them. What a run
  /// before this one has finished is taken from it.
  ///
  /// - Throws: ``NetworkError``, ``ObjectiveError``, ``VisualizationError``, ``EngineError``, ``ImageError``,
  ///   ``FormatError``, ``ArtifactError``, ``DatabaseError``, ``MeasureError``.
  public func result(in context: RunContext) throws -> RunResult<ExploreFindings> {
    let model = try context.load(model)
    try model.requirePictures()
    let table = try LayerTable(of: model)
    if try GeneratorExplorer.explores(model) { return try result(ofGenerator: model, table, in: context) }
    let selection = try selection(of: model, in: table)
    // Whatever does not fit is said before hours of work.
    _ = try mitigated(in: model, among: selection)
    let differentiator = try context.differentiator(for: model.network)
    let index =
      try settings.images.isEmpty
      ? nil
      : ExemplarSearch(model: model, selection: selection, strongest: Self.exemplars, context: context)
        .run(over: settings.images)
    var site = ExploredSite(net: try net(table, of: model))
    let shown = try pages(of: index, model, differentiator, context, into: &site)
    let links = UnitLinks(of: try model.bound())
    try tiles(of: selection, index, pages: shown, links, model, differentiator, context, into: &site)
    try atlas(of: index, pages: shown, links, model, differentiator, context, into: &site)
    let all = site.net.layers.compactMap(\.explored).flatMap(\.units)
    let findings = ExploreFindings(
      model: model.source.specification, site: context.folder?.path,
      layers: site.net.layers.count { $0.explored != nil }, units: all.count, dead: all.count(where: \.isDead),
      pictures: index.map { $0.pictures.count - $0.reasons.count } ?? 0,
      skipped: index.flatMap { $0.reasons.isEmpty ? nil : $0.skipped })
    let remarks = site.remarks + (index == nil ? [] : model.fittingRemarks(at: settings.images))
    return RunResult(findings, remarks: remarks, skipped: index?.skipped ?? []) { [site] folder in
      if let index {
        try ExemplarCrops(index: index, model: model, side: Self.side).draw(into: folder, under: "crops", in: context)
        try ExemplarDatabase.write(index, into: folder)
      }
      try site.write(into: folder)
    } append: { [settings] folder in
      try folder.write("recipe.yaml", data: Data(settings.recipe.yaml.utf8))
    }
  }

  private func result(ofGenerator model: Model, _ table: LayerTable, in context: RunContext) throws
    -> RunResult<ExploreFindings>
  {
    var site = ExploredSite(net: try net(table, of: model))
    site.net.generator = try GeneratorExplorer(model: model, settings: settings, context: context).explore()
    // What is predicted are gradients, and these pages speak of pictures.
    (site.net.sentences, site.net.bands) = ([], [])
    let findings = ExploreFindings(
      model: model.source.specification, site: context.folder?.path, layers: 0, units: 0, dead: 0, pictures: 0,
      samples: site.net.generator?.samples.count)
    return RunResult(findings, remarks: site.remarks) { [site] folder in try site.write(into: folder) }
  }

  /// Pictures that a unit's page shows.
  private static let exemplars = 9
  /// Of their crops, in pixels.
  private static let side = 64

  /// Makes the pages of the pictures that excite most units, and of the classes that the net sees in them.
  ///
  /// - Returns: the pages' numbers by the pictures' places in the index.
  private func pages(
    of index: ExemplarSearch.Index?, _ model: Model, _ differentiator: any Differentiator, _ context: RunContext,
    into site: inout ExploredSite
  ) throws -> [Int: Int] {
    guard let index else { return [:] }
    var excited: [Int: Int] = [:]
    for unit in index.layers.flatMap(\.units) {
      for exemplar in unit.activity.exemplars { excited[exemplar.picture, default: 0] += 1 }
    }
    let chosen = excited.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(settings.pages).map(\.key).sorted()
    let isClassified = ExploredPictures.isClassifier(model)
    let maker = isClassified ? try ExploredPictures(model, differentiator, context: context) : nil
    if !isClassified { site.remarks.append("the net has no row of classes, so pictures have no pages") }
    var outputs: [[Float]] = []
    var shown: [Int: Int] = [:]
    for (number, picture) in chosen.enumerated() {
      guard let maker else { break }
      context.progress.step("pages", number, of: chosen.count)
      try Interruption.check()
      do {
        let (page, values) = try maker.page(number, pictureAt: index.pictures[picture])
        shown[picture] = site.net.pictures.count
        site.net.pictures.append(page)
        outputs.append(values)
      } catch let error as ModelError {
        site.remarks.append("'\(index.pictures[picture])' has no page: \(error)")
      }
    }
    site.net.sheet = .init(side: Self.side, gap: ExemplarCrops.gap)
    guard let count = outputs.first?.count else { return [:] }
    site.net.classNames = model.classNames.names.count == count ? model.classNames.names : []
    site.parts.append(("classes", ExploredClasses(of: outputs)))
    let classes = Set(site.net.pictures.compactMap { $0.top.first?.index }).sorted()
    let tiles = ExploredTiles(
      model: model, settings: settings, context: context, differentiator: differentiator, total: classes.count)
    // Each by itself, so that its command line makes it again.
    site.net.classes = .init(
      folder: "classes", details: "classes", command: command(for: "output"),
      units: try tiles.make("output", classes, batch: 1, into: "classes", behind: 0).map(\.unit))
    return shown
  }

  private func tiles(
    of selection: UnitSelection, _ index: ExemplarSearch.Index?, pages shown: [Int: Int], _ links: UnitLinks,
    _ model: Model, _ differentiator: any Differentiator, _ context: RunContext, into site: inout ExploredSite
  ) throws {
    let ways = try index.flatMap {
      try ExploredWays(
        of: $0, selection, model, size: settings.recipe.inputSize(of: model), differentiator, context)
    }
    let tiles = ExploredTiles(
      model: model, settings: settings, context: context, differentiator: differentiator, total: selection.count,
      ways: ways)
    let other = try settings.against.map { try self.comparison($0, selection, index, model, differentiator, context) }
    site.net.against = settings.against
    if let missing = other?.comparison.missing, !missing.isEmpty {
      site.remarks.append("not in \(settings.against ?? ""): \(missing.joined(separator: ", "))")
    }
    let variants = ExploredVariants(
      model: model, settings: settings, context: context, differentiator: PlanCache(differentiator, capacity: 8))
    let flow = try index.flatMap { index in
      try ExploredPictures.isClassifier(model)
        ? GradientFlow(through: selection.layers.map(\.name), of: model, at: index.readable, differentiator, context)
        : nil
    }
    let mitigated = try mitigated(in: model, among: selection)
    var done = 0
    for (number, (layer, units)) in selection.layers.enumerated() {
      let folder = "tiles/\(number)"
      let made = try tiles.make(layer, units, batch: settings.recipe.batch, into: folder, behind: done)
      done += units.count
      let details = "units/\(number)"
      let found = index?.layers[number]
      let beside = try other.map { try $0.tiles.make($0.comparison, layer, into: "against/\(number)") } ?? [:]
      let way = try ways?.places(leadingTo: layer) ?? []
      var pages: [ExploredDetails.Unit] = []
      for (place, made) in made.enumerated() {
        context.progress.step("variants", done - units.count + place, of: selection.count)
        let unit = made.unit.unit
        var page = ExploredDetails.Unit(
          bands: made.bands, reads: links.reads(of: layer, unit), writes: links.writes(of: layer, unit),
          against: beside[unit])
        if let index, let found {
          let activity = found.units[place].activity
          page.activity = .init(activity, in: found, of: index, pages: shown)
          let exemplars = activity.exemplars.map(\.picture)
          if let check = made.means.flatMap({ ways?.check($0, at: way, among: exemplars) }) {
            page.path = .init(check, among: exemplars.count)
          }
          if settings.accentuate, let best = exemplars.first {
            page.accentuated = try variants.accentuate(layer, unit, photograph: index.pictures[best], into: folder)
          }
        }
        if settings.diversity > 0 {
          page.diverse = try variants.diversify(layer, unit, activation: made.unit.activation, into: folder)
        }
        pages.append(page)
      }
      let chain = links.kernels[layer].map { KernelChain(of: $0).places }
      var explored = ExploredNet.Explored(
        folder: folder, details: details, crops: found.map { _ in "crops/\(number)" },
        against: beside.isEmpty ? nil : "against/\(number)", command: command(for: layer),
        units: made.map { made in
          var unit = made.unit
          unit.correlation = beside[unit.unit]?.correlation
          unit.flow = flow?.shares[layer]?[at: unit.unit]
          unit.place = chain?[at: unit.unit]
          return unit
        })
      if mitigated.contains(layer) {
        let part = "\(details)-mitigations"
        site.parts.append((part, try tiles.mitigations(layer, units, into: folder)))
        explored.mitigations = part
      }
      for (part, first) in stride(from: 0, to: pages.count, by: explored.together).enumerated() {
        let units = pages[first..<min(first + explored.together, pages.count)]
        site.parts.append(
          (
            "\(details)-\(part)",
            ExploredDetails(units: Array(units), way: ways.map { ways in way.map { ways.paths.layers[$0].name } })
          ))
      }
      guard let place = site.net.layers.firstIndex(where: { $0.name == layer }) else { continue }
      site.net.layers[place].explored = explored
    }
  }

  /// Lays out what a layer makes of the pictures.
  private func atlas(
    of index: ExemplarSearch.Index?, pages: [Int: Int], _ links: UnitLinks, _ model: Model,
    _ differentiator: any Differentiator, _ context: RunContext, into site: inout ExploredSite
  ) throws {
    guard let named = settings.atlas, let index else { return }
    let layer = try model.network.operatorName(ofLayer: named)
    let maker = try AtlasMaker(
      model, layer: layer, links: links, settings: settings, context: context, differentiator)
    guard let made = try maker.make(of: index, pages: pages) else {
      site.remarks.append("\(layer) has no atlas: the pictures give too few positions for so many cells")
      return
    }
    site.net.atlas = .init(layer: layer, cells: made.atlas.cells.count, groups: made.atlas.groups.count)
    site.parts.append(("atlas", made.atlas))
    for (page, places) in made.places { site.net.pictures[page].groups = places }
  }

  private func comparison(
    _ other: String, _ selection: UnitSelection, _ index: ExemplarSearch.Index?, _ model: Model,
    _ differentiator: any Differentiator, _ context: RunContext
  ) throws -> (comparison: ExploredComparison, tiles: ExploredTiles) {
    var comparison = try ExploredComparison(
      self.model, other, selection, size: settings.recipe.inputSize(of: model), context: context)
    let engine = try context.differentiator(for: comparison.model.network)
    if let index {
      try comparison.correlate(with: model, over: index.readable, (differentiator, engine))
    }
    var quiet = settings
    quiet.negative = false
    let tiles = ExploredTiles(
      model: comparison.model, settings: quiet, context: context, differentiator: engine, total: selection.count,
      name: "against ")
    return (comparison, tiles)
  }

  /// What makes pictures of a layer by themselves: up to the units, and behind them.
  func command(for layer: String) -> [String] {
    let front = ["gingham", LayerVisualizationRun.name, model.specification] + model.words
    return [
      ShellWord.line(front + ["--all-channels", layer, "--channels"]),
      ShellWord.line(["--recipe", "recipe.yaml", "--seed", "\(settings.seed)"]),
    ]
  }

  private func net(_ table: LayerTable, of model: Model) throws -> (net: ExploredNet, remarks: [String]) {
    var prediction: PredictFindings?
    var remarks: [String] = []
    do {
      prediction = try PredictFindings(of: model)
    } catch let error as InterruptionError {
      throw error
    } catch {
      remarks.append("the start page has no prediction: \(error)")
    }
    let predicted = Dictionary(prediction?.layers.map { ($0.name, $0) } ?? []) { first, _ in first }
    let reads = (try? model.bound()).map(ExploredNet.readers) ?? [:]
    let layers = table.layers.map { row in
      ExploredNet.Layer(
        name: row.name, operation: row.operation, shape: row.outputShape, stride: row.stride,
        field: row.receptiveField, parameters: row.parameters, macs: row.macs, reads: reads[row.name] ?? [],
        grid: predicted[row.name]?.cv2,
        period: predicted[row.name]?.period)
    }
    let net = ExploredNet(
      model: model.source.specification, input: table.inputShape,
      sentences: prediction.map(ExploredNet.sentences) ?? [],
      bands: prediction.map(ExploredNet.bands) ?? [],
      layers: layers)
    return (net, remarks)
  }
}

/// All that the pages of a site show: what every page needs, and parts that are read when a page needs them.
private struct ExploredSite {
  var net: ExploredNet
  var parts: [(name: String, data: any Encodable)] = []
  var remarks: [String]

  init(net: (net: ExploredNet, remarks: [String])) { (self.net, remarks) = net }

  /// - Throws: ``FormatError/unwritable(path:reason:)``, and what encoding does.
  func write(into folder: RunFolder) throws {
    let sections = net.layers.compactMap { layer in
      layer.explored.map { page in
        Site.Section(layer.name, links: page.units.map { .init("\($0.unit)", file: "\(page.folder)/\($0.unit).webp") })
      }
    }
    let pictures = Site.Section("pictures", links: net.pictures.map { .init($0.name, file: $0.file) })
    let samples = Site.Section(
      "samples", links: (net.generator?.samples ?? []).enumerated().map { .init("\($0)", file: $1.file) })
    try Site(title: net.model, sections: sections + [pictures, samples].filter { !$0.links.isEmpty })
      .write(net, parts: parts, into: folder)
  }
}

extension Array {
  fileprivate subscript(at index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
