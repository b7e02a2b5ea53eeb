import ArgumentParser
import Gingham

/// A preset, a recipe file, and settings changed one by one; values are written as in the file.
struct RecipeOptions: ParsableArguments {
  static let discussion = """
    A preset is a recipe: --print-recipe shows it, --recipe runs an edited one. Single settings are written as in the
    file, for example --transforms "[pad: 12, jitter: 8, scale: [0.95, 1, 1.05]]" or --penalties "{total-variation: 5}".
    """

  @Option(help: ArgumentHelp("A recipe file (YAML).", valueName: "file"))
  var recipe: String?

  @Option(help: ArgumentHelp("Size of the picture.", valueName: "HxW"))
  var size: String?

  @Option(help: ArgumentHelp("Size at which the network is shown it; the picture's without it.", valueName: "HxW"))
  var viewSize: String?

  @Option(help: "Steps of the optimizer.")
  var steps: Int?

  @Option(help: "Pictures made together.")
  var batch: Int?

  @Option(help: "Random views of each picture in a step.")
  var draws: Int?

  @Option(help: "pixel, fourier, laplacian or maco.")
  var parameterization: String?

  @Option(help: "Exponent by which Fourier parameters weigh low frequencies.")
  var decay: String?

  @Option(help: ArgumentHelp("A folder of pictures whose mean spectrum maco keeps, or 1/f.", valueName: "dir"))
  var spectrum: String?

  @Option(help: ArgumentHelp("none, decorrelated, or \"measured: DIR\" of pictures.", valueName: "colour"))
  var colour: String?

  @Option(help: "sigmoid, or clipped.")
  var range: String?

  @Option(help: "sgd, adam, nadam or normalized.")
  var optimizer: String?

  @Option(help: "Length of the optimizer's steps.")
  var rate: String?

  @Option(help: ArgumentHelp("Random changes between picture and network.", valueName: "list"))
  var transforms: String?

  @Option(help: ArgumentHelp("Prices on the picture.", valueName: "map"))
  var penalties: String?

  @Option(help: ArgumentHelp("What is done to the gradient.", valueName: "list"))
  var gradient: String?

  @Option(help: "Whether strided layers filter the gradient that they send back.")
  var smoothStrides: String?

  @Option(help: "Sizes that the picture grows through.")
  var octaves: String?

  @Option(help: "Factor between two octaves.")
  var octaveRatio: String?

  @Option(help: ArgumentHelp("Side of tiles for pictures that are too large for the net.", valueName: "pixels"))
  var tile: String?

  @Option(help: "Steps with redirected rectifiers, which wake dead units.")
  var redirectedSteps: String?

  @Option(help: ArgumentHelp("Steps after which the picture is kept.", valueName: "list"))
  var snapshots: String?

  /// The settings that were given, by their names in a recipe.
  private var changes: [(name: String, value: String)] {
    let given: [(String, String?)] = [
      ("size", size), ("input-size", viewSize), ("steps", steps.map(String.init)), ("batch", batch.map(String.init)),
      ("draws", draws.map(String.init)), ("parameterization", parameterization), ("decay", decay),
      ("spectrum", spectrum), ("colour", colour?.first == "m" ? "{\(colour ?? "")}" : colour), ("range", range),
      ("optimizer", optimizer), ("rate", rate), ("transforms", transforms), ("penalties", penalties),
      ("gradient", gradient), ("smooth-strides", smoothStrides), ("octaves", octaves), ("octave-ratio", octaveRatio),
      ("tile", tile), ("redirected-steps", redirectedSteps), ("snapshots", snapshots),
    ]
    return given.compactMap { name, value in value.map { (name, $0) } }
  }

  /// The recipe under a preset's name, or that of the file.
  func resolved(preset: String?) throws -> Recipe {
    if preset != nil, recipe != nil {
      throw VisualizationError.contradiction("--preset and --recipe exclude each other: a recipe names its preset")
    }
    var resolved = try recipe.map(Recipe.init(yaml:)) ?? Recipe.preset(preset ?? "robust")
    for (name, value) in changes { try resolved.set(option: name, to: value) }
    try resolved.validate()
    return resolved
  }
}
