import GinghamGeneration
import GinghamLattices
import GinghamModels
import GinghamTensors

/// The pictures that a network and changed forms of it make of equal inputs: measured, made even, measured again, what
/// differs is due to the change.
struct PictureTrial {
  /// N×… as the network takes them.
  let inputs: Tensor
  /// The same for all forms: one judged by a probe must not change with the network.
  let range: OutputRange
  /// Empty: pictures are too small to be measured.
  let periods: [Int]
  let context: RunContext

  struct Outcome {
    /// N×C×H×W in 0…1.
    var pictures: Tensor
    /// `nil` where there are no periods to measure.
    var lattice: PictureLatticeFinding?
    var locked: LockedLatticeFinding?
    var spectrum: (power: Plane, maps: Int)?
  }

  /// - Parameter what: is counted, a sample at a time.
  /// - Throws: ``GeneratorError``, ``EngineError``, ``ModelError/nonFiniteResult(what:count:of:)``, ``ArtifactError``.
  func run(_ model: Model, counting what: String) throws -> Outcome {
    let sampler = try PictureSampler(
      Generator(model), range: range, engine: context.engine, team: context.team)
    let count = inputs.shape[0]
    let pictures = try sampler.pictures(of: inputs) { context.progress.step(what, $0, of: count) }
    guard !periods.isEmpty else { return Outcome(pictures: pictures) }
    var set = try PictureSetLattice(
      periods: periods, thresholds: model.network.isOneDimensional ? .sounds : LatticeThresholds())
    try set.add(pictures, on: context.team)
    return Outcome(
      pictures: pictures, lattice: try set.finding(), locked: try set.lockedFinding(), spectrum: set.spectrum)
  }
}
