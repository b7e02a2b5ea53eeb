import GinghamModels
import GinghamReporting
import GinghamTensors

extension RunContext {
  /// Reads pictures as a network sees them, ahead of who uses them, and hands over each in the files' order. Only a few are
  /// held at a time. Those that cannot be read or used are left out with their reason.
  ///
  /// - Parameters:
  ///   - paths: of files.
  ///   - what: is counted.
  ///   - use: is called by one thread at a time, with 1×C×H×W.
  /// - Throws: ``InterruptionError``, what the first picture fails with where none succeeds,
  ///   ``MeasureError/noPictures(in:)``.
  func eachPicture(
    _ paths: [String], of model: Model, counting what: String,
    use: (_ path: String, _ picture: Tensor) throws -> Void
  ) throws -> [SkippedFile] {
    guard !paths.isEmpty else { throw MeasureError.noPictures(in: paths) }
    let isInterrupted = Interruption.current
    let stop = Flag()
    var (done, skipped): (Int, [SkippedFile]) = (0, [])
    var failure: (any Error)?
    var first: (any Error)?
    func leaveOut(_ error: any Error) {
      first = first ?? error
      skipped.append(SkippedFile(path: paths[done], reason: "\(error)"))
    }
    team.forEach(paths, ahead: 2 * team.threads) { path -> Result<Tensor, any Error>? in
      guard !isInterrupted(), !stop.isSet else { return nil }
      return Result { try model.input(pictureAt: path) }
    } use: { read in
      guard !stop.isSet else { return }
      progress.step(what, done, of: paths.count)
      switch read {
      case nil: stop.set()
      case .failure(let error)?: leaveOut(error)
      case .success(let picture)?:
        do {
          try use(paths[done], picture)
        } catch let error as InterruptionError {
          failure = error
          stop.set()
        } catch {
          leaveOut(error)
        }
      }
      done += 1
    }
    if let failure { throw failure }
    try Interruption.check()
    if skipped.count == paths.count, let first { throw first }
    return skipped
  }
}
