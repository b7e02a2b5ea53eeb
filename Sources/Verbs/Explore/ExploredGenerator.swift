import Foundation
import GinghamDifferentiation
import GinghamGeneration
import GinghamImaging
import GinghamModels
import GinghamNetworks
import GinghamReporting
import GinghamTensors

/// What the pages of a generator show: samples, the maps of every layer on the way up with their grid, the layer behind it,
/// and the same samples repaired.
struct ExploredGenerator: Codable {
  struct Sample: Codable {
    var file: String
    /// The same latents through the repaired net; `nil` where nothing was rewritten.
    var repaired: String?
  }

  struct Layer: Codable {
    var name: String
    var operation: String
    /// Channels, height, width.
    var shape: [Int]
    /// Pixels of the picture between neighbouring elements.
    var spacing: Double
    /// Of its maps: `<folder>/<sample>.webp`.
    var folder: String
    var bands: [Band]
  }

  struct Band: Codable {
    /// In pixels of the picture.
    var period: Int
    /// Of the fine detail, in 0…1.
    var share: Double
    /// What white noise gives.
    var chance: Double
    /// The part that all samples have alike, over its surroundings, in dB.
    var peak: Double?
    /// Whose enlargement gives the period.
    var layer: String?
  }

  /// A band that the pictures show.
  struct Cause: Codable {
    var period: Int
    /// Who is to blame; `nil`: no single layer.
    var layer: String?
    var text: String
  }

  /// Of the pictures as a set.
  var verdict: String
  /// That were measured: more than are shown.
  var measured: Int
  var causes: [Cause]
  var width: Int
  var height: Int
  var samples: [Sample]
  var layers: [Layer]
  /// What `repair` says, before and after; or why it did nothing.
  var repair: String
  /// What makes all of this by itself.
  var commands: [String]
}

/// Makes what the pages of a generator of latents show.
struct GeneratorExplorer {
  let model: Model
  let settings: ExploreSettings
  let context: RunContext

  /// Samples that are shown.
  private static let shown = 12
  /// Samples that are measured.
  private static let measured = 64
  /// Channels of a layer that are shown: those that differ most over the first sample's map.
  private static let channels = 16

  /// What is kept of it, with the files it needs.
  private struct Made: Codable {
    var generator: ExploredGenerator
    var files: [String: Data]
  }

  /// Whether a net makes pictures of random numbers.
  static func explores(_ model: Model) throws -> Bool {
    guard try Generator.isGenerator(model), case .latents = try Generator(model).source else { return false }
    return true
  }

  /// Writes `samples`, `repaired` and `maps`.
  ///
  /// - Throws: ``GeneratorError`` where pictures were given, and what ``TraceRun`` and ``RepairRun`` throw of more than
  ///   nothing to repair.
  func explore() throws -> ExploredGenerator {
    let made = try context.once("generator") { Finished(value: try make()) }.value
    for (name, data) in made.files.sorted(by: { $0.key < $1.key }) { try context.folder?.write(name, data: data) }
    return made.generator
  }

  private func make() throws -> Made {
    let quiet = context.writing(into: nil)
    var asked = TraceSettings(images: settings.images)
    (asked.samples, asked.seed) = (Self.measured, settings.seed)
    guard
      case .pictures(let trace) = try GeneratorTracer(model, settings: asked, context: quiet).result().findings
    else { throw GeneratorError.makesNoPictures(model: model.source.specification, outputs: []) }
    let generator = try Generator(model)
    let sampler = try PictureSampler(generator, engine: context.engine, team: context.team)
    let latents = try generator.latents(Self.shown, seed: settings.seed)
    var files: [String: Data] = [:]
    let names = try draw(try sampler.pictures(of: latents), as: "samples", into: &files)
    let (repair, repaired) = try repaired(quiet)
    let again = try repaired.map { net in
      let same = try PictureSampler(Generator(net), range: sampler.range, engine: context.engine, team: context.team)
      return try draw(try same.pictures(of: latents), as: "repaired", into: &files)
    }
    try drawMaps(of: trace.layers.map(\.name), latents, generator, into: &files)
    let layers = trace.layers.enumerated().map { number, layer in
      ExploredGenerator.Layer(
        name: layer.name, operation: layer.operation, shape: layer.shape, spacing: layer.spacing,
        folder: Self.folder(ofLayer: number),
        bands: layer.bands.map {
          .init(
            period: $0.pixels, share: $0.band.share, chance: $0.band.null,
            peak: $0.band.lockedShare > 0 ? $0.band.peakDecibels : nil, layer: $0.layer)
        })
    }
    let words = [model.source.specification] + model.source.words
    let seed = ["--seed", "\(settings.seed)"]
    let commands = [
      ["generate"] + words + ["--samples", "\(Self.shown)"], ["trace"] + words + ["--samples", "\(Self.measured)"],
      ["repair"] + words + ["--samples", "\(Self.measured)"],
    ]
    return Made(
      generator: ExploredGenerator(
        verdict: trace.verdict.text, measured: trace.samples,
        causes: trace.causes.map { .init(period: $0.period, layer: $0.layer, text: $0.evidence) },
        width: sampler.pictureShape[2], height: sampler.pictureShape[1],
        samples: names.enumerated().map { .init(file: $1, repaired: again?[$0]) }, layers: layers, repair: repair,
        commands: commands.map { ShellWord.line(["gingham"] + $0 + seed) }),
      files: files)
  }

  /// The net as `repair` rewrites it, and what it says; no net where there is nothing to rewrite.
  private func repaired(_ context: RunContext) throws -> (text: String, model: Model?) {
    var asked = RepairSettings()
    (asked.samples, asked.seed) = (Self.measured, settings.seed)
    do {
      let (result, repaired) = try RepairRun(model.source, settings: asked).repair(model, in: context)
      return (result.findings.text, result.findings.rewrites.isEmpty ? nil : repaired)
    } catch let error as RepairError {
      return ("\(error)", nil)
    }
  }

  private func draw(_ pictures: Tensor, as folder: String, into files: inout [String: Data]) throws -> [String] {
    try (0..<pictures.shape[0]).map { number in
      let name = "\(folder)/\(number).webp"
      let picture = try Picture(pictures.sample(number))
      // A grid is faint: what compresses may not take it out.
      files[name] = Data(try picture.withoutAlpha.encodedWebP(path: name, quality: 95))
      return name
    }
  }

  private static func folder(ofLayer number: Int) -> String { "maps/\(number)" }

  private func drawMaps(
    of layers: [String], _ latents: Tensor, _ generator: Generator, into files: inout [String: Data]
  ) throws {
    let plan = try context.differentiator(for: model.network).plan(
      PlanRequest(
        inputShapes: [model.inputShape(batch: generator.batch)], targets: try layers.map(model.network.value),
        gradients: []))
    // The same of every sample, so that they can be held against each other.
    var chosen: [[Int]] = []
    for sample in 0..<latents.shape[0] {
      let all = try plan.forward([generator.filled(latents.slice(axis: 0, sample..<(sample + 1)))]).map { $0.sample(0) }
      for (layer, maps) in zip(layers, all) { try maps.requireFinite("'\(layer)'") }
      if chosen.isEmpty { chosen = all.map(Self.liveliest) }
      for (number, maps) in all.enumerated() {
        let sheet = try Picture.montage(chosen[number].map { try Self.tile($0, of: maps) }, columns: 4, gap: 1)
        files["\(Self.folder(ofLayer: number))/\(sample).webp"] = Data(
          try sheet.encodedWebP(path: layers[number], quality: 95))
      }
    }
  }

  /// The channels of maps 1×C×H×W that differ most over their map, in their order.
  private static func liveliest(of maps: Tensor) -> [Int] {
    let spreads = (0..<maps.shape[1]).map { channel -> Double in
      let values = maps.slice(axis: 1, channel..<(channel + 1)).scalars.map(Double.init)
      let mean = values.reduce(0, +) / Double(values.count)
      return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }
    return Array(spreads.indices.sorted { (spreads[$1], $0) < (spreads[$0], $1) }.prefix(channels)).sorted()
  }

  /// From the channel's least to its most.
  private static func tile(_ channel: Int, of maps: Tensor) throws -> Picture {
    let map = maps.slice(axis: 1, channel..<(channel + 1)).reshaped(to: [1, maps.shape[2], maps.shape[3]])
    let values = map.scalars
    let (least, most) = (values.min() ?? 0, values.max() ?? 0)
    return try Picture(map.map { most > least ? ($0 - least) / (most - least) : 0.5 })
  }
}
