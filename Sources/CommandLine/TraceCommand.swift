import ArgumentParser
import Gingham

struct TraceCommand: VerbCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Which layer brings which band of the grid in: into gradients, or into the pictures that a net makes.",
    discussion: """
      A net that makes pictures (output N×C×H×W with 1, 3 or 4 channels) is traced forwards, from its input up to the \
      picture: --samples of --seed, or IMAGES where it takes pictures. Every layer's maps are measured; the grid that each \
      transposed convolution's weights make inevitable stands beside the one it paints, and each in turn is made even.

      Of other nets, and wherever --target is named, the gradient is followed from the target back to the pixels. One \
      backward pass a picture gives the gradient at every layer, pooled over the pictures. --without replaces the \
      backward pass of a layer by its even version and shows what becomes of the bands at the pixels.
      """)

  @Argument(help: ModelOptions.modelHelp, completion: .file()) var model: String

  @Argument(
    help: "Pictures, as other verbs take them; none for a net that makes pictures of random numbers.",
    completion: .file())
  var images: [String] = []
  @OptionGroup var list: ListOption

  @Option(help: ArgumentHelp("What the gradient is of; top without it.", valueName: "objective")) var target: String?
  @Option(help: "Samples that a generator draws.") var samples = 64
  @Option(help: "Seed of a generator's random numbers, of the shifts of --aliasing, and of random twins.") var seed:
    UInt64 = 0

  @Flag(help: "A generator's inputs are the same everywhere: what repeats on any layer is then the net's own.")
  var flat = false

  @Flag(
    help: "Also what each stride folds over on the way forward, and whether the class stays where a picture is shifted."
  )
  var aliasing = false

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("A layer whose backward pass is made even; can be given several times.", valueName: "layer"))
  var without: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      Holds the gradient against that many nets of the same graph with random weights, at the same pictures: what \
      training made of each band, with its deviation. 8 are usual.
      """, valueName: "n"))
  var randomTwins = 0

  @Option(help: "Activations in front of pools, for the prediction: white (independent) or smooth (neighbours alike).")
  var signals: PredictionOptions.Signals = .white
  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var common: RunOptions

  func makeRun() -> any Run {
    var settings = TraceSettings(images: images + list.words)
    (settings.target, settings.without, settings.signals) = (target, without, signals)
    (settings.samples, settings.seed, settings.flat) = (samples, seed, flat)
    (settings.aliasing, settings.randomTwins) = (aliasing, randomTwins)
    return TraceRun(modelOptions.source(model), settings: settings)
  }
}
