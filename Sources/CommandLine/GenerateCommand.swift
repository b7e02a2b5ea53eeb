import ArgumentParser
import Gingham

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
  @OptionGroup var sampling: SampleOptions

  @Option(
    help: ArgumentHelp("Latents to use in place of drawn ones: N×… as the net takes them.", valueName: "file.npy"),
    completion: .file(extensions: ["npy"]))
  var latents: String?

  @Flag(help: "Inputs that are the same everywhere: what repeats in the pictures is then the net's own.") var flat =
    false
  @Flag(help: "Also shifts the inputs: pictures should go along, and what the net's strides leave does not (EQ-T).")
  var shift = false
  @Option(help: "Bits a sample of the files: 8 or 16 of PNG, 16 or 24 of WAV (default: the fewer).") var bits: Int?
  @Option(help: ArgumentHelp("Samples a second of WAV files.", valueName: "Hz")) var rate = Sound.usualRate
  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var common: RunOptions

  func makeRun() -> any Run {
    var settings = GenerateSettings()
    (settings.samples, settings.seed, settings.images) = (sampling.samples, sampling.seed, sampling.pictures)
    (settings.range, settings.periods) = (sampling.range, sampling.periods)
    (settings.latents, settings.bits, settings.rate, settings.flat) = (latents, bits, rate, flat)
    settings.shift = shift
    return GenerateRun(modelOptions.source(model), settings: settings)
  }
}
