import ArgumentParser
import Gingham
import GinghamOptions

struct DiagnoseCommand: VerbCommand {
  static let configuration = CommandConfiguration(
    commandName: "diagnose",
    abstract: "Says what is wrong with a set of generated pictures, the worst first, with cause and fix.",
    discussion: """
      Looks for checkerboards, blur, colour banding and saturation, colours unlike a reference's, and tiles unlike the
      rest of the set. A path is a picture, a .npy array, a folder or a quoted pattern. With --reference, blur, colours
      and tiles are held against pictures as they should be; with --net and --layer, the Fréchet distance of the two sets
      in that layer's features is computed too. Files that cannot be measured are listed, and the exit status is then 2.
      """)

  @Argument(
    help: ArgumentHelp("The pictures: files, folders, tar and zip archives, quoted patterns.", valueName: "dir"),
    completion: .file())
  var paths: [String] = []
  @OptionGroup var options: SettingOptions<DiagnoseSettings>

  @Option(
    help: ArgumentHelp("A net whose features the Fréchet distance is taken in.", valueName: "model"),
    completion: .file())
  var net: String?

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var common: RunOptions

  func makeRun() throws -> any Run {
    DiagnoseRun(
      settings: try options.applied(to: DiagnoseSettings(paths: paths)), features: try net.map(modelOptions.source))
  }
}
