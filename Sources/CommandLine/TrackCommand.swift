import ArgumentParser
import Gingham
import GinghamOptions

struct TrackCommand: VerbCommand {
  static let configuration = CommandConfiguration(
    commandName: "track",
    abstract: "Follows a generator's grid through the checkpoints of its training.",
    discussion: """
      The same seeded latents, or the same --images, go through every checkpoint. A checkpoint is a .pth, .pt,
      .safetensors or .onnx file of one architecture; of a folder all of them are taken. Steps are the last numbers in the
      files' names, or places where the names do not tell.

      With start and end the first and last tenth of the checkpoints, the verdict on a grid is: clean, at no time there;
      heals, there at some time but not at the end; late, not at the start but at the end; grows, at both and 3 dB
      stronger at the end; initial, at both and not stronger.
      """)

  @Argument(help: ArgumentHelp("Checkpoints, or a folder of them.", valueName: "checkpoint"), completion: .file())
  var checkpoints: [String]
  @OptionGroup var options: SettingOptions<TrackSettings>
  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var common: RunOptions

  func makeRun() throws -> any Run {
    TrackRun(
      try modelOptions.source(checkpoints.first ?? ""),
      settings: try options.applied(to: TrackSettings(checkpoints: checkpoints)))
  }
}
