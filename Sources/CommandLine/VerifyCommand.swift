import ArgumentParser
import Foundation
import Gingham

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Holds the fast engine against the 64-bit reference on your network, or runs ONNX test cases.",
    usage: """
      gingham verify <model> [--image <path>] [options]
      gingham verify --case <dir> ... [--backend <backend>] [options]
      """,
    discussion: """
      Errors are max|Δ|/max|reference|. With --case, each folder holds model.onnx and test_data_set_N/ as the ONNX
      suite has them; they run on the engine that --backend names.
      """)

  @Argument(help: ModelOptions.modelHelp)
  var model: String?

  @Option(name: .customLong("case"), parsing: .upToNextOption, help: "Folders of ONNX test cases.")
  var cases: [String] = []

  @OptionGroup var modelOptions: ModelOptions

  @Option(help: "A picture to run; seeded noise without it.")
  var image: String?

  @Option(help: "Seed of the noise.")
  var seed: UInt64 = 0

  @Option(help: "The largest relative error that passes.")
  var tolerance = 1e-4

  @OptionGroup var common: RunOptions

  func validate() throws {
    guard (model == nil) != cases.isEmpty else {
      throw ValidationError("name a model, or folders of test cases with --case, and not both")
    }
  }

  func run() throws {
    if let model {
      try verify(model)
    } else {
      try conform()
    }
  }

  private func verify(_ name: String) throws {
    let model = try modelOptions.load(name)
    let progress = common.progress
    let verification = try Verification(
      of: model, input: try image.map(model.input(pictureAt:)), seed: seed, threads: common.threadCount,
      tolerance: tolerance, progress: progress.step)
    progress.finish()
    try common.report(verification, text: verification.text)
    if !verification.passed { throw ExitCode.failure }
  }

  private func conform() throws {
    let progress = common.progress
    let summary = ConformanceSummary(
      folders: cases, backend: common.backend, threads: common.threadCount,
      progress: { progress.step("test cases", $0, of: $1) })
    progress.finish()
    try common.report(summary, text: summary.text)
    if summary.failed > 0 { throw ExitCode.failure }
  }
}
