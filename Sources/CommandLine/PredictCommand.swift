import ArgumentParser
import Gingham

struct PredictCommand: VerbCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Predicts the grid of gradients and pictures from the architecture, without running it.",
    usage: """
      gingham predict <model> [--target <objective>] [--at <layer>] [options]
      gingham predict --deconvolution <stacks> [--equivalent <layer>] [--positions <n>] [options]
      gingham predict --sweep <grid.yaml> [options]
      """,
    discussion: """
      Of a generator it also tells what is painted when all weights are alike; of a net with weights, what these do with
      the lattice. Warnings come with changes whose effect is predicted anew.

      --deconvolution counts how often stacks of transposed convolutions paint each position. A layer is kernel/stride,
      then p padding, d dilation, o output padding, in any order; commas join the layers of a stack from the latent to
      the picture, semicolons part stacks: "3/2", "3/2,3/2", "4/2p1", "3/2p1o1", "3/2d2", "5/2;3/2,3/1".

      --equivalent writes an upsampling layer as a transposed convolution: "nearest2:1,0,-1" and "bilinear2:1,2,1" (a
      resize by 2, then a convolution), "subpixel:1,2,1;0,1,0" (a filter for each phase), or "deconvolution2:1,2,1"
      itself, whose weights even out what 3/2 would do, as "deconvolution2:.1,.1,.1,.44" spoils an even 4/2.

      --sweep ranks every combination of a grid by predicted energy and cost. The file names 'model: random:NAME', whose
      options become axes, or 'stack: LAYERS' with the axes kernel, stride, padding, dilation and output-padding; an axis
      is a number or a list. 'blur: [1, 2, 3]' goes with both: one more convolution behind each enlarging layer.
      """)

  @Argument(help: ModelOptions.modelHelp, completion: .file()) var model: String?
  @OptionGroup var modelOptions: ModelOptions

  @Option(
    help: ArgumentHelp("Where the gradient starts; of an objective only its layer counts.", valueName: "objective"))
  var target = "top"

  @Option(help: ArgumentHelp("A layer whose gradient to look at, beside the picture's.", valueName: "layer"))
  var at: String?

  @Option(help: "unit: every convolution passes the power it gets. weights: each passes its weights' second moment.")
  var gain: PredictionOptions.Gain = .unit

  @Option(help: "Whether neighbours in pools and resizes are independent (white) or depend on each other (smooth).")
  var signals: PredictionOptions.Signals = .white

  @Option(name: .customLong("min-cv2"), help: "Unevenness of a band that makes an artifact.")
  var minUnevenness = LatticeThresholds().gradientUnevenness

  @Option(help: ArgumentHelp("Stacks of transposed convolutions, such as \"3/2,3/2\".", valueName: "stacks"))
  var deconvolution: String?

  @Option(help: "Positions a stack starts from.") var positions = 8

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("A layer with weights, such as \"nearest2:1,0,-1\"; may be repeated.", valueName: "layer"))
  var equivalent: [String] = []

  @Option(help: ArgumentHelp("A grid of architectures to rank.", valueName: "grid.yaml"), completion: .file())
  var sweep: String?
  @OptionGroup var common: RunOptions

  func makeRun() throws -> any Run {
    var settings = PredictSettings()
    (settings.target, settings.at, settings.gain, settings.signals) = (target, at, gain, signals)
    (settings.minCv2, settings.positions) = (minUnevenness, positions)
    (settings.deconvolution, settings.equivalent) = (deconvolution, equivalent)
    switch (model, deconvolution != nil || !equivalent.isEmpty, sweep) {
    case (let model?, false, nil): return PredictRun(modelOptions.source(model), settings: settings)
    case (nil, true, nil): return OverlapRun(settings)
    case (nil, false, let sweep?): return SweepRun(sweep, settings: settings)
    default:
      throw ValidationError(
        "name a model, or stacks with --deconvolution or --equivalent, or a grid with --sweep: one of them")
    }
  }
}

extension PredictionOptions.Gain: ExpressibleByArgument {}
extension PredictionOptions.Signals: ExpressibleByArgument {}
