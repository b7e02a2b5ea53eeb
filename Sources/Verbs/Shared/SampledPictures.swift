import GinghamDiagnosis
import GinghamGeneration
import GinghamLattices
import GinghamReporting
import GinghamTensors

/// The pictures that a generator makes of a run's inputs, portion by portion and always in their order: any number of them
/// needs the memory of a few.
///
/// A portion is made when it is first looked at. Where the run has a folder it waits there until the run is complete, so
/// that a run that was cut short does not lose it either; else it is kept in memory as long as there is little, and made
/// again afterwards.
final class SampledPictures {
  let sampler: PictureSampler
  let inputs: GeneratorInputs
  private let context: RunContext
  private let key: String
  private let what: String
  private var kept: [Int: Tensor] = [:]
  /// Elements that may still be kept.
  private var room: Int

  /// - Parameters:
  ///   - key: of all that shapes the pictures, beside the run's identity.
  ///   - what: is counted, a sample at a time.
  ///   - isSeenOnce: whether nobody looks at them again.
  init(
    of inputs: GeneratorInputs, by sampler: PictureSampler, key: String = "samples", counting what: String = "samples",
    isSeenOnce: Bool = false, in context: RunContext
  ) {
    (self.inputs, self.sampler, self.key, self.what, self.context) = (inputs, sampler, key, what, context)
    room = isSeenOnce || context.folder != nil ? 0 : Self.mostKept
  }

  /// 8 MiB.
  private static let mostKept = 1 << 21

  var count: Int { inputs.count }

  /// C×H×W.
  var shape: [Int] { sampler.pictureShape }

  /// Whether what belongs to single pictures is kept on the disk.
  var areMany: Bool { context.storesNumbers(of: inputs.names) }

  /// So many of them become files of their own; all are in the array.
  var withFiles: Int { min(count, context.fewFiles) }

  /// Does `body` with the pictures N×C×H×W in 0…1, some at a time, and the number of the first.
  ///
  /// - Throws: ``EngineError``, ``ModelError/nonFiniteResult(what:count:of:)``, what reading an input and `body` throw.
  func forEach(_ body: (_ start: Int, _ pictures: Tensor) throws -> Void) throws {
    for start in stride(from: 0, to: count, by: portion) {
      try Interruption.check()
      try body(start, pictures(from: start))
    }
  }

  /// The pictures that ``forEach(_:)`` hands over with this number.
  func pictures(from start: Int) throws -> Tensor {
    if let known = kept[start] { return known }
    let pictures = try context.once(named: "\(key) \(start)") {
      let made = try sampler.pictures(of: inputs.slice(start..<min(start + portion, count)), from: start) {
        context.progress.step(what, start + $0, of: count)
      }
      return Finished(value: start, tensors: [made])
    }.tensors[0]
    if pictures.count <= room {
      kept[start] = pictures
      room -= pictures.count
    }
    return pictures
  }

  /// The first pictures 1×C×H×W, at most so many.
  func first(_ limit: Int) throws -> [Tensor] {
    let wanted = min(limit, count)
    return try stride(from: 0, to: wanted, by: portion).flatMap { start in
      let part = try pictures(from: start)
      return (0..<min(part.shape[0], wanted - start)).map(part.sample)
    }
  }

  /// Measures all of them.
  ///
  /// - Parameter also: is done with each portion, as ``forEach(_:)`` hands it over.
  /// - Throws: what ``forEach(_:)`` does, ``ArtifactError``.
  func survey(
    periods: [Int], thresholds: LatticeThresholds = LatticeThresholds(),
    also: (_ start: Int, _ pictures: Tensor) throws -> Void = { _, _ in }
  ) throws -> PictureSurvey {
    var survey = try PictureSurvey(
      periods: periods, thresholds: thresholds, seeksLocked: count >= PictureSetLattice.fewestLocked)
    if areMany, let store = context.store() {
      // A survey is over before the run begins the next one.
      survey.store(in: Storage(RowSpool<Int>("rows", of: "survey", in: store).file))
    }
    try forEach { start, pictures in
      try survey.add(pictures, on: context.team) { inputs.names[start + $0] }
      try also(start, pictures)
    }
    return survey
  }

  /// Samples that are drawn in one go: a run that is cut short loses no more of them.
  private static let fewest = 16

  private var portion: Int {
    let batch = sampler.generator.batch
    return (Self.fewest + batch - 1) / batch * batch
  }
}
