import ArgumentParser
import Gingham

struct MeasureCommand: VerbCommand {
  static let configuration = CommandConfiguration(
    commandName: "measure",
    abstract: "Measures checkerboards, blur and colour banding of pictures, sounds or saved maps.",
    discussion: """
      A path is a picture (PNG, JPEG, WebP, TIFF), a .npy array (H×W, C×H×W or N×C×H×W), a folder, tar or zip archive with
      such files, or a quoted pattern such as "samples/*.png". Texture averages out over many pictures and the grid does not, so measure
      the pictures of one generator together. Files that cannot be measured are listed, and the exit status is then 2.

      A band of a period is an artifact where its share of the fine detail exceeds chance by --min-share, a frequency of
      it has --control-ratio times the power of one that no layer could cause, and its best frequency stands --min-peak
      above its surroundings; or where, in detail evened to one contrast, at most one photograph in a thousand would look
      so. Where one of these options is given they decide alone. In a gradient (--as gradient) the unevenness CV² of a band must exceed --min-cv2.

      WAV files are measured as sounds, whose lattices of a period P are tones at the multiples of rate/P; arrays L, C×L
      or N×C×L are with --as sound. Half of a band's tones must stand out, so that a tone of music on one is no lattice.
      """)

  @Argument(help: ModelOptions.picturesHelp, completion: .file()) var paths: [String] = []
  @OptionGroup var list: ListOption

  @Option(
    name: [.long, .customLong("period")],
    help: ArgumentHelp("Periods in pixels, or search: the strongest lattice of 2 to 64.", valueName: "2,4,8|search"))
  var periods = PeriodChoice.listed(.usual)

  @Option(
    name: .customLong("as"), help: "What the maps are: signed pictures or sounds, or gradients, of which power counts.")
  var kind: MeasureSettings.Kind = .picture

  @Option(
    help: "Excess of a band's share over chance that makes an artifact of a picture (default: 0.01; of sounds: 1e-05).")
  var minShare: Double?

  @Option(help: "Power of a frequency of the band over one of the control.")
  var controlRatio = LatticeThresholds().controlRatio

  @Option(help: "Peak of the band over its surroundings, in dB (default: 10; of half of a sound's band: 15).")
  var minPeak: Double?

  @Option(name: .customLong("min-cv2"), help: "Unevenness of a band that makes an artifact of a gradient.")
  var minUnevenness = LatticeThresholds().gradientUnevenness

  @Flag(help: "Keep the spectra of every picture, and compute cosine spectra too.") var spectra = false
  @OptionGroup var common: RunOptions

  func makeRun() throws -> any Run {
    try list.requirePictures(beside: paths)
    var settings = MeasureSettings(paths: paths + list.words)
    (settings.periods, settings.as, settings.spectra) = (periods, kind, spectra)
    (settings.minShare, settings.controlRatio, settings.minPeakDb) = (minShare, controlRatio, minPeak)
    settings.minCv2 = minUnevenness
    return MeasureRun(settings: settings)
  }
}

extension MeasureSettings.Kind: ExpressibleByArgument {}

extension Periods: ExpressibleByArgument {
  /// Numbers joined by commas; `nil` for anything else.
  public init?(argument: String) { self.init(parsing: argument) }
  /// As it is typed.
  public var defaultValueDescription: String { description }
}

extension PeriodChoice: ExpressibleByArgument {
  /// `search`, or numbers joined by commas; `nil` for anything else.
  public init?(argument: String) { self.init(parsing: argument) }
  /// As it is typed.
  public var defaultValueDescription: String { description }
}
