import Foundation
import GinghamReporting

/// A run that was performed, ready to be reported.
public struct Performance<Findings: RunFindings> {
  public var result: RunResult<Findings>
  /// The folder that was written; `nil` where none was.
  public var folder: String?

  /// 0; 1 where a test failed; 2 where something was left out.
  public var exitStatus: Int32 { !result.passed ? 1 : result.skipped.isEmpty ? 0 : 2 }

  /// For the terminal, without a newline at its end.
  public var text: String { result.findings.text + (folder.map { "\n\nWritten to \($0)" } ?? "") }
}

extension Run {
  /// Computes, writes folder, findings and manifest, and commits them: all or nothing appears under the folder's name.
  ///
  /// - Parameters:
  ///   - command: as it was typed, for the manifest.
  ///   - path: the folder; without one `outputs/<name>-<subject>-<time>`, or none for runs that do not write unasked.
  /// - Throws: what ``validate()`` and ``result(in:)`` throw, ``FormatError/unwritable(path:reason:)``.
  public func perform(
    in context: RunContext, command: [String], writingTo path: String? = nil
  ) throws -> Performance<Findings> {
    let started = Date()
    try validate()
    let record = record
    let wanted =
      path ?? (Self.writesUnasked ? RunFolder.defaultPath(verb: Self.name, model: record.subject, date: started) : nil)
    let folder = try wanted.map(RunFolder.init(path:))
    let inner = context.writing(into: folder)
    var result = try result(in: inner)
    result.noticed = inner.remarks.all
    if let folder {
      context.progress.step("writing")
      try result.draw(folder)
      try folder.write(Findings.fileName, data: result.json())
      try result.append(folder)
      try folder.commit(
        record.manifest(command: command, context: context, started: started, settled: result.settled))
    }
    return Performance(result: result, folder: folder?.path)
  }
}
