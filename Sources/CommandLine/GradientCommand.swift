import ArgumentParser
import Gingham
import GinghamOptions

package struct GradientCommand: VerbCommand {
  package static let configuration = CommandConfiguration(
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
  @OptionGroup var options: SettingOptions<GradientSettings>
  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup package var common: RunOptions

  package init() {}

  /// What the options ask for.
  package var settings: GradientSettings {
    get throws { try options.applied(to: GradientSettings(images: images)) }
  }

  package func makeRun() throws -> any Run { try settings.run(of: modelOptions.source(model)) }
}
