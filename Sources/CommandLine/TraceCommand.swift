import ArgumentParser
import Foundation
import Gingham

struct TraceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Which layer brings which band of the grid in: into gradients, or into the pictures that a net makes.",
    discussion: """
      A net that makes pictures (output N×C×H×W with 1, 3 or 4 channels) is traced forwards, from its input up to the \
      picture: --samples of --seed, or IMAGES where it takes pictures. Every layer's maps are measured; the grid that each \
      transposed convolution's weights make inevitable stands beside the one it paints, and each in turn is made even.

      Of other nets, and wherever --target is named, the gradient is followed from the target back to the pixels. One \
      backward pass a picture gives the gradient at every layer, pooled over the pictures. --without replaces the \
      backward pass of a layer by its even version and shows what becomes of the bands at the pixels.
      """)

  @Argument(help: ModelOptions.modelHelp)
  var model: String

  @Argument(help: "PNG or JPEG pictures; none for a net that makes pictures of random numbers.")
  var images: [String] = []

  @Option(help: ArgumentHelp("What the gradient is of; top without it.", valueName: "objective"))
  var target: String?

  @Option(help: "Samples that a generator draws.")
  var samples = 64

  @Option(help: "Seed of a generator's random numbers.")
  var seed: UInt64 = 0

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("A layer whose backward pass is made even; can be given several times.", valueName: "layer"))
  var without: [String] = []

  @Option(help: PredictionOptions.Signals.help)
  var signals: PredictionOptions.Signals = .white

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var common: RunOptions

  func validate() throws {
    guard (1...100_000).contains(samples) else {
      throw ValidationError("--samples takes a number from 1 to 100000, not \(samples)")
    }
  }

  func run() throws {
    common.progress.step("loading")
    let model = try modelOptions.load(model)
    if target == nil, without.isEmpty, try Generator.isGenerator(model) {
      try traceUp(model)
    } else {
      guard !images.isEmpty else { throw ValidationError("Missing expected argument '<images> ...'") }
      try traceDown(model, target: target ?? "top")
    }
  }

  /// From the latents to the picture.
  private func traceUp(_ model: Model) throws {
    let started = Date()
    let progress = common.progress
    var settings = GenerateRun.Settings()
    (settings.samples, settings.seed, settings.images) = (samples, seed, images)
    let run = try GeneratorTraceRun(model, settings: settings, backend: common.backend, threads: common.threadCount)
    let trace = try run.trace { progress.step($0, $1, of: $2) }
    let folder = try common.folder(verb: "trace", model: self.model)
    try trace.draw(into: folder)
    try folder.write("trace.json", data: trace.json())
    try folder.commit(
      manifest(
        model, started: started,
        parameters: ["samples": .integer(samples), "images": .array(images.map(JSONValue.string))],
        seed: Int(exactly: seed)))
    progress.finish()
    if common.json { for file in trace.skipped { progress.remark("left out: \(file.reason)") } }
    try common.report(trace, text: trace.text + "\n\nWritten to \(folder.path)")
    if !trace.skipped.isEmpty { throw ExitCode(2) }
  }

  /// From the target back to the pixels.
  private func traceDown(_ model: Model, target: String) throws {
    let started = Date()
    let progress = common.progress
    let run = try TraceRun(
      model, target: target, without: without, signals: signals, backend: common.backend,
      threads: common.threadCount)
    let folder = try common.folder(verb: "trace", model: self.model)
    let trace = try run.trace(picturesAt: images) { progress.step("pictures", $0, of: $1) }
    try trace.draw(into: folder)
    try folder.write("trace.json", data: trace.json())
    try folder.commit(
      manifest(
        model, started: started,
        parameters: [
          "target": .string(target), "without": .array(without.map(JSONValue.string)),
          "signals": .string(signals.rawValue), "images": .array(images.map(JSONValue.string)),
        ]))
    progress.finish()
    for remark in run.remarks { progress.remark(remark) }
    try common.report(trace, text: trace.text + "\nWritten to \(folder.path)")
  }

  private func manifest(
    _ model: Model, started: Date, parameters: [String: JSONValue], seed: Int? = nil
  ) throws -> Manifest {
    Manifest(
      command: CommandLine.arguments, version: ginghamVersion, model: self.model, modelDigest: try model.digest(),
      backend: common.backend.rawValue, threads: common.threadCount, seed: seed, parameters: parameters,
      started: started)
  }
}
