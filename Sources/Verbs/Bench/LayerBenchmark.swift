import GinghamDifferentiation
import GinghamTensors

/// How long one layer of a plan takes.
public struct LayerBenchmark: Encodable, Sendable {
  /// Of the first of the layers that are computed at once.
  public var name: String
  /// What is computed at once, such as "Conv + Relu".
  public var operations: String
  /// Which code does it. The reference engine's kernels have "fallback" in their names.
  public var kernel: String
  /// Means of a pass, in milliseconds.
  public var forwardMilliseconds: Double
  /// From the gradient of the layer's output to that of its inputs, a mean in milliseconds.
  public var backwardMilliseconds: Double
  /// Of the time that all layers take, 0…1.
  public var share: Double

  private enum CodingKeys: String, CodingKey {
    case name, operations, kernel, share
    case forwardMilliseconds = "forward_ms"
    case backwardMilliseconds = "backward_ms"
  }

  /// - Returns: `nil` where the pass' plan knows no layers.
  static func times(of pass: ObjectivePass, _ input: Tensor, runs: Int) throws -> [LayerBenchmark]? {
    guard let plan = pass.layeredPlan else { return nil }
    let times = LayerTimes(layers: plan.layers.count)
    plan.layerTimes = times
    defer { plan.layerTimes = nil }
    for _ in 0..<runs { _ = try pass.valuesAndGradients(input) }
    let (forward, backward) = (times.forward, times.backward)
    let total = (forward + backward).reduce(0) { $0 + $1.milliseconds }
    return plan.layers.enumerated().map { index, layer in
      let (ahead, back) = (forward[index].milliseconds, backward[index].milliseconds)
      return LayerBenchmark(
        name: layer.names[0], operations: layer.operations, kernel: layer.kernel,
        forwardMilliseconds: ahead / Double(runs), backwardMilliseconds: back / Double(runs),
        share: total > 0 ? (ahead + back) / total : 0)
    }
  }
}

extension ObjectivePass {
  /// The plan that runs the layers, whatever stands in front of it; `nil` where it knows none.
  var layeredPlan: (any LayeredPlan)? { ((plan as? MapPlan)?.base ?? plan) as? any LayeredPlan }
}

extension Duration {
  var milliseconds: Double { Double(components.seconds) * 1e3 + Double(components.attoseconds) / 1e15 }
}
