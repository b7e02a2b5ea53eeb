import GinghamDifferentiation
import GinghamEngine
import GinghamModels
import GinghamNetworks
import GinghamReferenceEngine
import GinghamReporting
import GinghamTensors

/// The fast engine held against the reference engine in 64 bits, on a network of the user's own.
public struct Verification: RunFindings {
  /// One layer, computed without fusing it into its neighbours.
  public struct LayerError: Encodable, Sendable {
    /// Its name in the network.
    public var name: String
    /// max|Δ|/max|reference| of the activation.
    public var forward: Double
    /// The same of the gradient at the layer; `nil` where none reaches it.
    public var gradient: Double?
    /// Infinities and NaN in the fast engine's activation.
    public var nonFinite: Int
  }

  /// The largest of the errors of output and input gradient, as a user gets them.
  public var maxRelativeError: Double
  /// max|Δ|/max|reference| of the network's first output.
  public var outputError: Double
  /// max|Δ|/max|reference| of the gradient at the picture.
  public var gradientError: Double
  /// Each layer on its own, computed without fusing it into its neighbours.
  public var layers: [LayerError]
  /// The error that passes in any case.
  public var tolerance: Double
  /// How often the picture was moved by a fraction of a grey level because a gradient disagreed. Where a rectifier's
  /// input is zero to within rounding, 32 and 64 bits may fall on different sides, and the gradient jumps; that belongs
  /// to a picture, a fault of an engine does not go away.
  public var nudges: Int
  /// The larger error of the reference engine in 32 bits, where the fast engine's is above the tolerance: what single
  /// precision costs in this network, whoever computes. `nil` where it was not needed.
  public var singlePrecisionError: Double?
  /// What a precision below 32 bits costs; `nil` in 32 bits.
  public var precisionCost: PrecisionCost?
  /// Whether the error is within the tolerance, or within twice what single precision costs anyway. Precisions below 32
  /// bits are not held to it: they pass where all numbers are finite.
  public var passed: Bool

  /// - Parameter input: 1×C×H×W in 0…1; `nil`: seeded noise.
  /// - Throws: ``NetworkError``, ``EngineError``.
  init(of model: Model, input: Tensor?, settings: VerifySettings, context: RunContext) throws {
    let (seed, tolerance) = (settings.seed, settings.tolerance)
    let picture = input ?? Self.noise(model.inputShape(batch: 1), seed: seed)
    let network = model.network
    let bound = try model.bound()
    let source = bound.inputs[0]
    let named = bound.nodes.compactMap { node in node.outputs.first.map { (name: node.name, value: $0) } }
    var engine = context.engine
    engine.backend = .fast
    let isExact = engine.precision == .float32
    let fast = try context.differentiator(for: network, on: engine)
    let reference = ExampleBatches(ReferenceDifferentiator<Double>(network))
    let request = PlanRequest(inputShapes: [picture.shape], targets: [network.outputs[0]], gradients: [source])
    let (fused, oracle) = (try fast.plan(request), try reference.plan(request))
    let cotangent = Self.noise(fused.targetShapes[0], seed: seed &+ 1)
    var input = picture
    nudges = 0
    while true {
      context.progress.step("fast engine against the reference engine in 64 bits")
      let found = try Pass(fused, input: input, cotangent: cotangent)
      let expected = try Pass(oracle, input: input, cotangent: cotangent)
      outputError = Self.relativeError(found.activations[0], expected.activations[0])
      gradientError = Self.relativeError(found.gradients[0], expected.gradients[0])
      maxRelativeError = max(outputError, gradientError)
      if !isExact {
        precisionCost = try PrecisionCost(
          engine, output: (found.activations[0], expected.activations[0]),
          gradient: (found.gradients[0], expected.gradients[0]),
          period: try? model.latticePeriods(targets: [network.outputs[0]], at: [source])[source])
        break
      }
      guard outputError <= tolerance, gradientError > tolerance, nudges < Self.mostNudges else { break }
      nudges += 1
      input = Self.nudged(picture, seed: UInt64(nudges))
    }

    let gradientValues = named.map(\.value).filter { Self.leads(from: source, through: $0, in: bound) }
    let layerRequest = PlanRequest(
      inputShapes: [input.shape], targets: [network.outputs[0]] + named.map(\.value),
      gradients: [source] + gradientValues)
    context.progress.step("reference engine, layer by layer")
    let exact = try Pass(reference.plan(layerRequest), input: input, cotangent: cotangent)

    context.progress.step("fast engine, layer by layer")
    let unfused = try Pass(fast.plan(layerRequest), input: input, cotangent: cotangent)

    let places = Dictionary(uniqueKeysWithValues: gradientValues.enumerated().map { ($0.element, $0.offset + 1) })
    layers = named.enumerated().map { index, layer in
      LayerError(
        name: layer.name, forward: Self.relativeError(unfused.activations[index + 1], exact.activations[index + 1]),
        gradient: places[layer.value].map { Self.relativeError(unfused.gradients[$0], exact.gradients[$0]) },
        nonFinite: unfused.activations[index + 1].scalars.count { !$0.isFinite })
    }
    self.tolerance = tolerance
    passed = isExact ? maxRelativeError <= tolerance : maxRelativeError.isFinite
    guard !passed, isExact else { return }
    context.progress.step("reference engine in 32 bits")
    let plain = try Pass(
      ReferenceDifferentiator<Float>(network).plan(request), input: input, cotangent: cotangent)
    let expected = try Pass(oracle, input: input, cotangent: cotangent)
    let own = max(
      Self.relativeError(plain.activations[0], expected.activations[0]),
      Self.relativeError(plain.gradients[0], expected.gradients[0]))
    singlePrecisionError = own
    // Only of a net that amplifies rounding beyond what usually passes can no more be asked.
    passed = own.isFinite && 2 * own > VerifySettings().tolerance && maxRelativeError <= 2 * own
  }

  /// Activations of every layer and gradients at those that lie between picture and output.
  private struct Pass {
    let activations: [Tensor]
    let gradients: [Tensor]

    init(_ plan: any GradientPlan, input: Tensor, cotangent: Tensor) throws {
      activations = try plan.forward([input])
      gradients = try plan.backward([cotangent] + plan.targetShapes.dropFirst().map { Tensor($0) })
    }
  }

  /// Whether a value depends on the picture and the output on the value.
  private static func leads(from source: ValueID, through value: ValueID, in network: BoundNetwork) -> Bool {
    network.nodes.descendants(of: [source]).contains(value)
      && network.nodes.ancestors(of: [network.outputs[0]]).contains(value)
  }

  /// max|a − b|/max|b|; infinite where either is not finite.
  static func relativeError(_ found: Tensor, _ expected: Tensor) -> Double {
    found.withUnsafeBufferPointer { a in
      expected.withUnsafeBufferPointer { b in
        var (difference, scale) = (0.0, 0.0)
        for index in b.indices {
          let delta = abs(Double(a[index]) - Double(b[index]))
          guard delta.isFinite else { return .infinity }
          difference = max(difference, delta)
          scale = max(scale, abs(Double(b[index])))
        }
        return difference == 0 ? 0 : difference / scale
      }
    }
  }

  private static let mostNudges = 15

  /// The picture with a quarter of a grey level of noise.
  private static func nudged(_ picture: Tensor, seed: UInt64) -> Tensor {
    let noise = NormalSequence(seed: seed, name: "nudge")
    let moves = Tensor(picture.shape) { noise.fill($0, mean: 0, deviation: 0.25 / 255) }
    return Tensor(picture.shape, zip(picture.scalars, moves.scalars).map { min(max($0 + $1, 0), 1) })
  }

  /// Around mid-grey, so that no mean subtraction leaves the picture black.
  private static func noise(_ shape: Shape, seed: UInt64) -> Tensor {
    Tensor(shape) { NormalSequence(seed: seed, name: "verify").fill($0, mean: 0.5, deviation: 0.25) }
  }
}
