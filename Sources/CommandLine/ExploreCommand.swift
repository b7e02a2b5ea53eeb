import ArgumentParser
import Gingham

struct ExploreCommand: VerbCommand {
  static let configuration = CommandConfiguration(
    commandName: "explore", abstract: "Makes a site of a net: its layers, and a picture and a page for each unit.",
    discussion: """
      The folder opens from a disk in any browser (index.html) and asks nobody for anything. What is explored are the
      channels of all convolutions, unless layers are named. The same command goes on with a run that was cut short.

      Pictures are made by the recipe robust at 128×128 pixels in 96 steps, 8 units in a pass, unless options say
      otherwise. Presets: \(Recipe.presetNames.joined(separator: ", ")).
      \(RecipeOptions.discussion)
      """)

  @Argument(help: ModelOptions.modelHelp, completion: .file()) var model: String

  @Option(
    help: ArgumentHelp("Layers whose units get pictures; all convolutions without it.", valueName: "a,b"),
    transform: read(ExploreSettings.layers(parsing:)))
  var layers: [String]?

  @Option(
    help: ArgumentHelp("Only these units of each layer.", valueName: "first-last"),
    transform: read(VisualizeSettings.channels(parsing:)))
  var units: ClosedRange<Int>?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Your pictures: pages show which of them excite each unit most, and where. Folders, quoted patterns, @FILE and - go too.",
      valueName: "files"), completion: .file())
  var pictures: [String] = []
  @OptionGroup var list: ListOption

  @Option(help: ArgumentHelp("Pictures that have a page of their own, at most.", valueName: "count")) var pages = 200
  @Flag(help: "A second picture of each unit, which lowers it: twice the work.") var negative = false

  @Option(help: "The recipe to use: \(Recipe.presetNames.joined(separator: ", ")).") var preset: String?
  @Option(help: ArgumentHelp("A recipe file (YAML), which names its preset.", valueName: "file"), completion: .file())
  var recipe: String?

  @Option(help: "Seed of the starts and of every random transform.") var seed: UInt64 = 0
  @OptionGroup var recipeOptions: RecipeOptions
  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var common: RunOptions

  func makeRun() throws -> any Run {
    if preset != nil, recipe != nil { throw ValidationError("--preset and --recipe exclude each other") }
    let given = Set(recipeOptions.changes.map(\.name))
    let usual = ExploreSettings.tileChanges.filter { preset == nil && recipe == nil && !given.contains($0.0) }
    let changes = usual.map { (name: $0.0, value: $0.1, source: $0.0) } + recipeOptions.changes
    var settings = ExploreSettings(recipe: try Recipe(preset: preset, file: recipe, changes: changes))
    (settings.layers, settings.units, settings.seed) = (layers, units, seed)
    (settings.images, settings.pages, settings.negative) = (pictures + list.words, pages, negative)
    return ExploreRun(modelOptions.source(model), settings: settings)
  }
}
