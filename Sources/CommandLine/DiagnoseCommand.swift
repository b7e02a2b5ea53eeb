import ArgumentParser
import Gingham

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
  @OptionGroup var list: ListOption
  @Option(help: ArgumentHelp("Pictures as they should be.", valueName: "dir"), completion: .file())
  var reference: String?

  @Option(
    help: ArgumentHelp("A net whose features the Fréchet distance is taken in.", valueName: "model"),
    completion: .file())
  var net: String?

  @Option(help: "The layer of that net; its activations are averaged over the map.") var layer: String?
  @Option(help: ArgumentHelp("Periods of checkerboards in pixels.", valueName: "2,4,8")) var periods = Periods.usual

  @Option(help: "Excess of a band's share over chance that makes a checkerboard.")
  var minShare = LatticeThresholds().excessShare

  @Option(help: "Power of a frequency of the band over one of the control.")
  var controlRatio = LatticeThresholds().controlRatio

  @Option(help: "Peak of the band over its surroundings, in dB.") var minPeak = LatticeThresholds().peakDecibels

  @Option(help: ArgumentHelp("Blur that counts, as the σ in px of a Gaussian; without a reference.", valueName: "px"))
  var maxBlur = DiagnosisThresholds().blurSigma

  @Option(help: ArgumentHelp("Blur beyond the reference's that counts.", valueName: "px"))
  var maxAddedBlur = DiagnosisThresholds().blurBeyondReference

  @Option(help: "Bits of the levels found, at or below which colours count as banded.")
  var minBits = DiagnosisThresholds().bits

  @Option(help: "Share of the samples at the ends of the range that counts as saturated.")
  var maxEnds = DiagnosisThresholds().endShare

  @Option(help: "Chance below which a colour difference from the reference counts.")
  var colourChance = DiagnosisThresholds().colourChance

  @Option(help: "Distance of a tile from the norm that counts as distorted, in robust deviations.")
  var maxTileDistance = DiagnosisThresholds().tileDistance

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var common: RunOptions

  func makeRun() throws -> any Run {
    try list.requirePictures(beside: paths)
    var settings = DiagnoseSettings(paths: paths + list.words)
    (settings.reference, settings.layer, settings.periods) = (reference, layer, periods)
    (settings.minShare, settings.controlRatio, settings.minPeakDb) = (minShare, controlRatio, minPeak)
    (settings.maxBlur, settings.maxAddedBlur, settings.minBits) = (maxBlur, maxAddedBlur, minBits)
    (settings.maxEnds, settings.colourChance, settings.maxTileDistance) = (maxEnds, colourChance, maxTileDistance)
    return DiagnoseRun(settings: settings, features: net.map(modelOptions.source))
  }
}
