import ArgumentParser
import Gingham

struct BenchCommand: VerbCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Times the forward pass and the input gradient of an objective.")

  @Argument(help: ModelOptions.modelHelp, completion: .file()) var model: String
  @OptionGroup var modelOptions: ModelOptions
  @Option(help: "What the gradient is of; the net is cut behind it.") var target = "top"
  @Option(help: "Pictures in a batch.") var batch = 1
  @Option(help: "At least this many timed runs.") var runs = 20
  @Flag(help: "Also how long each layer takes, and which code runs it.") var layers = false
  @OptionGroup var common: RunOptions

  func makeRun() -> any Run {
    var settings = BenchSettings()
    (settings.target, settings.batch, settings.runs, settings.layers) = (target, batch, runs, layers)
    return BenchRun(modelOptions.source(model), settings: settings)
  }
}
