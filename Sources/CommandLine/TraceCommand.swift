import ArgumentParser
import Gingham
import GinghamOptions

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
  @OptionGroup var options: SettingOptions<TraceSettings>
  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var common: RunOptions

  func makeRun() throws -> any Run {
    TraceRun(try modelOptions.source(model), settings: try options.applied(to: TraceSettings(images: images)))
  }
}
