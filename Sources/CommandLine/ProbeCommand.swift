import ArgumentParser
import Gingham
import GinghamOptions

struct ProbeCommand: VerbCommand {
  static let configuration = CommandConfiguration(
    commandName: "probe",
    abstract: "Attacks a classifier's pictures and shows where its loss is sensitive.",
    discussion: """
      Finds small changes of pictures that change their class, at every budget; compares them with noise of the same
      size; maps sensitivity by pixel, lattice phase and frequency; and, with --phase-study, asks whether the strong
      pixels of a checkerboard make attacks easier. Results of single pictures are kept in the output folder: the same
      command goes on where it was stopped.
      """)

  @Argument(help: ModelOptions.modelHelp, completion: .file()) var model: String
  @Argument(help: ModelOptions.picturesHelp, completion: .file()) var images: [String] = []
  @OptionGroup var options: SettingOptions<ProbeSettings>
  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var common: RunOptions

  func makeRun() throws -> any Run {
    ProbeRun(try modelOptions.source(model), settings: try options.applied(to: ProbeSettings(images: images)))
  }
}
