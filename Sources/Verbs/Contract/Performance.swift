import Foundation
import GinghamModels
import GinghamReporting
import GinghamTensors

/// A run that was performed, ready to be reported.
public struct Performance<Findings: RunFindings> {
  /// What was found, skipped and remarked.
  public var result: RunResult<Findings>
  /// The folder that was written; `nil` where none was.
  public var folder: String?

  /// 0; 1 where a test failed; 2 where something was left out, or what was wanted did not come about.
  public var exitStatus: Int32 { !result.passed ? 1 : result.skipped.isEmpty && result.reached ? 0 : 2 }

  /// For the terminal, without a newline at its end.
  public var text: String { result.findings.text + (folder.map { "\n\nWritten to \($0)" } ?? "") }
}

extension Run {
  /// Computes, writes folder, findings and manifest, and commits them: all or nothing appears under the folder's name.
  ///
  /// What a run that was cut short has kept there is taken, where it was this run: the same settings, files and version.
  ///
  /// - Parameters:
  ///   - command: as it was typed, for the manifest.
  ///   - path: the folder; without one `outputs/<name>-<subject>-<time>`, or none for runs that do not write unasked.
  ///   - replaces: whether a folder that holds anything but this run is replaced.
  /// - Throws: ``InterruptionError``, what ``validate()`` and ``result(in:)`` throw, ``RunFolderError``,
  ///   ``FormatError/unwritable(path:reason:)``.
  public func perform(
    in context: RunContext, command: [String], writingTo path: String? = nil, replaces: Bool = false
  ) throws -> Performance<Findings> {
    let started = Date()
    try validate()
    guard path != nil || Self.writesUnasked else {
      return Performance(result: try watched(in: context.writing(into: nil)), folder: nil)
    }
    let record = record
    // Of a model that cannot be read, whoever loads it has more to say.
    let draft = try? record.manifest(command: command, context: context, started: started)
    let identity = try draft?.identity(of: Self.name)
    let wanted =
      path ?? RunFolder.defaultPath(verb: Self.name, model: record.subject, date: started, identity: identity)
    let folder = try RunFolder(path: wanted, identity: identity, replaces: replaces)
    folder.figureFormats = context.figureFormats
    folder.figureSubject = record.figureSubject
    let result = try watched(in: context.writing(into: folder))
    context.progress.step("writing")
    try result.draw(folder)
    try folder.write(Findings.fileName, data: result.json(timeless: true))
    try result.append(folder)
    var manifest = try draft ?? record.manifest(command: command, context: context, started: started)
    manifest.parameters.merge(result.settled) { _, chosen in chosen }
    try folder.commit(manifest)
    return Performance(result: result, folder: folder.path)
  }

  /// Numbers of less than 32 bits say so wherever they go.
  private func precisionRemarks(_ engine: EngineChoice) -> [String] {
    guard record.runsModel, engine.precision != .float32 else { return [] }
    return ["multiplied in \(engine.precisionName): 'verify' in the same precision says what that costs in this net"]
  }

  /// The result, with what came to light on the way.
  private func watched(in context: RunContext) throws -> RunResult<Findings> {
    var result = try result(in: context)
    // What was left out because nobody waited any more is no result.
    try Interruption.check()
    result.noticed = precisionRemarks(context.engine) + context.remarks.all
    return result
  }
}
