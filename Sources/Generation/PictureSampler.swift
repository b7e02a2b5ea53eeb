import GinghamDifferentiation
import GinghamModels
import GinghamNetworks
import GinghamTensors

/// Makes a generator's pictures: seeded latents or pictures in, pictures in 0…1 out.
///
/// Samples go through the network one by one (or as many at a time as its file fixes), which is how the fast engine
/// takes a batch anyway: so a sample's bytes depend on its input alone, not on its neighbours or their number.
public final class PictureSampler {
  /// What is sampled.
  public let generator: Generator
  /// What the network's output is mapped from.
  public let range: OutputRange
  /// How the range is known.
  public let rangeOrigin: OutputRange.Origin

  private let plan: any GradientPlan
  private var activations: [Tensor] = []

  /// - Parameter range: what the network writes; found by its last layers, or by a probe, where `nil`.
  /// - Throws: ``GeneratorError`` where the network makes no pictures, ``NetworkError``, ``EngineError``.
  public convenience init(
    _ model: Model, range: OutputRange? = nil, engine: EngineChoice = EngineChoice(), team: ThreadTeam
  ) throws {
    try self.init(Generator(model), range: range, engine: engine, team: team)
  }

  /// The same for a network already known to make pictures.
  public init(
    _ generator: Generator, range: OutputRange? = nil, engine: EngineChoice = EngineChoice(), team: ThreadTeam
  ) throws {
    self.generator = generator
    let differentiator = try engine.differentiator(for: generator.model.network, team: team)
    let shape = generator.model.inputShape(batch: generator.batch)
    plan = try differentiator.plan(PlanRequest(inputShapes: [shape], targets: [generator.output], gradients: []))
    if let range {
      (self.range, rangeOrigin) = (range, .given)
    } else if let bounded = OutputRange(of: generator.output, in: generator.model.network) {
      (self.range, rangeOrigin) = (bounded, .layers)
    } else if generator.isSound {
      // What swings around silence.
      (self.range, rangeOrigin) = (.symmetric, .given)
    } else {
      let sequence = NormalSequence(seed: 0, name: "probe")
      let isLatent = generator.isLatent
      let probe = Tensor(shape) { sequence.fill($0, mean: isLatent ? 0 : 0.5, deviation: isLatent ? 1 : 0.2) }
      (self.range, rangeOrigin) = (OutputRange(fitting: try plan.forward([probe])[0]), .probe)
    }
  }

  /// C×H×W of a sample.
  public var pictureShape: [Int] { generator.pictureShape }

  /// The pictures of `count` seeded latents.
  ///
  /// - Returns: N×C×H×W in 0…1, unclipped.
  /// - Throws: as ``pictures(of:progress:)``.
  public func samples(_ count: Int, seed: UInt64) throws -> Tensor {
    try pictures(of: generator.latents(count, seed: seed))
  }

  /// What the network makes of its inputs.
  ///
  /// - Parameters:
  ///   - inputs: latents as ``Generator/latents(_:seed:)`` draws them, or pictures N×C×H×W.
  ///   - number: of the first sample, for messages.
  ///   - progress: told how many samples are done.
  /// - Returns: N×C×H×W in 0…1. Nothing is clipped: values a little outside are the network's own.
  /// - Throws: ``EngineError``, ``ModelError/nonFiniteResult(what:count:of:)``.
  public func pictures(of inputs: Tensor, from number: Int = 0, progress: (Int) -> Void = { _ in }) throws -> Tensor {
    let (count, batch) = (inputs.shape[0], generator.batch)
    let area = pictureShape.reduce(1, *)
    let range = range
    return try Tensor(Shape([count] + pictureShape)) { target in
      for start in stride(from: 0, to: count, by: batch) {
        progress(start)
        let taken = min(batch, count - start)
        try plan.forward([generator.filled(inputs.slice(axis: 0, start..<(start + taken)))], into: &activations)
        activations[0].withUnsafeBufferPointer { source in
          for index in 0..<(taken * area) { target[start * area + index] = range.unit(source[index]) }
        }
        guard target[(start * area)..<((start + taken) * area)].allSatisfy(\.isFinite) else {
          try activations[0].requireFinite("sample \(number + start)")
          continue
        }
      }
    }
  }
}
