import ArgumentParser
import Foundation
import Gingham
import GinghamProcesses

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

  @Flag(help: "No progress and no remarks: the result alone, on standard output.") var quiet = false
  @Flag(help: "Tables and lines as wide as they come, in place of the terminal's width.") var wide = false
  @Option(help: "Threads to compute with; all cores without it.") var threads: Int?

  @Option(help: "The engine: fast (oneDNN), reference (plain Swift, 32 bits) or reference64 (64 bits).")
  var backend: Backend = .fast

  @Option(
    help: """
      How exactly convolutions and products with weights multiply: float32, or bf16 (8 significant bits, several times \
      as fast on CPUs with AMX). Sums and all else are float32. 'verify --precision bf16' says what it costs.
      """)
  var precision: Precision = .float32
  @Flag(help: "Round as --precision does without the CPU's instructions for it, as fast as float32 at best.")
  var emulate = false

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

  var engine: EngineChoice { EngineChoice(backend, precision: precision, emulates: emulate) }
  var team: ThreadTeam { threads.map(ThreadTeam.init(threads:)) ?? .allCores }
}

extension Backend: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}

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

  func run() throws {
    let progress = Progress(isShown: !common.quiet)
    let outcome = try Hints.given {
      try self.outcome(command: CommandLine.arguments, progress: RunProgress(progress.show))
    }
    try common.report(outcome, progress)
  }

  /// Performs the verb and tells nobody.
  ///
  /// - Parameter command: as it was typed, for the manifest.
  /// - Throws: what the run throws.
  func outcome(command: [String], progress: RunProgress) throws -> Outcome {
    try common.outcome(of: try makeRun(), command: command, progress: progress)
  }
}

extension RunOptions {
  fileprivate func outcome(of run: some Run, command: [String], progress: RunProgress) throws -> Outcome {
    try Outcome(perform(run, command: command, progress: progress))
  }

  func perform<Verb: Run>(
    _ run: Verb, command: [String], progress: RunProgress
  ) throws -> Performance<Verb.Findings> {
    var context = RunContext(engine: engine, team: team, progress: progress)
    context.figureFormats = figures
    return try run.perform(in: context, command: command, writingTo: output, replaces: force)
  }

  /// Reports what came out: as JSON where that was asked for, else as text.
  func report(_ outcome: Outcome, _ progress: Progress) throws {
    progress.finish()
    for remark in outcome.remarks { progress.remark(remark) }
    if json {
      for file in outcome.skipped { progress.remark("left out: \(file.reason)") }
      try StandardOutput.write(outcome.findings)
    } else {
      let text = TextLayout.$width.withValue(wide ? nil : Terminal.width) {
        TextLayout.wrapped(outcome.text().printableLines(isIndented: false))
      }
      try StandardOutput.write(line: text)
    }
    if outcome.exitStatus != 0 { throw ExitCode(outcome.exitStatus) }
  }
}
