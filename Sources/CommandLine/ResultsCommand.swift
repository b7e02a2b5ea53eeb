import ArgumentParser
import Gingham

struct ResultsCommand: VerbCommand {
  static let configuration = CommandConfiguration(
    commandName: "results",
    abstract: "Lists, filters and compares what runs have found, from the folders that they left.",
    discussion: """
      Reads the manifests and findings of runs in the folders and below them. Listed are the bands that all pictures of a
      run show together; --each lists those of single pictures, layers and experiments, too. Figures that several runs have
      stand side by side below. With --output there are a table (results.csv) and a plot (results.png).
      """)

  @Argument(help: "Folders of runs, or folders that hold some.", completion: .directory)
  var folders: [String] = ["outputs"]

  @Option(help: ArgumentHelp("Only runs of models with this in their names.", valueName: "name")) var model: String?
  @Option(help: ArgumentHelp("Only runs of this verb.", valueName: "verb")) var verb: String?
  @Option(help: ArgumentHelp("Only bands that such a layer brings in.", valueName: "name")) var layer: String?

  @Option(
    name: .customLong("period"), parsing: .singleValue,
    help: ArgumentHelp("Only bands of this period; may be given several times.", valueName: "px"))
  var periods: [Int] = []

  @Option(help: ArgumentHelp("Only runs from this day or moment on, in UTC.", valueName: "YYYY-MM-DD"))
  var since: String?

  @Option(help: ArgumentHelp("Only runs up to this day or moment, in UTC.", valueName: "YYYY-MM-DD"))
  var until: String?

  @Flag(help: "List single pictures, layers and experiments, too.") var each = false

  @Option(help: ArgumentHelp("A file for the figures, a line each.", valueName: "file"), completion: .file())
  var csv: String?

  @OptionGroup var common: RunOptions

  func makeRun() -> any Run {
    var settings = ResultsSettings(folders: folders)
    (settings.model, settings.verb, settings.layer, settings.periods) = (model, verb, layer, periods)
    (settings.since, settings.until, settings.each, settings.csv) = (since, until, each, csv)
    return ResultsRun(settings: settings)
  }
}
