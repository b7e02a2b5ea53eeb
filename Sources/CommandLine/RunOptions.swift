import ArgumentParser
import Foundation
import Gingham

/// What every verb takes.
struct RunOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The folder to write; outputs/<verb>-<model>-<time> without it.", valueName: "dir"),
    completion: .directory)
  var output: String?

  @Flag(help: "Replace a folder that holds anything else.") var force = false
  @Flag(help: "Print the findings as JSON on standard output, and nothing else there.") var json = false

  @Option(
    help: ArgumentHelp("Figures also as SVG or PDF, beside PNG.", valueName: "svg,pdf"), transform: read(formats))
  var figures: Set<FigureFormat> = []

  @Flag(help: "No progress and no remarks on standard error.") var quiet = false
  @Flag(help: "Tables and lines as wide as they come, in place of the terminal's width.") var wide = false
  @Option(help: "Threads to compute with; all cores without it.") var threads: Int?

  @Option(help: "The engine: fast (oneDNN), reference (plain Swift, 32 bits) or reference64 (64 bits).")
  var backend: Backend = .fast

  func validate() throws { try Self.validate(threads: threads) }

  static func validate(threads: Int?) throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads takes a number from 1 to 1024, not \(threads)")
    }
  }

  @Sendable private static func formats(_ text: String) -> Set<FigureFormat>? {
    let names = text.split(separator: ",", omittingEmptySubsequences: false).map { FigureFormat(rawValue: String($0)) }
    return (names as? [FigureFormat]).map(Set.init)
  }

  var team: ThreadTeam { threads.map(ThreadTeam.init(threads:)) ?? .allCores }
}

extension Backend: ExpressibleByArgument {}

/// What an option does with its word, where a library reads it.
func read<Value>(_ parse: @escaping @Sendable (String) -> Value?) -> @Sendable (String) throws -> Value {
  { word in
    guard let value = parse(word) else { throw ValidationError("cannot read '\(word)'") }
    return value
  }
}

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
    var context = RunContext(backend: backend, team: team, progress: RunProgress(progress.show))
    context.figureFormats = figures
    let performance = try Hints.given {
      try run.perform(in: context, command: CommandLine.arguments, writingTo: output, replaces: force)
    }
    progress.finish()
    for remark in performance.result.remarks + performance.result.noticed { progress.remark(remark) }
    if json {
      for file in performance.result.skipped { progress.remark("left out: \(file.reason)") }
      try StandardOutput.write(performance.result.json())
    } else {
      let text = TextLayout.$width.withValue(wide ? nil : Terminal.width) {
        TextLayout.wrapped(performance.text.printableLines(isIndented: false))
      }
      try StandardOutput.write(line: text)
    }
    if performance.exitStatus != 0 { throw ExitCode(performance.exitStatus) }
  }
}
