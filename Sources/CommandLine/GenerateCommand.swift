import ArgumentParser
import Gingham
import GinghamOptions

struct GenerateCommand: VerbCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Draws samples of a generator and measures their grid beside what its architecture predicts.",
    discussion: """
      A generator is any net whose output is N×C×H×W with 1, 3 or 4 channels, or N×C×L with one or two: sounds, which are
      written as WAV. Nets of random numbers draw --samples of
      --seed; nets of pictures take --images. Other inputs are fixed with --input NAME=VALUE, such as
      --input style_weights=onehot:7. Equal seeds give equal samples, however many are drawn.

      The samples are judged together: an artifact shows in single pictures; a faint one is below every picture's own
      detail, but at the same pixels and with the same sign in all of them (from eight samples on).
      """)

  @Argument(help: ModelOptions.modelHelp, completion: .file()) var model: String
  @OptionGroup var options: SettingOptions<GenerateSettings>
  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var common: RunOptions

  func makeRun() throws -> any Run {
    GenerateRun(try modelOptions.source(model), settings: try options.applied(to: GenerateSettings()))
  }
}
