import ArgumentParser
import Gingham

struct CompareCommand: VerbCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Makes the same visualizations under several mitigations and seeds, and says what each costs and buys.",
    discussion: """
      A mitigation is a preset (\(Recipe.presetNames.joined(separator: ", "))) or a recipe file. The first is the one that
      the others are compared with. Settings given here change all of them.
      """)

  @Argument(help: ModelOptions.modelHelp, completion: .file()) var model: String

  @Option(parsing: .upToNextOption, help: "What the pictures shall maximise; several are compared together.")
  var objective: [String]

  @Option(parsing: .upToNextOption, help: ArgumentHelp("Presets or recipe files.", valueName: "name"))
  var mitigations = ["naive", "jitter", "multiscale", "frequency", "fourier", "robust", "lattice", "all"]

  @Option(help: "Seeds for each, counted from --seed.") var seeds = 3
  @Option(help: "The first seed.") var seed: UInt64 = 0

  @Option(
    help: """
      How the table is sorted: clean, by the narrowest lines and saturation together, activation, the strongest first, or \
      lattice, the least on the net's lattice first.
      """)
  var sort: Comparison.Order = .clean

  @Flag(
    help: """
      Beside each mitigation the first one with one of its settings at a time, so that it shows which of them does what.
      """)
  var factorial = false

  @Option(help: "Steps of each run.") var steps: Int?
  @Option(help: ArgumentHelp("Size of the pictures.", valueName: "HxW")) var size: String?
  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var common: RunOptions

  func makeRun() throws -> any Run {
    let changes = [("steps", steps.map(String.init)), ("size", size)].compactMap { name, value in
      value.map { (name: name, value: $0, source: "--" + name) }
    }
    let asked = try mitigations.map { try CompareSettings.Mitigation($0, changes: changes) }
    var settings = CompareSettings(
      objectives: objective, mitigations: factorial ? CompareSettings.Mitigation.factorial(asked) : asked)
    (settings.seeds, settings.seed, settings.sort, settings.steps, settings.size) = (seeds, seed, sort, steps, size)
    return CompareRun(modelOptions.source(model), settings: settings)
  }
}

extension Comparison.Order: ExpressibleByArgument {}
