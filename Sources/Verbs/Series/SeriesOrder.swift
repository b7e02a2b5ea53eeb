import Foundation
import GinghamDocuments
import GinghamReporting
import GinghamTensors

/// What is asked of a series that a file describes.
public struct SeriesOrder: Sendable {
  /// What is to be done.
  public enum Way: Hashable, Sendable {
    /// All steps, one after the other, up to the first that fails.
    case whole
    /// Nothing: their command lines are shown.
    case show
    /// A command line a task goes into a file, for whoever runs tasks.
    case plan(String)
    /// An array of jobs, and one behind it that merges; without a scheduler the same tasks here.
    case slurm
    /// One task's share of the steps, of so many.
    case share(Int, of: Int)
    /// What reads other steps' results, and the merging of all.
    case merge
    /// Says how far the series is.
    case status
  }

  /// The YAML file; where only the state is asked for also the folder of a series.
  public var recipe: String
  /// What is to be done.
  public var way = Way.whole
  /// Of the series.
  public var folder: String
  /// Of each step that names none; `nil`: as many as there are cores.
  public var threads: Int?
  /// Steps a task; `nil`: one, or as many as keep the tasks below a thousand.
  public var pack: Int?
  /// Of jobs, beside the work.
  public var wishes = SlurmSubmission.Wishes()
  /// Whether what failed is tried again.
  public var retries = false

  /// All steps, into `outputs/run-` and the file's name.
  public init(_ recipe: String) {
    self.recipe = recipe
    folder = "outputs/run-" + Self.name(of: recipe)
  }

  private static func name(of recipe: String) -> String {
    URL(filePath: recipe).deletingPathExtension().lastPathComponent
  }
}

/// The process that carries an order out: it performs command lines, of which the house below knows only the words.
public struct SeriesHands {
  /// Makes a step's run, to look at it before the first one begins; `nil` for what is no verb of pictures and nets.
  public var run: (RunRecipe.Step) throws -> (any Run)?
  /// Puts errors into words.
  public var describe: (any Error) -> String
  /// Performs a command line, what it says going into a file where one is named, and returns its exit status; less than 0
  /// where a signal ended it.
  public var execute: (_ arguments: [String], _ log: String?) throws -> Int32
  /// The tool as a scheduler's shell finds it, and how jobs are handed to that scheduler: words for `sbatch` in, the job's
  /// number out. `nil`: there is none.
  public var scheduler: (tool: String, submit: ([String]) throws -> String)?
  /// Is told of each step as it begins.
  public var report: (String) -> Void

  /// With the properties of the same names.
  public init(
    run: @escaping (RunRecipe.Step) throws -> (any Run)?, describe: @escaping (any Error) -> String,
    execute: @escaping ([String], String?) throws -> Int32,
    scheduler: (tool: String, submit: ([String]) throws -> String)? = nil, report: @escaping (String) -> Void
  ) {
    (self.run, self.describe, self.execute) = (run, describe, execute)
    (self.scheduler, self.report) = (scheduler, report)
  }
}

extension SeriesOrder {
  /// Does what is asked.
  ///
  /// - Throws: ``DocumentError`` where the file is wrong or a step of a whole series fails, ``FormatError``, and what the
  ///   hands throw.
  public func carriedOut(by hands: SeriesHands) throws -> Outcome {
    switch way {
    case .status: return try SeriesReport(series: begunSeries()).outcome
    case .show:
      let recipe = try checkedRecipe(hands)
      let lines = recipe.steps.map { ShellWord.line(["gingham"] + recipe.arguments(of: $0, threads: threads)) }
      return Outcome(text: lines.joined(separator: "\n"))
    case .whole: return try begin(hands).whole()
    case .plan(let file):
      let shares = SeriesShares(of: try begin(hands).series, pack: pack)
      return try write(file, shares)
    case .slurm:
      let work = try begin(hands)
      let shares = SeriesShares(of: work.series, pack: pack)
      guard let scheduler = hands.scheduler else { return try work.all(shares) }
      return try submit(shares, of: work.series, scheduler)
    case .share(let number, let count):
      let work = try begin(hands)
      return try work.only(SeriesShares(of: work.series, count: count).share(number))
    case .merge:
      let work = try begin(hands)
      return try work.last(SeriesShares(of: work.series, count: 1))
    }
  }

  private func checkedRecipe(_ hands: SeriesHands) throws -> RunRecipe {
    let recipe = try RunRecipe(yaml: recipe)
    try recipe.check(into: folder, run: hands.run, describing: hands.describe)
    return recipe
  }

  private func begin(_ hands: SeriesHands) throws -> SeriesWork {
    let recipe = try checkedRecipe(hands)
    return SeriesWork(order: self, recipe: recipe, series: try SeriesFolder(recipe, at: folder), hands: hands)
  }

  /// The series that a folder holds, or that a file describes.
  private func begunSeries() throws -> SeriesFolder {
    var isFolder: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: recipe, isDirectory: &isFolder)
    return try SeriesFolder(begunAt: isFolder.boolValue ? recipe : folder)
  }

  // MARK: Tasks

  /// A command line of this series; `number` stands for a share's, as a shell would read it.
  private func line(of tool: String, _ words: [String], share number: String? = nil, of count: Int = 1) -> String {
    var line = ShellWord.line([tool, "run", recipe, "--output", folder] + words)
    if let threads { line += " --threads \(threads)" }
    if retries { line += " --retry" }
    return line + (number.map { " --share \($0)/\(count)" } ?? "")
  }

  private func write(_ plan: String, _ shares: SeriesShares) throws -> Outcome {
    let lines = (1...shares.count).map { line(of: "gingham", [], share: "\($0)", of: shares.count) + "\n" }
    try AtomicFile.write(plan) { try $0.append(Array(lines.joined().utf8)) }
    return Outcome(text: "\(shares.count) tasks in \(plan); behind them: \(line(of: "gingham", ["--merge"]))")
  }

  private func submit(
    _ shares: SeriesShares, of series: SeriesFolder,
    _ scheduler: (tool: String, submit: ([String]) throws -> String)
  ) throws -> Outcome {
    let open = try (1...shares.count).filter { number in
      try shares.share(number).contains { unit in
        switch try series.state(of: unit) {
        case .done, .running: false
        case .failed: retries
        case .waiting: true
        }
      }
    }
    let logs = URL(filePath: series.logs).standardizedFileURL.path(percentEncoded: false)
    let submission = SlurmSubmission(named: "gingham-" + Self.name(of: recipe).fileStem, logs: logs, wishes: wishes)
    let task = line(of: scheduler.tool, ["--quiet"], share: "\"$SLURM_ARRAY_TASK_ID\"", of: shares.count)
    var said: [String] = []
    var array: String?
    if !open.isEmpty {
      let job = try scheduler.submit(submission.array(of: open, threads: threads, line: "exec " + task))
      said.append("job \(job): \(open.count) tasks")
      array = job
    }
    let merging = submission.last(after: array, line: "exec " + line(of: scheduler.tool, ["--quiet", "--merge"]))
    said.append("job \(try scheduler.submit(merging)): merges")
    said.append("gingham run \(ShellWord.quoted(folder)) --status says how far they are")
    return Outcome(text: said.joined(separator: "\n"))
  }
}
