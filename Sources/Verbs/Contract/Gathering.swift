import GinghamReporting
import GinghamTensors

/// What is made of a set's files, in their order. It outlives a run that is cut short: the next one goes on behind the last
/// file that was kept, with the set as it was then.
final class Gathering<Set: Codable> {
  /// What stands for all files so far.
  private struct State: Codable {
    var set: Set
    var done = 0
    var skipped: [SkippedFile] = []
  }

  private var state: State
  private let files: [String]
  private let what: String
  private let progress: RunProgress
  private let spool: RowSpool<State>?

  /// - Parameters:
  ///   - set: empty.
  ///   - what: is counted; no other loop of the run counts the same.
  init(_ set: Set, of files: [String], counting what: String, in context: RunContext) {
    (self.files, self.what, progress) = (files, what, context.progress)
    spool = context.store().map { RowSpool("rows", of: what, in: $0) }
    state = spool?.found ?? State(set: set)
    progress.step(what, state.done, of: files.count)
  }

  /// Files that are to come, in their order.
  var rest: [String] { Array(files.dropFirst(state.done)) }

  /// The first of them.
  private var next: String { files[state.done] }

  /// Takes in what the next file gives.
  ///
  /// - Throws: what `body` does, ``FormatError/unwritable(path:reason:)``.
  func take(_ body: (inout Set) throws -> Void) throws {
    try body(&state.set)
    try pass()
  }

  /// Leaves the next file out.
  ///
  /// - Throws: ``FormatError/unwritable(path:reason:)``.
  func leaveOut(_ error: any Error) throws {
    state.skipped.append(SkippedFile(path: next, reason: "\(error)"))
    try pass()
  }

  private func pass() throws {
    state.done += 1
    progress.step(what, state.done, of: files.count)
    try spool?.keepNowAndThen(state)
  }

  /// The set, where all files are done with; of a run that nobody wants any more, whatever is done is kept.
  ///
  /// - Throws: ``InterruptionError``, ``FormatError/unwritable(path:reason:)``.
  func finish() throws -> (set: Set, skipped: [SkippedFile]) {
    do {
      try Interruption.check()
    } catch {
      if state.done > 0 { try spool?.keep(state) }
      throw error
    }
    try spool?.keepLast(state)
    return (state.set, state.skipped)
  }
}
