import ArgumentParser
import Gingham

struct ExemplarsCommand: VerbCommand {
  static let configuration = CommandConfiguration(
    commandName: "exemplars",
    abstract: "Finds the pictures that excite each unit most, and how its activations are spread.",
    discussion: """
      Any number of pictures passes through the net, and memory does not grow with it. For each unit the strongest ones are
      kept, one position of each, with what the unit sees there; and the distribution of its activations over all
      positions. The folder holds exemplars.sqlite, whose tables the guide Exemplars describes, and crops/LAYER/UNIT.webp,
      layers counted from 0. The same command goes on with a run that was cut short.
      """)

  @Argument(help: ModelOptions.modelHelp, completion: .file()) var model: String
  @Argument(help: ModelOptions.picturesHelp, completion: .file()) var images: [String] = []
  @OptionGroup var list: ListOption

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Layers whose units are looked at; all convolutions without it.", valueName: "layer"))
  var layer: [String] = []

  @Option(
    help: ArgumentHelp("Only these units of each layer.", valueName: "first-last"),
    transform: read(VisualizeSettings.channels(parsing:)))
  var units: ClosedRange<Int>?

  @Option(help: "Pictures that are kept for each unit.") var strongest = 9
  @Option(help: ArgumentHelp("Side of a crop.", valueName: "pixels")) var side = 64
  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var common: RunOptions

  func makeRun() throws -> any Run {
    try list.requirePictures(beside: images)
    var settings = ExemplarsSettings(images: images + list.words)
    (settings.layers, settings.units) = (layer.isEmpty ? nil : layer, units)
    (settings.strongest, settings.side) = (strongest, side)
    return ExemplarsRun(modelOptions.source(model), settings: settings)
  }
}
