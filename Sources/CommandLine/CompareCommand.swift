import ArgumentParser
import Gingham
import GinghamOptions

struct CompareCommand: VerbCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Makes the same visualizations under several mitigations and seeds, and says what each costs and buys.",
    discussion: """
      A mitigation is a preset (\(Recipe.presetNames.joined(separator: ", "))) or a recipe file. The first is the one that
      the others are compared with. Settings given here change all of them.
      """)

  @Argument(help: ModelOptions.modelHelp, completion: .file()) var model: String
  @OptionGroup var options: SettingOptions<CompareSettings>
  @OptionGroup var mitigations: SettingOptions<MitigationChoice>
  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var common: RunOptions

  func makeRun() throws -> any Run {
    let settings = try options.applied(to: .usual)
    return CompareRun(
      try modelOptions.source(model), settings: try mitigations.applied(to: .usual).chosen(in: settings))
  }
}
