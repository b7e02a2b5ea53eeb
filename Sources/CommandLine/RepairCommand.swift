import ArgumentParser
import Gingham

struct RepairCommand: VerbCommand {
  static let configuration = CommandConfiguration(
    commandName: "repair",
    abstract: "Rewrites the layers that leave a grid, writes the network as ONNX and measures it before and after.",
    discussion: """
      What is measured clean is left alone. Each layer that may be behind a band that shows is rewritten in every way by
      itself, and all of them together. What helps is kept, as long as no band gets worse by it and the output does not
      change by more than that is worth: --most-change for each step by which a band's verdict falls (artifact, faint,
      clean), less where a band only gets weaker. Where some band still shows at the end, the network is "not repaired"
      and the exit status 2. --layer and --all rewrite without asking. The methods:

        equalise   the least change that makes a kernel's phase sums equal; the layer stays (for nets that paint)
        nearest    nearest resize and convolution in place of a transposed convolution, fitted to its kernel
        bilinear   the same with a linear resize
        subpixel   convolution and depth-to-space in place of a transposed convolution: exactly the same output
        icnr       the same with the filters of all phases averaged
        blurpool   stride 1 and a strided blur behind it, for strided convolutions and pools (for all other nets)
        lowcut     the same with all cut off that the stride would fold over, for one size of pictures
        stagger    each channel samples a phase of its own, chosen by what the channels carry, so that their unevenness
                   averages out: the same weights, in windows one stride less one wider (for both)

      Fine-tuning is not needed where outputs differ by up to 5 % of their deviation (root mean square), and advisable
      up to 20 %.
      """)

  @Argument(help: ModelOptions.modelHelp, completion: .file()) var model: String

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("A layer to rewrite; can be given several times.", valueName: "layer"))
  var layer: [String] = []

  @Flag(help: "Rewrite every layer the method applies to.") var all = false

  @Option(
    name: .customLong("with"),
    help: "How; whatever helps without it, and of named layers equalise for nets that paint, blurpool for all others.")
  var method: RewriteMethod?

  @Option(help: "What a convolution behind a resize finds beyond the border: zero, as in training, or reflect.")
  var border: RewriteOptions.Border = .zero

  @Option(help: "Side of the kernel behind a resize; larger ones fit better and cost more.") var kernel: Int?
  @Option(
    help: ArgumentHelp(
      "What a step by which a band's verdict falls may change the output by, in units of its deviation; larger values "
        + "repair more. Without it 0.2, and as much as it takes where nothing comes of that.", valueName: "share"))
  var mostChange: Double?

  @Option(help: ArgumentHelp("Name of the ONNX file in the output folder.", valueName: "file")) var out: String?

  @Option(help: "Samples or seeded inputs to measure with; 64 for nets that paint, 16 for all others.")
  var samples: Int?

  @Option(help: "Seed of the samples.") var seed: UInt64 = 0

  @Option(
    parsing: .upToNextOption, help: "Pictures to measure with in place of seeded inputs.", completion: .file())
  var images: [String] = []
  @OptionGroup var list: ListOption

  @Option(help: ArgumentHelp("What gradients are of.", valueName: "objective")) var target = "top"
  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var common: RunOptions

  func makeRun() throws -> any Run {
    guard !all || layer.isEmpty else { throw ValidationError("--all and --layer contradict each other") }
    var settings = RepairSettings()
    settings.layers = all ? .all : layer.isEmpty ? .uneven : .named(layer)
    (settings.with, settings.border, settings.kernel, settings.out) = (method, border, kernel, out)
    settings.mostChange = mostChange
    (settings.samples, settings.seed, settings.images, settings.target) = (samples, seed, images + list.words, target)
    return RepairRun(modelOptions.source(model), settings: settings)
  }
}

extension RewriteMethod: ExpressibleByArgument {}
extension RewriteOptions.Border: ExpressibleByArgument {}
