extension SeriesOrder: SettingOwner {
  /// Of no file yet.
  public static let usual = SeriesOrder("")

  private static let ways = ["dry_run", "plan", "slurm", "share", "merge", "status"]
  private static let (plan, slurm) = (Mention.option("plan"), Mention.option("slurm"))

  /// All but the file.
  public static let settings: [Setting<SeriesOrder>] = [
    Setting(
      "output", .word, of: String.self, "The folder to write; outputs/run-<recipe> without it.", valueName: "dir"
    ) {
      $0.folder = $1.last ?? $0.folder
    }.naming(.folder),
    way("dry_run", .show, "Print the command lines and run nothing."),
    .threads(at: \.threads, "Threads of each step that names none; all cores without it."),
    Setting(
      "plan", .word, of: String.self, "Write a command line a task, for GNU parallel and its like.", valueName: "file"
    ) { order, files in
      for file in files { order.way = .plan(file) }
    }.naming(.file()).excluding(ways),
    way("slurm", .slurm, "Submit the tasks as a job array of Slurm, and a job behind it that merges."),
    Setting(
      "pack", \.pack, "Steps a task of \(plan) and \(slurm) (default: 1, and more above a thousand tasks)."),
    Setting("partition", \.wishes.partition, "Partition of \(slurm)."),
    Setting("time", \.wishes.time, "Time limit of a task of \(slurm), as sbatch takes it."),
    Setting("array_limit", \.wishes.arrayLimit, "Tasks of \(slurm) at a time."),
    Setting(
      "sbatch", .repeated, \.wishes.options,
      "An option that sbatch is handed as it is, such as \(Mention.option("sbatch"))=--mem=8G.", valueName: "option"
    ).takingMinus(),
    Setting(
      "share", .word, of: Share.self, "Run this share of the steps, of so many.", valueName: "number/count"
    ) { order, shares in
      for share in shares { order.way = .share(share.number, of: share.count) }
    }.excluding(ways),
    way("merge", .merge, "Run what reads other steps' results, and merge the findings of all."),
    way("status", .status, "Say what is done, running, failed and why."),
    Setting("retry", \.retries, "Try steps again that failed."),
  ]

  private static func way(_ name: String, _ way: Way, _ help: String) -> Setting<SeriesOrder> {
    Setting(name, .flag, of: Bool.self, help) { order, _ in order.way = way }.excluding(ways)
  }

  /// - Throws: ``SettingError``.
  public func validate() throws {
    for (value, setting) in [(pack, "pack"), (wishes.arrayLimit, "array_limit")] {
      if let value { try SettingError.require(value >= 1, setting, value, "a number from 1") }
    }
  }
}

/// One of a number of shares: `2/8`.
private struct Share: SettingValue {
  var number: Int
  var count: Int

  init?(word: String) {
    let parts = word.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard let numbers = parts as? [Int], numbers.count == 2, numbers[1] >= 1, (1...numbers[1]).contains(numbers[0])
    else { return nil }
    (number, count) = (numbers[0], numbers[1])
  }

  var word: String? { "\(number)/\(count)" }
  static var expected: String { "a share of so many, such as 2/8" }
}
