import ArgumentParser
import Gingham

struct GradientCommand: VerbCommand {
  static let configuration = CommandConfiguration(
    commandName: "gradient",
    abstract: "Computes the input gradient of an objective, draws it, and measures its checkerboard.",
    discussion: """
      OBJECTIVE is top (the predicted class), class:281, class:"Egyptian cat", channel:LAYER:97, neuron:LAYER:97 (its
      centre), neuron:LAYER:97:Y,X, layer:LAYER (half its squared norm), direction:LAYER:file.npy, the shorthand
      LAYER:97, or a sum such as "0.5*A + B - C".

      The methods lattice-jitter, uniform-jitter, backward-smoothing, phase-equalisation, lattice-notch and low-pass \
      take the grid out of the gradient, each in its way. They are surrogates, no derivatives: their cosine to the true \
      gradient is reported. --compare tables them all.
      """)

  @Argument(help: ModelOptions.modelHelp, completion: .file()) var model: String
  @Argument(help: ModelOptions.picturesHelp, completion: .file()) var images: [String] = []
  @OptionGroup var list: ListOption
  @Option(help: ArgumentHelp("What the gradient is of.", valueName: "objective")) var target = "top"

  @Option(
    help: ArgumentHelp(
      "How gradients become a map.",
      discussion: GradientMethod.all.map { "\($0.name): \($0.summary)" }.joined(separator: "\n")))
  var method = GradientMethod.gradient

  @Flag(help: "Table the gradient and its mitigated surrogates: evenness, cosine, faithfulness, time.")
  var compare = false

  @Flag(help: "A folder of figures for each picture, however many; sets of more than 64 have a table in their place.")
  var each = false

  @Option(help: "The layer to take the gradient at, or Grad-CAM's layer.") var at: String?
  @Option(help: "Copies of smoothgrad (5) and uniform-jitter (16), or steps of integrated (50).") var samples: Int?
  @Option(help: "Noise of smoothgrad, in the network's normalized units.") var noise: Float = 1
  @Option(help: "Seed of smoothgrad's noise and uniform-jitter's shifts.") var seed: UInt64 = 0
  @Option(help: PredictionOptions.Signals.help) var signals: PredictionOptions.Signals = .white

  @Option(help: ArgumentHelp("Side of the lattice to treat: lattice-jitter's 4, else the net's.", valueName: "pixels"))
  var period: Int?

  @Option(help: ArgumentHelp("Offsets an axis of uniform-jitter.", valueName: "pixels")) var jitter = 8

  @Option(help: ArgumentHelp("Radius that low-pass keeps, in cycles over 224 pixels.", valueName: "radius"))
  var cutoff = 15.0

  @Option(help: "Energies that phase-equalisation divides by: predicted or measured.")
  var energies: PhaseEqualisedGradient.Energies = .predicted

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var common: RunOptions

  /// What the options ask for.
  var settings: GradientSettings {
    var settings = GradientSettings(images: images + list.words)
    (settings.target, settings.method, settings.compare, settings.at) = (target, method, compare, at)
    settings.each = each
    (settings.samples, settings.noise, settings.seed, settings.signals) = (samples, noise, seed, signals)
    (settings.period, settings.jitter, settings.cutoff, settings.energies) = (period, jitter, cutoff, energies)
    return settings
  }

  func makeRun() throws -> any Run {
    try list.requirePictures(beside: images)
    let source = modelOptions.source(model)
    return compare
      ? GradientComparisonRun(source, settings: settings) : GradientRun(source, settings: settings)
  }
}

extension GradientMethod: ExpressibleByArgument {
  /// By name; `nil` where no method has it.
  public init?(argument: String) { self.init(named: argument) }
  /// As it is typed.
  public var defaultValueDescription: String { name }
  /// Of every method, for help and completion.
  public static var allValueStrings: [String] { all.map(\.name) }
}

extension PhaseEqualisedGradient.Energies: ExpressibleByArgument {}
