import GinghamGeneration
import GinghamLattices
import GinghamModels
import GinghamTensors

/// The pictures that a network and changed forms of it make of equal inputs: measured, made even, measured again, what
/// differs is due to the change.
struct PictureTrial {
  let inputs: GeneratorInputs
  /// The same for all forms: one judged by a probe must not change with the network.
  let range: OutputRange
  /// Empty: pictures are too small to be measured.
  let periods: [Int]
  let context: RunContext

  struct Outcome {
    /// `nil` where there are no periods to measure.
    var lattice: PictureLatticeFinding?
    var locked: LockedLatticeFinding?
    var spectrum: (power: Plane, maps: Int)?
  }

  /// - Parameters:
  ///   - what: is counted, a sample at a time.
  ///   - use: is handed the pictures N×C×H×W in 0…1, some at a time, with the number of the first.
  /// - Throws: ``GeneratorError``, ``EngineError``, ``ModelError/nonFiniteResult(what:count:of:)``, ``ArtifactError``, what
  ///   `use` throws.
  func run(
    _ model: Model, counting what: String, use: (_ start: Int, _ pictures: Tensor) throws -> Void
  ) throws -> Outcome {
    let sampler = try PictureSampler(
      Generator(model), range: range, engine: context.engine, team: context.team)
    let samples = SampledPictures(
      of: inputs, by: sampler, counting: what, isSeenOnce: true, in: context.writing(into: nil))
    var set =
      try periods.isEmpty
      ? nil
      : PictureSetLattice(
        periods: periods, thresholds: model.network.isOneDimensional ? .sounds : LatticeThresholds())
    try samples.forEach { start, pictures in
      try set?.add(pictures, on: context.team)
      try use(start, pictures)
    }
    return Outcome(
      lattice: try set?.finding(), locked: try set?.lockedFinding(), spectrum: set?.spectrum)
  }
}
