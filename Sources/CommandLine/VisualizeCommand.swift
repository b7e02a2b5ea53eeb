import ArgumentParser
import Gingham
import GinghamOptions

struct VisualizeCommand: VerbCommand {
  /// For every verb that makes pictures by a recipe.
  static let aboutRecipes = """
    A preset is a recipe: --print-recipe shows it, --recipe runs an edited one. Single settings are written as in the
    file, for example --transforms "[pad: 12, jitter: 8, scale: [0.95, 1, 1.05]]" or --penalties "{total-variation: 5}".
    """

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
      \(aboutRecipes)
      """)

  @Argument(help: ModelOptions.modelHelp, completion: .file()) var model: String?
  @OptionGroup var options: SettingOptions<VisualizeSettings>
  @Flag(help: "Print the recipe and do nothing.") var printRecipe = false
  @OptionGroup var recipe: SettingOptions<RecipeChoice>
  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var common: RunOptions

  func makeRun() throws -> any Run {
    let recipe = try recipe.applied(to: .usual)
    if printRecipe { return RecipeRun(try recipe.recipe()) }
    guard let model else { throw ValidationError("name a model") }
    return try options.applied(to: .usual).run(of: modelOptions.source(model), by: recipe)
  }
}
