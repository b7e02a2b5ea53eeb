import ArgumentParser
import Foundation
import Gingham

struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Predicts the grid of gradients and pictures from the architecture, without running it.",
    usage: """
      gingham predict <model> [--target <objective>] [--at <layer>] [options]
      gingham predict --deconvolution <stacks> [--equivalent <layer>] [--positions <n>] [options]
      gingham predict --sweep <grid.yaml> [options]
      """,
    discussion: """
      Of a generator it also tells what is painted when all weights are alike; of a net with weights, what these do with
      the lattice. Warnings come with changes whose effect is predicted anew.

      --deconvolution counts how often stacks of transposed convolutions paint each position. A layer is kernel/stride,
      then p padding, d dilation, o output padding, in any order; commas join the layers of a stack from the latent to
      the picture, semicolons part stacks: "3/2", "3/2,3/2", "4/2p1", "3/2p1o1", "3/2d2", "5/2;3/2,3/1".

      --equivalent writes an upsampling layer as a transposed convolution: "nearest2:1,0,-1" and "bilinear2:1,2,1" (a
      resize by 2, then a convolution), "subpixel:1,2,1;0,1,0" (a filter for each phase), or "deconvolution2:1,2,1"
      itself, whose weights even out what 3/2 would do, as "deconvolution2:.1,.1,.1,.44" spoils an even 4/2.

      --sweep ranks every combination of a grid by predicted energy and cost. The file names 'model: random:NAME', whose
      options become axes, or 'stack: LAYERS' with the axes kernel, stride, padding, dilation and output-padding; an axis
      is a number or a list. 'blur: [1, 2, 3]' goes with both: one more convolution behind each enlarging layer.
      """)

  @Argument(help: ModelOptions.modelHelp)
  var model: String?

  @OptionGroup var modelOptions: ModelOptions

  @Option(
    help: ArgumentHelp("Where the gradient starts; of an objective only its layer counts.", valueName: "objective"))
  var target = "top"

  @Option(help: ArgumentHelp("A layer whose gradient to look at, beside the picture's.", valueName: "layer"))
  var at: String?

  @Option(help: "unit: every convolution passes the power it gets. weights: each passes its weights' second moment.")
  var gain: PredictionOptions.Gain = .unit

  @Option(help: "Whether neighbours in pools and resizes are independent (white) or depend on each other (smooth).")
  var signals: PredictionOptions.Signals = .white

  @Option(name: .customLong("min-cv2"), help: "Unevenness of a band that makes an artifact.")
  var minUnevenness = LatticeThresholds().gradientUnevenness

  @Option(help: ArgumentHelp("Stacks of transposed convolutions, such as \"3/2,3/2\".", valueName: "stacks"))
  var deconvolution: String?

  @Option(help: "Positions a stack starts from.")
  var positions = 8

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("A layer with weights, such as \"nearest2:1,0,-1\"; may be repeated.", valueName: "layer"))
  var equivalent: [String] = []

  @Option(help: ArgumentHelp("A grid of architectures to rank.", valueName: "grid.yaml"))
  var sweep: String?

  @OptionGroup var common: RunOptions

  func validate() throws {
    let subjects = [model != nil, deconvolution != nil || !equivalent.isEmpty, sweep != nil].count { $0 }
    guard subjects == 1 else {
      throw ValidationError(
        "name a model, or stacks with --deconvolution or --equivalent, or a grid with --sweep: one of them")
    }
    guard minUnevenness.isFinite, minUnevenness >= 0 else { throw ValidationError("--min-cv2 takes a number from 0") }
  }

  func run() throws {
    if let model {
      try predict(model)
    } else if let sweep {
      try rank(sweep)
    } else {
      try count()
    }
  }

  private func predict(_ name: String) throws {
    let started = Date()
    let progress = common.progress
    progress.step("loading")
    let model = try modelOptions.load(name, skipsRandomWeights: gain == .unit, fixesOpenInputs: gain == .unit)
    progress.step("predicting")
    let options = PredictionOptions(
      gain: gain, signals: signals, thresholds: LatticeThresholds(gradientUnevenness: minUnevenness))
    let result = try PredictRun(model, target: target, at: at, options: options).result()
    let folder = try common.folder(verb: "predict", model: name)
    try result.draw(into: folder)
    try folder.write("findings.json", data: result.findings.json())
    try folder.commit(manifest(name, started: started, digest: model.digest()))
    progress.finish()
    try common.report(result.findings, text: result.findings.text + "\n\nWritten to \(folder.path)")
  }

  private func rank(_ path: String) throws {
    let started = Date()
    let progress = common.progress
    let options = PredictionOptions(
      gain: gain, signals: signals, thresholds: LatticeThresholds(gradientUnevenness: minUnevenness))
    let findings = try SweepRun(yaml: path, options: options).findings { progress.step("predicting", $0, of: $1) }
    let folder = try common.folder(verb: "predict", model: path)
    try findings.draw(into: folder)
    try folder.write("findings.json", data: findings.json())
    try folder.commit(manifest(path, started: started, digest: nil))
    progress.finish()
    try common.report(findings, text: findings.text + "\n\nWritten to \(folder.path)")
  }

  private func count() throws {
    let started = Date()
    let findings = try OverlapFindings(deconvolution: deconvolution, inputs: positions, equivalents: equivalent)
    let name = deconvolution ?? equivalent.joined(separator: " ")
    let stem = name.fileStem
    let folder = try common.folder(verb: "predict", model: stem)
    try findings.draw(into: folder)
    try folder.write("findings.json", data: findings.json())
    try folder.commit(manifest(name, started: started, digest: nil))
    try common.report(findings, text: findings.text + "\n\nWritten to \(folder.path)")
  }

  private func manifest(_ model: String, started: Date, digest: String?) -> Manifest {
    Manifest(
      command: CommandLine.arguments, version: ginghamVersion, model: model, modelDigest: digest, backend: "none",
      threads: common.threadCount,
      parameters: [
        "target": .string(target), "at": at.map(JSONValue.string) ?? .null, "gain": .string(gain.rawValue),
        "signals": .string(signals.rawValue), "min_cv2": .number(minUnevenness),
        "deconvolution": deconvolution.map(JSONValue.string) ?? .null, "positions": .integer(positions),
        "equivalent": .array(equivalent.map(JSONValue.string)), "sweep": sweep.map(JSONValue.string) ?? .null,
      ],
      started: started)
  }
}

extension PredictionOptions.Gain: ExpressibleByArgument {}
extension PredictionOptions.Signals: ExpressibleByArgument {
  static let help: ArgumentHelp =
    "Activations in front of pools, for the prediction: white (independent) or smooth (neighbours alike)."
}
