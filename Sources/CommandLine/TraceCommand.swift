import ArgumentParser
import Foundation
import Gingham

struct TraceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Follows the gradient from the target back to the pixels: which layer brings which band of the grid in.",
    discussion: """
      One backward pass a picture gives the gradient at every layer, pooled over the pictures. --without replaces the \
      backward pass of a layer by its even version and shows what becomes of the bands at the pixels.
      """)

  @Argument(help: ModelOptions.modelHelp)
  var model: String

  @Argument(help: "PNG or JPEG pictures.")
  var images: [String]

  @Option(help: ArgumentHelp("What the gradient is of.", valueName: "objective"))
  var target = "top"

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("A layer whose backward pass is made even; can be given several times.", valueName: "layer"))
  var without: [String] = []

  @Option(help: SignalAssumption.help)
  var signals: SignalAssumption = .white

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var common: RunOptions

  func run() throws {
    let started = Date()
    let progress = common.progress
    progress.step("loading")
    let model = try modelOptions.load(model)
    let run = try TraceRun(
      model, target: target, without: without, signals: signals.signals, backend: common.backend,
      threads: common.threadCount)
    let folder = try outputOptions.folder(verb: "trace", model: self.model)
    let trace = try run.trace(picturesAt: images) { progress.step("pictures", $0, of: $1) }
    try trace.draw(into: folder)
    try folder.write("trace.json", data: trace.json())
    try folder.commit(
      Manifest(
        command: CommandLine.arguments, version: ginghamVersion, model: self.model, modelDigest: model.digest(),
        backend: common.backend.rawValue, threads: common.threadCount,
        parameters: [
          "target": .string(target), "without": .array(without.map(JSONValue.string)),
          "signals": .string(signals.rawValue), "images": .array(images.map(JSONValue.string)),
        ],
        started: started))
    progress.finish()
    for remark in run.remarks { progress.remark(remark) }
    try common.report(trace, text: trace.text + "\nWritten to \(folder.path)")
  }
}
