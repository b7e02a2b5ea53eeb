import ArgumentParser
import Foundation
import Gingham

struct DiagnoseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diagnose",
    abstract: "Says what is wrong with a set of generated pictures, the worst first, with cause and fix.",
    discussion: """
      Looks for checkerboards, blur, colour banding and saturation, colours unlike a reference's, and tiles unlike the
      rest of the set. A path is a picture, a .npy array, a folder or a quoted pattern. With --reference, blur, colours
      and tiles are held against pictures as they should be; with --net and --layer, the Fréchet distance of the two sets
      in that layer's features is computed too. Files that cannot be measured are listed, and the exit status is then 2.
      """)

  @Argument(help: ArgumentHelp("The pictures: files, folders, quoted patterns.", valueName: "dir"))
  var paths: [String]

  @Option(help: ArgumentHelp("Pictures as they should be.", valueName: "dir"))
  var reference: String?

  @Option(help: ArgumentHelp("A net whose features the Fréchet distance is taken in.", valueName: "model"))
  var net: String?

  @Option(help: "The layer of that net; its activations are averaged over the map.")
  var layer: String?

  @Option(help: ArgumentHelp("Periods of checkerboards in pixels.", valueName: "2,4,8"))
  var periods: PeriodList = PeriodList(periods: .standard)

  @Option(help: "Excess of a band's share over chance that makes a checkerboard.")
  var minShare = LatticeThresholds().excessShare

  @Option(help: "Power of a frequency of the band over one of the control.")
  var controlRatio = LatticeThresholds().controlRatio

  @Option(help: "Peak of the band over its surroundings, in dB.")
  var minPeak = LatticeThresholds().peakDecibels

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

  func validate() throws {
    let numbers = [
      minShare, controlRatio, minPeak, maxBlur, maxAddedBlur, minBits, maxEnds, colourChance, maxTileDistance,
    ]
    guard numbers.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
      throw ValidationError("thresholds are numbers from 0")
    }
    guard minBits < 8 else { throw ValidationError("--min-bits lies below 8, the bits of a picture") }
    guard (net == nil) == (layer == nil) else {
      throw ValidationError("--net and --layer go together: the features are a layer's")
    }
    if net != nil, reference == nil {
      throw ValidationError("a Fréchet distance is one between two sets: name the other with --reference")
    }
    if periods.periods == .search { throw ValidationError("--periods search belongs to measure; name the periods") }
  }

  func run() throws {
    let started = Date()
    let progress = common.progress
    guard case .listed(let listed) = periods.periods else { return }
    let run = DiagnoseRun(periods: listed, thresholds: thresholds, threads: common.threadCount)
    let features = try featureNet()
    var result = try run.result(
      paths, reference: reference.map { [$0] } ?? [], features: features,
      progress: { progress.step($0, $1, of: $2) })
    progress.step("drawing")
    let folder = try common.folder(verb: "diagnose", model: paths[0])
    try result.draw(into: folder)
    try folder.write("findings.json", data: result.findings.json())
    try folder.commit(manifest(started: started, digest: features?.model.digest()))
    progress.finish()
    let skipped = result.findings.skipped + result.findings.referenceSkipped
    if common.json {
      for file in skipped { progress.remark("not measured: \(file.reason)") }
      if let warning = result.findings.distance?.warning { progress.remark(warning) }
    }
    try common.report(result.findings, text: result.findings.text + "\n\nWritten to \(folder.path)")
    if !skipped.isEmpty { throw ExitCode(2) }
  }

  private var thresholds: DiagnosisThresholds {
    DiagnosisThresholds(
      lattice: LatticeThresholds(excessShare: minShare, controlRatio: controlRatio, peakDecibels: minPeak),
      blurSigma: maxBlur, blurBeyondReference: maxAddedBlur, bits: minBits, endShare: maxEnds,
      colourChance: colourChance, tileDistance: maxTileDistance)
  }

  private func featureNet() throws -> FeatureNet? {
    guard let net, let layer else { return nil }
    return try FeatureNet(
      modelOptions.load(net), layer: layer, backend: common.backend, threads: common.threadCount)
  }

  private func manifest(started: Date, digest: String?) -> Manifest {
    Manifest(
      command: CommandLine.arguments, version: ginghamVersion, model: net ?? "", modelDigest: digest,
      backend: net == nil ? "none" : common.backend.rawValue, threads: common.threadCount,
      parameters: [
        "paths": .array(paths.map(JSONValue.string)), "reference": reference.map(JSONValue.string) ?? .null,
        "layer": layer.map(JSONValue.string) ?? .null, "periods": .string(periods.description),
        "min_share": .number(minShare), "control_ratio": .number(controlRatio), "min_peak_db": .number(minPeak),
        "max_blur": .number(maxBlur), "max_added_blur": .number(maxAddedBlur), "min_bits": .number(minBits),
        "max_ends": .number(maxEnds), "colour_chance": .number(colourChance),
        "max_tile_distance": .number(maxTileDistance),
      ],
      started: started)
  }
}
