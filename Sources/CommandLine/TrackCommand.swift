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

  @OptionGroup var sampling: SampleOptions

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var common: RunOptions

  func run() throws {
    let started = Date()
    let progress = common.progress
    let run = try TrackRun(
      checkpoints, source: modelOptions.source(checkpoints[0]), settings: sampling.settings, backend: common.backend,
      threads: common.threadCount)
    let result = try run.result { progress.step($0, $1, of: $2) }
    progress.step("writing")
    let folder = try common.folder(verb: "track", model: checkpoints[0])
    try result.write(into: folder)
    try folder.write("findings.json", data: result.findings.json())
    try folder.commit(
      Manifest(
        command: CommandLine.arguments, version: ginghamVersion, model: checkpoints[0], modelDigest: nil,
        backend: common.backend.rawValue, threads: common.threadCount, seed: Int(exactly: sampling.seed),
        parameters: [
          "checkpoints": .array(result.findings.checkpoints.map { .string($0.path) }),
          "samples": .integer(sampling.samples),
          "images": .array(sampling.images.map(JSONValue.string)),
          "range": sampling.range.map { .string($0.description) } ?? .null,
          "periods": .string(sampling.periods.description), "inputs": .array(modelOptions.inputs.map(JSONValue.string)),
        ],
        started: started))
    progress.finish()
    let skipped = result.findings.skipped
    if common.json { for file in skipped { progress.remark("left out: \(file.reason)") } }
    try common.report(result.findings, text: result.findings.text + "\n\nWritten to \(folder.path)")
    if !skipped.isEmpty { throw ExitCode(2) }
  }
}
