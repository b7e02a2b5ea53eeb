import GinghamReporting
import GinghamTensors

/// What is made of a set's files, in their order. It outlives a run that is cut short: the next one goes on behind the last
/// file that was kept, with the set as it was then.
final class Gathering<Gathered: Codable> {
  /// What stands for all files so far.
  private struct State: Codable {
    var set: Gathered
    var done = 0
    var skipped: [SkippedFile] = []
  }

  private var state: State
  private let files: [String]
  private let what: String
  private let context: RunContext
  private let spool: RowSpool<State>?

  /// - Parameters:
  ///   - set: empty.
  ///   - what: is counted; no other loop of the run counts the same.
  ///   - storing: makes the set of many files (``RunContext/storesNumbers(of:)``) keep numbers on the disk.
  init(
    _ set: Gathered, of files: [String], counting what: String, in context: RunContext,
    storing: (inout Gathered, Storage) -> Void = { _, _ in }
  ) {
    (self.files, self.what, self.context) = (files, what, context)
    spool = context.store().map { RowSpool("rows", of: what, in: $0) }
    state = spool?.found ?? State(set: set)
    if let spool, spool.found == nil, context.storesNumbers(of: files) { storing(&state.set, Storage(spool.file)) }
  }

  /// Reads the files that are left, several at once, and adds what each gives. Files that cannot be read or added are left
  /// out with their reason.
  ///
  /// - Parameters:
  ///   - ahead: how many files may be read before the first of them is added.
  ///   - add: is called by one thread at a time, in the files' order.
  /// - Returns: all files' set; files that were left out; what the first of these failed with in this run.
  /// - Throws: ``InterruptionError``, ``FormatError/unwritable(path:reason:)``.
  func gather<Value: Sendable>(
    ahead: Int, read: @Sendable (_ file: String) throws -> Value,
    add: (inout Gathered, _ file: String, Value) throws -> Void
  ) throws -> (set: Gathered, skipped: [SkippedFile], first: (any Error)?) {
    let isInterrupted = Interruption.current
    let stop = Flag()
    var (first, failure): ((any Error)?, (any Error)?)
    context.progress.step(what, state.done, of: files.count)
    context.team.forEach(Array(files.dropFirst(state.done)), ahead: ahead) { file -> Result<Value, any Error>? in
      isInterrupted() || stop.isSet ? nil : Result { try read(file) }
    } use: { value in
      guard !stop.isSet else { return }
      guard let value else { return stop.set() }
      do {
        let file = files[state.done]
        do {
          try add(&state.set, file, value.get())
        } catch let error as InterruptionError {
          throw error
        } catch {
          first = first ?? error
          state.skipped.append(SkippedFile(path: file, reason: "\(error)"))
        }
        state.done += 1
        context.progress.step(what, state.done, of: files.count)
        try spool?.keepNowAndThen(state)
      } catch {
        failure = error
        stop.set()
      }
    }
    do {
      if let failure { throw failure }
      try Interruption.check()
    } catch let error as InterruptionError {
      // Whatever is done is not lost.
      if state.done > 0 { try spool?.keep(state) }
      throw error
    }
    try spool?.keepLast(state)
    return (state.set, state.skipped, first)
  }
}

extension RunContext {
  /// Whether what belongs to single files is kept on the disk.
  func storesNumbers(of files: [String]) -> Bool { folder != nil && files.count > fewFiles }
}
