import ArgumentParser
import Gingham
import GinghamOptions

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
  @OptionGroup var options: SettingOptions<ResultsSettings>
  @OptionGroup var common: RunOptions

  func makeRun() throws -> any Run {
    ResultsRun(settings: try options.applied(to: ResultsSettings(folders: folders)))
  }
}
