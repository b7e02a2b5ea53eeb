import ArgumentParser
import Gingham
import GinghamOptions

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
  @OptionGroup var options: SettingOptions<RepairSettings>
  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var common: RunOptions

  func makeRun() throws -> any Run {
    RepairRun(try modelOptions.source(model), settings: try options.applied(to: RepairSettings()))
  }
}
