import ArgumentParser
import Foundation
import Gingham

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
  @Flag(help: "No progress and no remarks on standard error.") var quiet = false
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
    let outcome = try self.outcome(
      execute: { try ChildProcess.run($0, log: $1) }, starts: true
    ) { progress.remark($0) }
    if json {
      try StandardOutput.write(outcome.findings)
    } else {
      try StandardOutput.write(line: outcome.text().printableLines(isIndented: false))
    }
    for remark in outcome.remarks { progress.remark(remark) }
    if outcome.exitStatus != 0 { throw ExitCode(outcome.exitStatus) }
  }

  /// Performs the series within this process.
  ///
  /// - Parameter perform: one step, by its words.
  func outcome(progress: RunProgress, perform: @escaping ([String]) throws -> Outcome) throws -> Outcome {
    try outcome(execute: { arguments, _ in try perform(arguments).exitStatus }, starts: false) { progress.step($0) }
  }

  private var folder: String {
    output ?? "outputs/run-\(URL(filePath: recipe).deletingPathExtension().lastPathComponent)"
  }

  /// - Parameters:
  ///   - execute: performs one command line, what it says going into a file where one is named, and returns its exit
  ///     status.
  ///   - starts: whether other processes may be started.
  ///   - report: is told of each step as it begins.
  private func outcome(
    execute: @escaping ([String], _ log: String?) throws -> Int32, starts: Bool,
    report: @escaping (String) -> Void
  ) throws -> Outcome {
    if status { return try SeriesReport(series: statusFolder()).outcome }
    let steps = try RunRecipe(yaml: recipe)
    try steps.check(into: folder, run: Self.run, describing: Self.description)
    if dryRun {
      let lines = steps.steps.map { ShellWord.line(["gingham"] + steps.arguments(of: $0, threads: threads)) }
      return Outcome(text: lines.joined(separator: "\n"))
    }
    let series = try SeriesFolder(steps, at: folder)
    let work = SeriesWork(
      series: series, retries: retry, arguments: { steps.arguments(of: $0, threads: threads) },
      execute: { try execute($0, $1) }, report: report)
    if let plan { return try write(plan, SeriesShares(of: series, pack: pack)) }
    if slurm {
      let shares = SeriesShares(of: series, pack: pack)
      guard starts, let sbatch = ChildProcess.path(of: "sbatch") else { return try work.all(shares) }
      return try submit(shares, of: series, with: sbatch)
    }
    if let share { return try work.only(SeriesShares(of: series, count: share.count).share(share.number)) }
    if merge { return try work.last(SeriesShares(of: series, count: 1)) }
    let incomplete = try steps.run(into: folder, threads: threads, execute: { try execute($0, nil) }) {
      step, number, count, isSkipped in
      report("\(number)/\(count) \(step.name)\(isSkipped ? ": done already" : "")")
    }
    _ = try series.merge()
    var outcome = Outcome(text: "Written to \(folder)", folder: folder)
    guard !incomplete.isEmpty else { return outcome }
    outcome.remarks = ["something was left out in \(incomplete.map { "'\($0.name)'" }.joined(separator: ", "))"]
    outcome.exitStatus = 2
    return outcome
  }

  /// The series that a folder holds, or that a file describes.
  private func statusFolder() throws -> SeriesFolder {
    var isFolder: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: recipe, isDirectory: &isFolder)
    return try SeriesFolder(begunAt: isFolder.boolValue ? recipe : folder)
  }

  // MARK: Tasks

  /// A command line of this series; `number` stands for a share's, as a shell would read it.
  private func line(of tool: String, _ words: [String], share number: String? = nil, of count: Int = 1) -> String {
    var line = ShellWord.line([tool, "run", recipe, "--output", folder] + words)
    if let threads { line += " --threads \(threads)" }
    if retry { line += " --retry" }
    return line + (number.map { " --share \($0)/\(count)" } ?? "")
  }

  private func write(_ plan: String, _ shares: SeriesShares) throws -> Outcome {
    let lines = (1...shares.count).map { line(of: "gingham", [], share: "\($0)", of: shares.count) + "\n" }
    try AtomicFile.write(plan) { try $0.append(Array(lines.joined().utf8)) }
    return Outcome(
      text: "\(shares.count) tasks in \(plan); behind them: \(line(of: "gingham", ["--merge"]))")
  }

  private func submit(_ shares: SeriesShares, of series: SeriesFolder, with sbatch: String) throws -> Outcome {
    let open = try (1...shares.count).filter { number in
      try shares.share(number).contains { unit in
        switch try series.state(of: unit) {
        case .done, .running: false
        case .failed: retry
        case .waiting: true
        }
      }
    }
    let wishes = SlurmSubmission.Wishes(
      partition: partition, time: time, arrayLimit: arrayLimit, options: self.sbatch)
    let logs = URL(filePath: series.logs).standardizedFileURL.path(percentEncoded: false)
    let name = "gingham-" + URL(filePath: recipe).deletingPathExtension().lastPathComponent.fileStem
    let submission = SlurmSubmission(named: name, logs: logs, wishes: wishes)
    let tool = try ChildProcess.tool()
    let task = line(of: tool, ["--quiet"], share: "\"$SLURM_ARRAY_TASK_ID\"", of: shares.count)
    var said: [String] = []
    var array: String?
    if !open.isEmpty {
      let job = try job(of: sbatch, submission.array(of: open, threads: threads, line: "exec " + task))
      said.append("job \(job): \(open.count) tasks")
      array = job
    }
    let merging = submission.last(after: array, line: "exec " + line(of: tool, ["--quiet", "--merge"]))
    said.append("job \(try job(of: sbatch, merging)): merges")
    said.append("gingham run \(ShellWord.quoted(folder)) --status says how far they are")
    return Outcome(text: said.joined(separator: "\n"), folder: folder)
  }

  private func job(of sbatch: String, _ words: [String]) throws -> String {
    let (status, output, errors) = try ChildProcess.output(of: sbatch, words)
    guard status == 0, let job = SlurmSubmission.job(parsing: output) else {
      throw FormatError.unreadable(
        path: "sbatch", reason: "exit status \(status): \((errors + output).printable(limit: 400))")
    }
    return job
  }

  private static func run(_ step: RunRecipe.Step) throws -> (any Run)? {
    try (GinghamCommand.parseAsRoot(step.arguments) as? any VerbCommand)?.makeRun()
  }

  private static func description(_ error: any Error) -> String {
    if let described = Hints.described(error) { return described }
    return GinghamCommand.message(for: error).split(separator: "\n").first.map(String.init) ?? "\(error)"
  }
}
