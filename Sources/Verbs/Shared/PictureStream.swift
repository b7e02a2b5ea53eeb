import GinghamModels
import GinghamReporting
import GinghamTensors

extension RunContext {
  /// Reads pictures as a network sees them, ahead of who uses them, and adds what is made of each to a set, in the files'
  /// order. Only a few are held at a time. Those that cannot be read or used are left out with their reason. A run that goes
  /// on behind one that was cut short begins with the set that that one had gathered.
  ///
  /// - Parameters:
  ///   - paths: of files.
  ///   - what: is counted; no other loop of the run counts the same.
  ///   - set: empty; holds what was made of all pictures afterwards.
  ///   - add: is called by one thread at a time, with 1×C×H×W.
  /// - Throws: ``InterruptionError``, what the first picture fails with where none succeeds,
  ///   ``MeasureError/noPictures(in:)``, ``FormatError/unwritable(path:reason:)``.
  func eachPicture<Gathered: Codable>(
    _ paths: [String], of model: Model, counting what: String, into set: inout Gathered,
    add: (inout Gathered, _ path: String, _ picture: Tensor) throws -> Void
  ) throws -> [SkippedFile] {
    guard !paths.isEmpty else { throw MeasureError.noPictures(in: paths) }
    let gathering = Gathering(set, of: paths, counting: what, in: self)
    let (gathered, skipped, first) = try gathering.gather(ahead: 2 * team.threads) {
      try model.input(pictureAt: $0)
    } add: {
      try add(&$0, $1, $2)
    }
    if skipped.count == paths.count {
      throw first ?? MeasureError.nothingMeasured(count: paths.count, first: skipped[0].reason)
    }
    set = gathered
    return skipped
  }
}
