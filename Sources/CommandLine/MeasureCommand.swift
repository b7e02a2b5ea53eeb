import ArgumentParser
import Foundation
import Gingham

struct MeasureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "measure",
    abstract: "Measures checkerboards, blur and colour banding of pictures or saved maps.",
    discussion: """
      A path is a PNG or JPEG picture, a .npy array (H×W, C×H×W or N×C×H×W), a folder with such files, or a quoted
      pattern such as "samples/*.png". Texture averages out over many pictures and the grid does not, so measure the
      pictures of one generator together. Files that cannot be measured are listed, and the exit status is then 2.

      A band of a period is an artifact where its share of the fine detail exceeds chance by --min-share, a frequency of
      it has --control-ratio times the power of one that no layer could cause, and its best frequency stands --min-peak
      above its surroundings. In a gradient (--as gradient) the unevenness CV² of a band must exceed --min-cv2.
      """)

  @Argument(help: ArgumentHelp("Pictures, .npy arrays, folders, quoted patterns.", valueName: "path"))
  var paths: [String]

  @Option(
    name: [.long, .customLong("period")],
    help: ArgumentHelp("Periods in pixels, or search: the strongest lattice of 2 to 64.", valueName: "2,4,8|search"))
  var periods: PeriodList = PeriodList(periods: .standard)

  @Option(name: .customLong("as"), help: "What the maps are: signed pictures, or gradients, of which power counts.")
  var kind: MeasureRun.Kind = .picture

  @Option(help: "Excess of a band's share over chance that makes an artifact of a picture.")
  var minShare = LatticeThresholds().excessShare

  @Option(help: "Power of a frequency of the band over one of the control.")
  var controlRatio = LatticeThresholds().controlRatio

  @Option(help: "Peak of the band over its surroundings, in dB.")
  var minPeak = LatticeThresholds().peakDecibels

  @Option(name: .customLong("min-cv2"), help: "Unevenness of a band that makes an artifact of a gradient.")
  var minUnevenness = LatticeThresholds().gradientUnevenness

  @Flag(help: "Keep the spectra of every picture, and compute cosine spectra too.")
  var spectra = false

  @OptionGroup var common: RunOptions

  func validate() throws {
    guard [minShare, controlRatio, minPeak, minUnevenness].allSatisfy({ $0.isFinite && $0 >= 0 }) else {
      throw ValidationError("thresholds are numbers from 0")
    }
    if kind == .gradient, periods.periods == .search {
      throw ValidationError("--periods search goes with pictures; name the strides of the gradient's network")
    }
  }

  func run() throws {
    let started = Date()
    let progress = common.progress
    let run = MeasureRun(
      periods: periods.periods,
      thresholds: LatticeThresholds(
        excessShare: minShare, controlRatio: controlRatio, peakDecibels: minPeak, gradientUnevenness: minUnevenness),
      kind: kind, keepsSpectra: spectra, threads: common.threadCount)
    let result = try run.result(paths, progress: { progress.step($0, $1, of: $2) })
    progress.step("drawing")
    let folder = try common.folder(verb: "measure", model: paths[0])
    try result.draw(into: folder)
    try folder.write("findings.json", data: result.findings.json())
    try folder.commit(manifest(started: started))
    progress.finish()
    let skipped = result.findings.skipped
    if common.json { for file in skipped { progress.remark("not measured: \(file.reason)") } }
    try common.report(result.findings, text: result.findings.text + "\n\nWritten to \(folder.path)")
    if !skipped.isEmpty { throw ExitCode(2) }
  }

  private func manifest(started: Date) -> Manifest {
    Manifest(
      command: CommandLine.arguments, version: ginghamVersion, model: "", modelDigest: nil, backend: "none",
      threads: common.threadCount,
      parameters: [
        "paths": .array(paths.map(JSONValue.string)), "periods": .string(periods.description),
        "as": .string(kind.rawValue), "min_share": .number(minShare), "control_ratio": .number(controlRatio),
        "min_peak_db": .number(minPeak), "min_cv2": .number(minUnevenness), "spectra": .boolean(spectra),
      ],
      started: started)
  }
}

/// `2,4,8` or `search`.
struct PeriodList: ExpressibleByArgument, CustomStringConvertible {
  var periods: MeasureRun.Periods

  init(periods: MeasureRun.Periods) {
    self.periods = periods
  }

  init?(argument: String) {
    guard argument != "search" else {
      periods = .search
      return
    }
    let numbers = argument.split(separator: ",", omittingEmptySubsequences: false)
      .map { Int($0.trimmingCharacters(in: .whitespaces)) }
    guard let listed = numbers as? [Int], listed.allSatisfy({ (2...1024).contains($0) }) else { return nil }
    periods = .listed(listed)
  }

  var description: String {
    switch periods {
    case .search: "search"
    case .listed(let listed): listed.map(String.init).joined(separator: ",")
    }
  }

  var defaultValueDescription: String { description }
}

extension MeasureRun.Kind: ExpressibleByArgument {}
