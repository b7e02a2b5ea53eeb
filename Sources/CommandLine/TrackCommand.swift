import ArgumentParser
import Foundation
import Gingham

struct TrackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "track",
    abstract: "Follows a generator's grid through the checkpoints of its training.",
    discussion: """
      The same seeded latents, or the same --images, go through every checkpoint. A checkpoint is a .pth, .pt,
      .safetensors or .onnx file of one architecture; of a folder all of them are taken. Steps are the last numbers in the
      files' names, or places where the names do not tell.

      With start and end the first and last tenth of the checkpoints, the verdict on a grid is: clean, at no time there;
      heals, there at some time but not at the end; late, not at the start but at the end; grows, at both and 3 dB
      stronger at the end; initial, at both and not stronger.
      """)

  @Argument(help: ArgumentHelp("Checkpoints, or a folder of them.", valueName: "checkpoint"))
  var checkpoints: [String]

  @Option(help: "Samples to draw.")
  var samples = 64

  @Option(help: "Seed of the random numbers.")
  var seed: UInt64 = 0

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Pictures, folders or patterns, for a net that takes pictures.", valueName: "path"))
  var images: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("What the net writes for black and white.", valueName: "0..1|-1..1|0..255"))
  var range: OutputRange?

  @Option(help: ArgumentHelp("Periods in pixels.", valueName: "2,4,8"))
  var periods: PeriodList = PeriodList(periods: .standard)

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var common: RunOptions

  func validate() throws {
    guard (1...1_000_000).contains(samples) else {
      throw ValidationError("--samples takes a number from 1 to 1000000, not \(samples)")
    }
    guard case .listed = periods.periods else { throw ValidationError("--periods takes numbers such as 2,4,8") }
  }

  func run() throws {
    let started = Date()
    let progress = common.progress
    var settings = GenerateRun.Settings()
    (settings.samples, settings.seed, settings.images, settings.range) = (samples, seed, images, range)
    if case .listed(let periods) = periods.periods { settings.periods = periods }
    let run = try TrackRun(
      checkpoints, source: modelOptions.source(checkpoints[0]), settings: settings, backend: common.backend,
      threads: common.threadCount)
    let result = try run.result { progress.step($0, $1, of: $2) }
    progress.step("writing")
    let folder = try outputOptions.folder(verb: "track", model: checkpoints[0])
    try result.write(into: folder)
    try folder.write("findings.json", data: result.findings.json())
    try folder.commit(
      Manifest(
        command: CommandLine.arguments, version: ginghamVersion, model: checkpoints[0], modelDigest: nil,
        backend: common.backend.rawValue, threads: common.threadCount, seed: Int(exactly: seed),
        parameters: [
          "checkpoints": .array(result.findings.checkpoints.map { .string($0.path) }), "samples": .integer(samples),
          "images": .array(images.map(JSONValue.string)), "range": range.map { .string($0.description) } ?? .null,
          "periods": .string(periods.description), "inputs": .array(modelOptions.inputs.map(JSONValue.string)),
        ],
        started: started))
    progress.finish()
    let skipped = result.findings.skipped
    if common.json { for file in skipped { progress.remark("left out: \(file.reason)") } }
    try common.report(result.findings, text: result.findings.text + "\n\nWritten to \(folder.path)")
    if !skipped.isEmpty { throw ExitCode(2) }
  }
}
