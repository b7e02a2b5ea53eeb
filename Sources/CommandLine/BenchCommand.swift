import ArgumentParser
import Gingham
import GinghamOptions

struct BenchCommand: VerbCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Times the forward pass and the input gradient of an objective.")

  @Argument(help: ModelOptions.modelHelp, completion: .file()) var model: String
  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var options: SettingOptions<BenchSettings>
  @OptionGroup var common: RunOptions

  func makeRun() throws -> any Run {
    BenchRun(try modelOptions.source(model), settings: try options.applied(to: BenchSettings()))
  }
}
