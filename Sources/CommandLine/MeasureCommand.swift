import ArgumentParser
import Gingham
import GinghamOptions

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
  @OptionGroup var options: SettingOptions<MeasureSettings>
  @OptionGroup var common: RunOptions

  func makeRun() throws -> any Run { MeasureRun(settings: try options.applied(to: MeasureSettings(paths: paths))) }
}
