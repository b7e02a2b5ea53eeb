import ArgumentParser
import Foundation
import Gingham
import GinghamProcesses

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
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

  @Option(
    help: ArgumentHelp("The folder to write; outputs/run-<recipe> without it.", valueName: "dir"),
    completion: .directory)
  var output: String?

  @Flag(help: "Print the command lines and run nothing.") var dryRun = false
  @Flag(help: "No progress and no remarks: the result alone, on standard output.") var quiet = false
  @Option(help: "Threads of each step that names none; all cores without it.") var threads: Int?

  @Option(
    help: ArgumentHelp("Write a command line a task, for GNU parallel and its like.", valueName: "file"),
    completion: .file())
  var plan: String?

  @Flag(help: "Submit the tasks as a job array of Slurm, and a job behind it that merges.") var slurm = false
  @Option(help: "Steps a task of --plan and --slurm (default: 1, and more above a thousand tasks).") var pack: Int?
  @Option(help: "Partition of --slurm.") var partition: String?
  @Option(help: "Time limit of a task of --slurm, as sbatch takes it.") var time: String?
  @Option(help: "Tasks of --slurm at a time.") var arrayLimit: Int?

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp("An option that sbatch is handed as it is, such as --sbatch=--mem=8G.", valueName: "option"))
  var sbatch: [String] = []

  @Option(
    help: ArgumentHelp("Run this share of the steps, of so many.", valueName: "number/count"),
    transform: read(Share.init(parsing:)))
  var share: Share?

  @Flag(help: "Run what reads other steps' results, and merge the findings of all.") var merge = false
  @Flag(help: "Say what is done, running, failed and why.") var status = false
  @Flag(help: "Try steps again that failed.") var retry = false
  @Flag(help: "With --status: as JSON.") var json = false

  /// One of a number of shares.
  struct Share {
    var number: Int
    var count: Int

    init?(parsing text: String) {
      let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
      guard let numbers = parts as? [Int], numbers.count == 2, numbers[1] >= 1, (1...numbers[1]).contains(numbers[0])
      else { return nil }
      (number, count) = (numbers[0], numbers[1])
    }
  }

  func validate() throws {
    try RunOptions.validate(threads: threads)
    let ways = [dryRun, plan != nil, slurm, share != nil, merge, status]
    if ways.count(where: { $0 }) > 1 {
      throw ValidationError("--dry-run, --plan, --slurm, --share, --merge and --status exclude each other")
    }
    for (value, option) in [(pack, "--pack"), (arrayLimit, "--array-limit")] {
      if let value, value < 1 { throw ValidationError("\(option) takes a number from 1, not \(value)") }
    }
    if json, !status { throw ValidationError("--json goes with --status: steps have their own") }
  }

  func run() throws {
    let progress = Progress(isShown: !quiet)
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
    if outcome.exitStatus != 0 { throw ExitCode(outcome.exitStatus) }
  }

  /// Performs the series within this process; no other is started.
  ///
  /// - Parameter perform: one step, by its words.
  func outcome(progress: RunProgress, perform: @escaping ([String]) throws -> Outcome) throws -> Outcome {
    try order.carriedOut(
      by: Self.hands(execute: { arguments, _ in try perform(arguments).exitStatus }, report: { progress.step($0) }))
  }

  private var order: SeriesOrder {
    let wishes = SlurmSubmission.Wishes(
      partition: partition, time: time, arrayLimit: arrayLimit, options: sbatch)
    let way: SeriesOrder.Way =
      if status {
        .status
      } else if dryRun {
        .show
      } else if let plan {
        .plan(plan)
      } else if slurm {
        .slurm(wishes)
      } else if let share {
        .share(share.number, of: share.count)
      } else {
        merge ? .merge : .whole
      }
    var order = SeriesOrder(recipe, way, into: output)
    (order.threads, order.pack, order.retries) = (threads, pack, retry)
    return order
  }

  private static func hands(
    execute: @escaping ([String], _ log: String?) throws -> Int32,
    scheduler: (tool: String, submit: ([String]) throws -> String)? = nil, report: @escaping (String) -> Void
  ) -> SeriesHands {
    SeriesHands(
      run: { try (GinghamCommand.parseAsRoot($0.arguments) as? any VerbCommand)?.makeRun() },
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
