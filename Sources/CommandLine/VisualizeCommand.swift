import ArgumentParser
import Gingham

struct VisualizeCommand: VerbCommand {
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

  @Argument(help: ModelOptions.modelHelp, completion: .file()) var model: String?
  @Option(help: "What the picture shall maximise.") var objective: String?

  @Option(help: ArgumentHelp("Every channel of this layer, into a contact sheet and an index.", valueName: "layer"))
  var allChannels: String?

  @Option(
    help: ArgumentHelp("Only these channels of --all-channels.", valueName: "first-last"),
    transform: read(VisualizeSettings.channels(parsing:)))
  var channels: ClosedRange<Int>?

  @Option(help: "The recipe to use: \(Recipe.presetNames.joined(separator: ", ")).") var preset: String?
  @Option(help: ArgumentHelp("A recipe file (YAML), which names its preset.", valueName: "file"), completion: .file())
  var recipe: String?

  @Option(
    help: ArgumentHelp("A picture to begin from, or parameters as .npy; noise without it.", valueName: "file"),
    completion: .file())
  var start: String?

  @Option(
    help: ArgumentHelp(
      "A photograph: what the objective likes in it comes forward, and it stays what it is.", valueName: "picture"),
    completion: .file())
  var accentuate: String?

  @Option(
    help: ArgumentHelp(
      "The layer that stays near the photograph's activations; one half-way without it.", valueName: "layer"))
  var hold: String?

  @Option(help: ArgumentHelp("How firmly it does: about one part in so many may change.", valueName: "number"))
  var holdWeight = 4.0

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Photographs: does the picture travel through the net as those do that excite the objective most? Folders, quoted "
        + "patterns, @FILE and - go too.", valueName: "files"), completion: .file())
  var pathCheck: [String] = []

  @Option(help: "Seed of the start and of every random transform.") var seed: UInt64 = 0
  @Flag(help: "Print the recipe and do nothing.") var printRecipe = false
  @OptionGroup var recipeOptions: RecipeOptions
  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var common: RunOptions

  func makeRun() throws -> any Run {
    if preset != nil, recipe != nil { throw ValidationError("--preset and --recipe exclude each other") }
    let recipe = try Recipe(preset: preset, file: recipe, changes: recipeOptions.changes)
    if printRecipe { return RecipeRun(recipe) }
    guard let model else { throw ValidationError("name a model") }
    if channels != nil, allChannels == nil { throw ValidationError("--channels goes with --all-channels") }
    if start != nil, allChannels != nil { throw ValidationError("--start goes with --objective") }
    if allChannels != nil, accentuate != nil || hold != nil || !pathCheck.isEmpty {
      throw ValidationError("--accentuate, --hold and --path-check go with --objective")
    }
    switch (objective, allChannels) {
    case (let objective?, nil):
      var settings = VisualizeSettings(objective: objective, recipe: recipe)
      (settings.start, settings.seed, settings.pathCheck) = (start, seed, pathCheck)
      (settings.accentuate, settings.hold, settings.holdWeight) = (accentuate, hold, holdWeight)
      return VisualizeRun(modelOptions.source(model), settings: settings)
    case (nil, let layer?):
      var settings = VisualizeSettings(layer: layer, recipe: recipe)
      (settings.channels, settings.seed) = (channels, seed)
      let isBatchGiven = recipeOptions.changes.contains { $0.name == "batch" } || recipe.batch != 1
      if !isBatchGiven { settings.recipe.batch = LayerVisualizationRun.usualBatch }
      return LayerVisualizationRun(modelOptions.source(model), settings: settings)
    default: throw ValidationError("give --objective or --all-channels, one of them")
    }
  }
}
