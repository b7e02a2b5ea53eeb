import ArgumentParser
import Foundation
import Gingham
import GinghamOptions
import GinghamProcesses

package struct RunCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Runs a described series of the other verbs; what is done already is skipped.",
    usage: """
      gingham run <recipe> [--output <dir>] [options]
      gingham run <recipe> --plan <file> [--pack <n>]
      gingham run <recipe> --slurm [--pack <n>] [--partition <name>] [--time <time>] [--array-limit <n>] [--sbatch=<option> ...]
      gingham run <recipe or dir> --status [--json]
      """,
    discussion: """
      The file lists steps of any verb. Keys are the verb's options; model and arguments stand before them. 'defaults' are
      shared by all steps; a list is a sweep over its values, several lists over their combinations; a list within a list
      is one setting of several values.

        defaults: {model: random:squeezenet1_1, quiet: true}
        steps:
          - verb: visualize
            objective: ["features.3.cat:7", "features.7.cat:9"]
            preset: [naive, robust]

      --plan and --slurm share the steps among tasks: each takes its share, skips what is done, and notes what fails. Steps
      that read what others write, and the merging of all findings into series.json, series.csv and report.html, come last:
      as a job behind the array, or when the same series is run without a share. Without Slurm, --slurm does the same here.
      """)

  @Argument(
    help: "A YAML file; of --status also the folder of a series.", completion: .file(extensions: ["yaml", "yml"]))
  var recipe: String
  @OptionGroup var options: SettingOptions<SeriesOrder>
  @Flag(help: "No progress and no remarks: the result alone, on standard output.") var quiet = false
  @Flag(help: "With --status: as JSON.") var json = false

  package init() {}

  package func validate() throws {
    try Hints.usage { try order.validate() }
    if json, try order.way != .status { throw ValidationError("--json goes with --status: steps have their own") }
  }

  package func run() throws {
    let progress = TerminalProgress(isShown: !quiet)
    let sbatch = ChildProcess.path(of: "sbatch")
    let outcome = try order.carriedOut(
      by: Self.hands(
        execute: { try ChildProcess.run($0, log: $1) },
        scheduler: try sbatch.map { path in (try ChildProcess.tool(), { try Self.job(of: path, $0) }) },
        report: { progress.remark($0) }))
    if json {
      try StandardOutput.write(outcome.findings)
    } else {
      try StandardOutput.write(line: outcome.text().printableLines(isIndented: false))
    }
    for remark in outcome.remarks { progress.remark(remark) }
    try outcome.end()
  }

  /// Performs the series within this process; no other is started.
  ///
  /// - Parameter perform: one step, by its words.
  package func outcome(progress: RunProgress, perform: @escaping ([String]) throws -> Outcome) throws -> Outcome {
    try order.carriedOut(
      by: Self.hands(execute: { arguments, _ in try perform(arguments).exitStatus }, report: { progress.step($0) }))
  }

  private var order: SeriesOrder {
    get throws { try options.applied(to: SeriesOrder(recipe)) }
  }

  private static func hands(
    execute: @escaping ([String], _ log: String?) throws -> Int32,
    scheduler: (tool: String, submit: ([String]) throws -> String)? = nil, report: @escaping (String) -> Void
  ) -> SeriesHands {
    SeriesHands(
      run: {
        let verb = try GinghamCommand.parseAsRoot($0.arguments) as? any VerbCommand
        try verb?.requireEnd()
        return try verb?.makeRun()
      },
      describe: { error in
        Hints.described(error) ?? GinghamCommand.message(for: error).split(separator: "\n").first.map(String.init)
          ?? "\(error)"
      },
      execute: execute, scheduler: scheduler, report: report)
  }

  private static func job(of sbatch: String, _ words: [String]) throws -> String {
    let (status, output, errors) = try ChildProcess.output(of: sbatch, words)
    guard status == 0, let job = SlurmSubmission.job(parsing: output) else {
      throw FormatError.unreadable(
        path: "sbatch", reason: "exit status \(status): \((errors + output).printable(limit: 400))")
    }
    return job
  }
}
