import ArgumentParser
import Gingham

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Times the forward pass and the input gradient of an objective.")

  @Argument(help: ModelOptions.modelHelp)
  var model: String

  @OptionGroup var modelOptions: ModelOptions

  @Option(help: "What the gradient is of; the net is cut behind it.")
  var target = "top"

  @Option(help: "Pictures in a batch.")
  var batch = 1

  @Option(help: "At least this many timed runs.")
  var runs = 20

  @OptionGroup var common: RunOptions

  func validate() throws {
    guard batch >= 1, runs >= 1 else { throw ValidationError("--batch and --runs take numbers from 1") }
  }

  func run() throws {
    let progress = common.progress
    progress.step("loading")
    let model = try modelOptions.load(model)
    progress.step("timing")
    let objective = try model.objectiveParser().parse(target)
    let benchmark = try Benchmark(
      of: model, objective: objective, target: target, batch: batch, runs: runs, backend: common.backend,
      threads: common.threadCount)
    progress.finish()
    try common.report(benchmark, text: benchmark.text)
  }
}
