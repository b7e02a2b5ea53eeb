import ArgumentParser
import Gingham
import GinghamOptions

struct ExemplarsCommand: VerbCommand {
  static let configuration = CommandConfiguration(
    commandName: "exemplars",
    abstract: "Finds the pictures that excite each unit most, and how its activations are spread.",
    discussion: """
      Any number of pictures passes through the net, and memory does not grow with it. For each unit the strongest ones are
      kept, one position of each, with what the unit sees there; and the distribution of its activations over all
      positions. The folder holds exemplars.sqlite, whose tables the guide Exemplars describes, and crops/LAYER/UNIT.webp,
      layers counted from 0. The same command goes on with a run that was cut short.
      """)

  @Argument(help: ModelOptions.modelHelp, completion: .file()) var model: String
  @Argument(help: ModelOptions.picturesHelp, completion: .file()) var images: [String] = []
  @OptionGroup var options: SettingOptions<ExemplarsSettings>
  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var common: RunOptions

  func makeRun() throws -> any Run {
    ExemplarsRun(
      try modelOptions.source(model), settings: try options.applied(to: ExemplarsSettings(images: images)))
  }
}
