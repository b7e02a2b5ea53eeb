import ArgumentParser
import Gingham
import GinghamOptions

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
  @OptionGroup var options: SettingOptions<PredictSettings>
  @OptionGroup var common: RunOptions

  func makeRun() throws -> any Run {
    try options.applied(to: PredictSettings()).run(of: model.map(modelOptions.source))
  }
}
