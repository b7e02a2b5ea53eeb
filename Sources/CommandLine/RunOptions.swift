import ArgumentParser
import Foundation
import Gingham

/// What every verb takes.
struct RunOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The folder to write; outputs/<verb>-<model>-<time> without it.", valueName: "dir"))
  var output: String?

  @Flag(help: "Print the findings as JSON on standard output, and nothing else there.")
  var json = false

  @Flag(help: "No progress and no remarks on standard error.")
  var quiet = false

  @Option(help: "Threads to compute with; all cores without it.")
  var threads: Int?

  @Option(help: "The engine: fast (oneDNN), reference (plain Swift, 32 bits) or reference64 (64 bits).")
  var backend: Backend = .fast

  func validate() throws { try Self.validate(threads: threads) }

  static func validate(threads: Int?) throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads takes a number from 1 to 1024, not \(threads)")
    }
  }

  var team: ThreadTeam { threads.map(ThreadTeam.init(threads:)) ?? .allCores }
}

extension Backend: ExpressibleByArgument {}

/// A verb on the command line: options, and the run that they make.
protocol VerbCommand: ParsableCommand {
  var common: RunOptions { get }

  /// - Throws: ``SettingError`` where options exclude each other.
  func makeRun() throws -> any Run
}

extension VerbCommand {
  func validate() throws { try Hints.usage { try makeRun().validate() } }

  func run() throws { try common.perform(try makeRun()) }
}

extension RunOptions {
  /// Performs a run and reports it: as JSON where that was asked for, else as text.
  func perform(_ run: some Run) throws {
    let progress = Progress(isShown: !quiet)
    let context = RunContext(backend: backend, team: team, progress: RunProgress(progress.show))
    let performance = try Hints.given {
      try run.perform(in: context, command: CommandLine.arguments, writingTo: output)
    }
    progress.finish()
    for remark in performance.result.remarks + performance.result.noticed { progress.remark(remark) }
    if json {
      for file in performance.result.skipped { progress.remark("left out: \(file.reason)") }
      try FileHandle.standardOutput.write(contentsOf: performance.result.json())
    } else {
      print(performance.text.printableLines(isIndented: false))
    }
    if performance.exitStatus != 0 { throw ExitCode(performance.exitStatus) }
  }
}
