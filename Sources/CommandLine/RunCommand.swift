import ArgumentParser
import Foundation
import Gingham

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Runs a described series of the other verbs; what is done already is skipped.",
    discussion: """
      The file lists steps of any verb. Keys are the verb's options; model and arguments stand before them. 'defaults' are
      shared by all steps; a list is a sweep over its values, several lists over their combinations; a list within a list
      is one setting of several values.

        defaults: {model: random:squeezenet1_1, quiet: true}
        steps:
          - verb: visualize
            objective: ["features.3.cat:7", "features.7.cat:9"]
            preset: [naive, robust]
      """)

  @Argument(help: "A YAML file.", completion: .file(extensions: ["yaml", "yml"])) var recipe: String

  @Option(
    help: ArgumentHelp("The folder to write; outputs/run-<recipe> without it.", valueName: "dir"),
    completion: .directory)
  var output: String?

  @Flag(help: "Print the command lines and run nothing.") var dryRun = false
  @Flag(help: "No progress and no remarks on standard error.") var quiet = false
  @Option(help: "Threads of each step that names none; all cores without it.") var threads: Int?

  func validate() throws { try RunOptions.validate(threads: threads) }

  func run() throws {
    let progress = Progress(isShown: !quiet)
    let outcome = try self.outcome(execute: Self.execute) { progress.remark($0) }
    try StandardOutput.write(line: outcome.text())
    for remark in outcome.remarks { progress.remark(remark) }
    if outcome.exitStatus != 0 { throw ExitCode(outcome.exitStatus) }
  }

  /// Performs the series within this process.
  ///
  /// - Parameter perform: one step, by its words.
  func outcome(progress: RunProgress, perform: ([String]) throws -> Outcome) throws -> Outcome {
    try outcome(execute: { try perform($0).exitStatus }, report: { progress.step($0) })
  }

  /// - Parameters:
  ///   - execute: performs one command line and returns its exit status.
  ///   - report: is told of each step as it begins.
  private func outcome(execute: ([String]) throws -> Int32, report: (String) -> Void) throws -> Outcome {
    let series = try RunRecipe(yaml: recipe)
    let folder = output ?? "outputs/run-\(URL(filePath: recipe).deletingPathExtension().lastPathComponent)"
    try series.check(into: folder, run: Self.run, describing: Self.description)
    if dryRun {
      let lines = series.steps.map { ShellWord.line(["gingham"] + series.arguments(of: $0, threads: threads)) }
      return Outcome(text: lines.joined(separator: "\n"))
    }
    let incomplete = try series.run(into: folder, threads: threads, execute: execute) {
      step, number, count, isSkipped in
      report("\(number)/\(count) \(step.name)\(isSkipped ? ": done already" : "")")
    }
    var outcome = Outcome(text: "Written to \(folder)", folder: folder)
    guard !incomplete.isEmpty else { return outcome }
    outcome.remarks = ["something was left out in \(incomplete.map { "'\($0.name)'" }.joined(separator: ", "))"]
    outcome.exitStatus = 2
    return outcome
  }

  private static func run(_ step: RunRecipe.Step) throws -> (any Run)? {
    try (GinghamCommand.parseAsRoot(step.arguments) as? any VerbCommand)?.makeRun()
  }

  private static func description(_ error: any Error) -> String {
    if let described = Hints.described(error) { return described }
    return GinghamCommand.message(for: error).split(separator: "\n").first.map(String.init) ?? "\(error)"
  }

  private static func execute(_ arguments: [String]) throws -> Int32 {
    guard let path = Bundle.main.executablePath else {
      throw FormatError.unreadable(path: "gingham", reason: "the tool does not find itself")
    }
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    let lifeline = try Lifeline(for: process)
    try process.run()
    process.waitUntilExit()
    withExtendedLifetime(lifeline) {}
    return process.terminationStatus
  }
}
