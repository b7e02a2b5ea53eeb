import Foundation
import GinghamReporting
import GinghamTensors

/// `results`: lists, filters and compares what runs have found, from the folders that they have left.
public struct ResultsRun: Run {
  /// The verb: what manifests and folders call the run.
  public static let name = "results"
  /// It answers a question: without a folder named for it, nothing is written but the file that the settings name.
  public static let writesUnasked = false

  /// All that the run is asked to do.
  public var settings: ResultsSettings

  /// Reads nothing yet.
  public init(settings: ResultsSettings) {
    self.settings = settings
  }

  /// What the manifest is written from.
  public var record: RunRecord {
    let manifests = ((try? StoredRun.folders(below: settings.folders)) ?? []).map { "\($0)/\(StoredRun.manifest)" }
    return RunRecord(subject: settings.folders.first ?? "", inputs: manifests, settings: settings)
  }

  /// - Throws: ``SettingError``.
  public func validate() throws { try settings.validate() }

  /// Folders that tell of no run are left out, with the reason.
  ///
  /// - Throws: ``MeasureError/nothingThere(_:)``, ``ResultsError/noRuns(in:)``, ``FormatError/unwritable(path:reason:)``.
  public func result(in context: RunContext) throws -> RunResult<ResultsFindings> {
    let folders = try StoredRun.folders(below: settings.folders)
    guard !folders.isEmpty else { throw ResultsError.noRuns(in: settings.folders) }
    var runs: [StoredRun] = []
    var skipped: [SkippedFile] = []
    for (index, folder) in folders.enumerated() {
      context.progress.step("runs", index, of: folders.count)
      try Interruption.check()
      do {
        var run = try StoredRun(folder: folder)
        guard settings.includes(run) else { continue }
        let all = run.figures
        run.figures = all.filter(settings.includes)
        // Whoever asks for bands does not ask for runs without them.
        if run.figures.isEmpty, settings.layer != nil || !settings.periods.isEmpty { continue }
        runs.append(run)
      } catch {
        skipped.append(SkippedFile(path: folder, reason: "\(error)"))
      }
    }
    let findings = ResultsFindings(runs, skipped: skipped)
    if let path = settings.csv { try AtomicFile.write(path) { try $0.append(Array(findings.csv.utf8)) } }
    return RunResult(findings, skipped: skipped, draw: findings.draw)
  }
}

/// Why there is nothing to list.
public enum ResultsError: Error, Hashable, Sendable {
  /// The folders are there, and no run has left anything in them.
  case noRuns(in: [String])
}

extension ResultsError: CustomStringConvertible {
  /// For the terminal.
  public var description: String {
    switch self {
    case .noRuns(let folders):
      "no run has left a \(StoredRun.manifest) in \(folders.map { "'\($0)'" }.joined(separator: ", "))"
    }
  }
}
