import ArgumentParser
import Gingham
import GinghamOptions

struct VerifyCommand: VerbCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Holds the fast engine against the 64-bit reference on your network, or runs ONNX test cases.",
    usage: """
      gingham verify <model> [--image <path>] [options]
      gingham verify --case <dir> ... [--backend <backend>] [options]
      """,
    discussion: """
      Errors are max|Δ|/max|reference|. With --case, each folder holds model.onnx and test_data_set_N/ as the ONNX
      suite has them; they run on the engine that --backend names.
      """)

  @Argument(help: ModelOptions.modelHelp, completion: .file()) var model: String?

  @Option(
    name: .customLong("case"), parsing: .upToNextOption, help: "Folders of ONNX test cases.", completion: .directory)
  var cases: [String] = []

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var options: SettingOptions<VerifySettings>
  @OptionGroup var common: RunOptions

  func makeRun() throws -> any Run {
    switch (model, cases.isEmpty) {
    case (let model?, true):
      return VerifyRun(try modelOptions.source(model), settings: try options.applied(to: VerifySettings()))
    case (nil, false): return ConformanceRun(cases: cases)
    default: throw ValidationError("name a model, or folders of test cases with --case, and not both")
    }
  }
}
