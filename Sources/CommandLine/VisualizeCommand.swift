import ArgumentParser
import Foundation
import Gingham

struct VisualizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "visualize",
    abstract: "Makes pictures that an objective likes, and measures their checkerboard.",
    usage: """
      gingham visualize <model> --objective <objective> [options]
      gingham visualize <model> --all-channels <layer> [--channels <first-last>] [options]
      gingham visualize --print-recipe [--preset <name>] [options]
      """,
    discussion: """
      OBJECTIVE is channel:LAYER:97 or LAYER:97, neuron:LAYER:97[:Y,X], layer:LAYER (DeepDream), class:281,
      class:"Egyptian cat", direction:LAYER:file.npy, direction-neuron:LAYER:file.npy[:Y,X], cosine:LAYER:file.npy,
      caricature:LAYER:picture, inversion:LAYER:picture, diversity:LAYER, or a sum such as "0.5*A + B - C". It is always
      maximised.

      Presets: \(Recipe.presetNames.joined(separator: ", ")).
      \(RecipeOptions.discussion)
      """)

  @Argument(help: ModelOptions.modelHelp)
  var model: String?

  @Option(help: "What the picture shall maximise.")
  var objective: String?

  @Option(help: ArgumentHelp("Every channel of this layer, into a contact sheet and an index.", valueName: "layer"))
  var allChannels: String?

  @Option(help: ArgumentHelp("Only these channels of --all-channels.", valueName: "first-last"))
  var channels: ChannelRange?

  @Option(help: "The recipe to use: \(Recipe.presetNames.joined(separator: ", ")).")
  var preset: String?

  @Option(help: ArgumentHelp("A picture to begin from, or parameters as .npy; noise without it.", valueName: "file"))
  var start: String?

  @Option(help: "Seed of the start and of every random transform.")
  var seed: UInt64 = 0

  @Flag(help: "Print the recipe and do nothing.")
  var printRecipe = false

  @OptionGroup var recipeOptions: RecipeOptions
  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var common: RunOptions

  func validate() throws {
    guard !printRecipe else { return }
    guard model != nil else { throw ValidationError("name a model") }
    guard (objective == nil) != (allChannels == nil) else {
      throw ValidationError("give --objective or --all-channels, one of them")
    }
    if channels != nil, allChannels == nil { throw ValidationError("--channels goes with --all-channels") }
    if start != nil, allChannels != nil { throw ValidationError("--start goes with --objective") }
  }

  func run() throws {
    var recipe = try recipeOptions.resolved(preset: preset)
    if printRecipe {
      print(recipe.yaml, terminator: "")
      return
    }
    guard let name = model else { return }
    let started = Date()
    let progress = common.progress
    progress.step("loading")
    let model = try modelOptions.load(name)
    let differentiator = try common.backend.differentiator(for: model.network, threads: common.threadCount)
    let folder = try common.folder(verb: "visualize", model: name)
    if let layer = allChannels {
      if recipeOptions.batch == nil, recipe.batch == 1 { recipe.batch = 8 }
      let index = try LayerVisualizationRun(
        model, layer: layer, channels: channels?.range, recipe: recipe, seed: seed, differentiator: differentiator
      ).run(into: folder) { progress.step("steps", $0, of: $1) }
      try folder.commit(manifest(name, recipe, started: started, seconds: nil, digest: model.digest()))
      progress.finish()
      for warning in index.warnings { progress.remark(warning) }
      try common.report(index, text: index.text + "\nWritten to \(folder.path)")
    } else if let objective {
      let run = try VisualizationRun(
        model, objective: objective, recipe: recipe, start: start, seed: seed, differentiator: differentiator)
      let result = try run.run { progress.step("steps", $0, of: $1) }
      try run.write(result, into: folder)
      try folder.commit(manifest(name, recipe, started: started, seconds: result.seconds, digest: model.digest()))
      progress.finish()
      for warning in result.findings.warnings { progress.remark(warning) }
      let seconds = String(format: "%.1f s", result.seconds)
      try common.report(result.findings, text: result.findings.text + "\nWritten to \(folder.path) in \(seconds)")
    }
  }

  private func manifest(_ name: String, _ recipe: Recipe, started: Date, seconds: Double?, digest: String?)
    -> Manifest
  {
    Manifest(
      command: CommandLine.arguments, version: ginghamVersion, model: name, modelDigest: digest,
      backend: common.backend.rawValue, threads: common.threadCount, seed: Int(clamping: seed),
      parameters: [
        "objective": objective.map(JSONValue.string) ?? .null, "layer": allChannels.map(JSONValue.string) ?? .null,
        "start": start.map(JSONValue.string) ?? .null, "recipe": .string(recipe.yaml),
        "seconds": seconds.map(JSONValue.number) ?? .null,
      ],
      started: started)
  }
}

/// `0-31`, or one number.
struct ChannelRange: ExpressibleByArgument {
  var range: Range<Int>

  init?(argument: String) {
    let ends = argument.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard let ends = ends as? [Int], (1...2).contains(ends.count), ends[0] >= 0, ends[ends.count - 1] >= ends[0],
      ends[ends.count - 1] < Int.max
    else { return nil }
    range = ends[0]..<(ends[ends.count - 1] + 1)
  }
}
