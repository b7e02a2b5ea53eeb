/// A series as jobs of Slurm: an array whose tasks take a share each, and a job behind it that merges. Only words are made
/// here, for `sbatch`.
public struct SlurmSubmission: Sendable {
  /// What a site or a user wants beside the work.
  public struct Wishes: Hashable, Sendable {
    /// Where to run; `nil`: as the site says.
    public var partition: String?
    /// Of a task, as `sbatch` takes it; `nil`: as the site says.
    public var time: String?
    /// Tasks at a time; `nil`: as many as there is room for.
    public var arrayLimit: Int?
    /// Handed to `sbatch` as they are, in front of all else.
    public var options: [String]

    /// With the properties of the same names.
    public init(partition: String? = nil, time: String? = nil, arrayLimit: Int? = nil, options: [String] = []) {
      (self.partition, self.time, self.arrayLimit, self.options) = (partition, time, arrayLimit, options)
    }
  }

  private let wishes: Wishes
  private let name: String
  private let logs: String

  /// - Parameters:
  ///   - name: of the jobs.
  ///   - logs: the folder that tasks write what they say to.
  public init(named name: String, logs: String, wishes: Wishes) {
    (self.name, self.logs, self.wishes) = (name, logs, wishes)
  }

  /// Of the array. A task whose node is lost is put in line again by Slurm.
  ///
  /// - Parameters:
  ///   - shares: from 1.
  ///   - threads: of a task, so many CPUs are asked for.
  ///   - line: of a shell, which finds the task's number in `SLURM_ARRAY_TASK_ID`.
  public func array(of shares: [Int], threads: Int?, line: String) -> [String] {
    let limit = wishes.arrayLimit.map { "%\($0)" } ?? ""
    let places = "--array=" + shares.map(String.init).joined(separator: ",") + limit
    let processors = threads.map { ["--cpus-per-task=\($0)"] } ?? []
    return wishes.options + common("%A_%a") + [places, "--requeue"] + processors + ["--wrap", line]
  }

  /// Of the job that comes when the array has ended, however it did.
  ///
  /// - Parameter job: `nil`: there is nothing left to wait for.
  public func last(after job: String?, line: String) -> [String] {
    let waits = job.map { ["--dependency=afterany:\($0)"] } ?? []
    return wishes.options + common("%j") + waits + ["--requeue", "--wrap", line]
  }

  private func common(_ log: String) -> [String] {
    ["--parsable", "--job-name=\(name)", "--output=\(logs)/slurm-\(log).log"]
      + (wishes.partition.map { ["--partition=\($0)"] } ?? []) + (wishes.time.map { ["--time=\($0)"] } ?? [])
  }

  /// The job's number, from what `sbatch --parsable` prints: `1234` or `1234;cluster`.
  public static func job(parsing text: String) -> String? {
    let number = text.split(separator: "\n").last?.split(separator: ";").first.map(String.init)?.trimmingSpaces
    return number.flatMap { $0.allSatisfy(\.isNumber) && !$0.isEmpty ? $0 : nil }
  }
}

extension String {
  fileprivate var trimmingSpaces: String { String(drop { $0 == " " }) }
}
