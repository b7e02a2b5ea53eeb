import GinghamDifferentiation
import GinghamEngine
import GinghamNetworks
import GinghamReferenceEngine
import GinghamReporting
import GinghamTensors

/// The fast engine held against the reference engine in 64 bits, on a network of the user's own.
public struct Verification: Encodable, Sendable {
  public struct LayerError: Encodable, Sendable {
    public var name: String
    /// max|Δ|/max|reference| of the activation.
    public var forward: Double
    /// The same of the gradient at the layer; `nil` where none reaches it.
    public var gradient: Double?
    /// Infinities and NaN in the fast engine's activation.
    public var nonFinite: Int

    private enum CodingKeys: String, CodingKey {
      case name, forward, gradient
      case nonFinite = "non_finite"
    }
  }

  /// The largest of the errors of output and input gradient, as a user gets them.
  public var maxRelativeError: Double
  public var outputError: Double
  public var gradientError: Double
  /// Each layer on its own, computed without fusing it into its neighbours.
  public var layers: [LayerError]
  public var tolerance: Double
  public var passed: Bool

  private enum CodingKeys: String, CodingKey {
    case layers, tolerance, passed
    case maxRelativeError = "max_relative_error"
    case outputError = "output_error"
    case gradientError = "gradient_error"
  }

  /// - Parameters:
  ///   - input: 1×C×H×W in 0…1; `nil`: seeded noise.
  ///   - tolerance: the largest relative error that passes.
  /// - Throws: ``NetworkError``, ``EngineError``.
  public init(
    of model: Model, input: Tensor? = nil, seed: UInt64 = 0, threads: Int, tolerance: Double = 1e-4,
    progress: (String) -> Void = { _ in }
  ) throws {
    let input = input ?? Self.noise(model.inputShape(batch: 1), seed: seed)
    let network = model.network
    let bound = try model.bound()
    let source = bound.inputs[0]
    let named = bound.nodes.compactMap { node in node.outputs.first.map { (name: node.name, value: $0) } }
    let fast = try Backend.fast.differentiator(for: network, threads: threads)
    let reference = ReferenceDifferentiator<Double>(network)
    let cotangent = Self.noise(bound.shapes[network.outputs[0]] ?? [], seed: seed &+ 1)

    progress("fast engine, fused")
    let request = PlanRequest(inputShapes: [input.shape], targets: [network.outputs[0]], gradients: [source])
    let plan = try fast.plan(request)
    let output = try plan.forward([input])[0]
    let gradient = try plan.backward([cotangent])[0]

    progress("reference engine, 64 bits")
    let gradientValues = named.map(\.value).filter { Self.leads(from: source, through: $0, in: bound) }
    let layerRequest = PlanRequest(
      inputShapes: [input.shape], targets: [network.outputs[0]] + named.map(\.value),
      gradients: [source] + gradientValues)
    let exact = try Pass(reference, layerRequest, input: input, cotangent: cotangent)

    progress("fast engine, layer by layer")
    let unfused = try Pass(fast, layerRequest, input: input, cotangent: cotangent)

    outputError = Self.relativeError(output, exact.activations[0])
    gradientError = Self.relativeError(gradient, exact.gradients[0])
    let places = Dictionary(uniqueKeysWithValues: gradientValues.enumerated().map { ($0.element, $0.offset + 1) })
    layers = named.enumerated().map { index, layer in
      LayerError(
        name: layer.name, forward: Self.relativeError(unfused.activations[index + 1], exact.activations[index + 1]),
        gradient: places[layer.value].map { Self.relativeError(unfused.gradients[$0], exact.gradients[$0]) },
        nonFinite: unfused.activations[index + 1].scalars.count { !$0.isFinite })
    }
    maxRelativeError = max(outputError, gradientError)
    self.tolerance = tolerance
    passed = maxRelativeError <= tolerance
  }

  /// Activations of every layer and gradients at those that lie between picture and output.
  private struct Pass {
    let activations: [Tensor]
    let gradients: [Tensor]

    init(_ differentiator: any Differentiator, _ request: PlanRequest, input: Tensor, cotangent: Tensor) throws {
      let plan = try differentiator.plan(request)
      activations = try plan.forward([input])
      gradients = try plan.backward([cotangent] + plan.targetShapes.dropFirst().map { Tensor($0) })
    }
  }

  /// Whether a value depends on the picture and the output on the value.
  private static func leads(from source: ValueID, through value: ValueID, in network: BoundNetwork) -> Bool {
    func reaches(_ start: ValueID, _ end: ValueID) -> Bool {
      var reached: Set<ValueID> = [start]
      for node in network.nodes where node.inputs.contains(where: { $0.map(reached.contains) ?? false }) {
        reached.formUnion(node.outputs)
      }
      return reached.contains(end)
    }
    return reaches(source, value) && reaches(value, network.outputs[0])
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

  /// Around mid-grey, so that no mean subtraction leaves the picture black.
  private static func noise(_ shape: Shape, seed: UInt64) -> Tensor {
    Tensor(shape) { NormalSequence(seed: seed, name: "verify").fill($0, mean: 0.5, deviation: 0.25) }
  }

  public var text: String {
    var table = TextTable([("layer", .left), ("forward error", .right), ("gradient error", .right)])
    for layer in layers {
      table.append([
        layer.name, layer.nonFinite > 0 ? "\(layer.nonFinite) not finite" : Self.short(layer.forward),
        layer.gradient.map(Self.short) ?? "–",
      ])
    }
    return """
      \(table.description)
      fused, as used: output \(Self.short(outputError)), input gradient \(Self.short(gradientError)) \
      (max|Δ|/max|reference|, tolerance \(Self.short(tolerance)))
      \(passed ? "passed" : "FAILED")
      """
  }

  private static func short(_ value: Double) -> String {
    value == 0 ? "0" : value.formatted(.number.notation(.scientific).precision(.fractionLength(1)))
  }
}
