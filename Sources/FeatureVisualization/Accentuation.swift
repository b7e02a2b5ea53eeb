import GinghamDifferentiation
import GinghamTensors

/// What keeps a picture close to the photograph it began as while it climbs, as an earlier layer sees both: parts of the
/// photograph that the objective likes come forward, and it stays that photograph (Hamblin, Fel, Saha, Konkle & Alvarez 2024).
///
/// The climb maximises f(x)/u − w·d²/2 with d = ‖h(x) − h(x₀)‖/‖h(x₀)‖, the relative distance at the held layer, and
/// u = ‖∂f/∂h(x₀)‖·‖h(x₀)‖, what f would gain at first order where h changed by its own length in the best direction: for
/// an f that is linear in h, d comes to 1/w at most, whatever the net.
public struct Hold: Hashable, Sendable, Encodable {
  /// A layer in front of those of the objective, by its name.
  public var layer: String
  /// w, above 0: about one part in w of the activations' length may change.
  public var weight: Double

  /// With the properties of the same names.
  public init(layer: String, weight: Double) { (self.layer, self.weight) = (layer, weight) }

  /// - Throws: ``VisualizationError``.
  func validate(for recipe: Recipe) throws {
    try VisualizationError.require(
      weight > 0 && weight.isFinite, "the weight of the held layer", weight, "a number above 0")
    guard recipe.tile == nil else {
      throw VisualizationError.contradiction("a layer is held for whole pictures: leave out the tile")
    }
  }
}

/// −w/2·‖a − r‖²/‖r‖² of a layer's activations a and a reference's r, a picture.
struct HeldDistanceObjective: Objective {
  var layer: String
  /// Of the activations' shape.
  var reference: Tensor
  /// w of each picture; several draws of the same pictures stand behind each other.
  var weights: [Double]
  var layers: [String] { [layer] }

  func evaluate(_ activations: [Tensor], addingTo cotangents: inout [Tensor], weight: Float) throws -> [Float] {
    let (shape, count) = (activations[0].shape, reference.count)
    guard activations[0].count == count, let batch = shape.dimensions.first, batch > 0 else {
      throw ObjectiveError.wrongDirection(layer: layer, expected: activations[0].count, found: count)
    }
    let part = count / batch
    return activations[0].withUnsafeBufferPointer { values in
      reference.withUnsafeBufferPointer { aims in
        cotangents[0].withUnsafeMutableBufferPointer { gradient in
          (0..<batch).map { sample in
            var (distance, length) = (0.0, 0.0)
            for index in (sample * part)..<((sample + 1) * part) {
              let step = Double(values[index]) - Double(aims[index])
              distance += step * step
              length += Double(aims[index]) * Double(aims[index])
            }
            guard length > 0 else { return 0 }
            let factor = Double(weight) * weights[sample % weights.count] / length
            for index in (sample * part)..<((sample + 1) * part) {
              gradient[index] -= Float(factor * (Double(values[index]) - Double(aims[index])))
            }
            return Float(-factor * distance / 2)
          }
        }
      }
    }
  }
}

/// The network sees each input whole, and beside it the photograph that it began as, moved alike.
final class HoldingPass: GradientSource {
  private let objective: any Objective
  private let hold: Hold
  /// w·u of each picture.
  private let weights: [Double]
  private let reference: any GradientPlan
  private let pass: GradientPass

  /// - Parameters:
  ///   - starts: of one batch, as the network is shown them without transforms.
  ///   - draws: views of each that are shown together.
  /// - Throws: ``VisualizationError/nothingToHold(layer:)`` where the objective does not change with the layer at a start,
  ///   ``NetworkError``, ``EngineError``.
  init(
    _ objective: any Objective, hold: Hold, of differentiator: any Differentiator, starts: Tensor, draws: Int,
    rules: BackwardRules
  ) throws {
    (self.objective, self.hold) = (objective, hold)
    let network = differentiator.network
    let value = try network.value(ofLayer: hold.layer)
    let slope = try ObjectivePass(
      objective, of: differentiator, inputShapes: [starts.shape], gradientsAt: [hold.layer], wholeActivations: false)
    let gradient = try slope.valuesAndGradients(starts).gradients[0]
    let seen = try differentiator.plan(
      PlanRequest(inputShapes: [starts.shape], targets: [value], gradients: [], readsMaps: true)
    ).forward([starts])[0]
    weights = (0..<starts.shape[0]).map { sample in
      hold.weight * gradient.sample(sample).length * seen.sample(sample).length
    }
    guard weights.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw VisualizationError.nothingToHold(layer: hold.layer)
    }
    let shapes = [Shape([starts.shape[0] * draws] + starts.shape.dimensions.dropFirst())]
    reference = try differentiator.plan(
      PlanRequest(inputShapes: shapes, targets: [value], gradients: [], readsMaps: true))
    let both = Self.both(objective, HeldDistanceObjective(layer: hold.layer, reference: seen, weights: weights))
    pass = GradientPass(
      try differentiator.plan(
        PlanRequest(
          inputShapes: shapes, targets: try both.layers.map(network.value),
          gradients: network.inputs.prefix(1).map(\.value), rules: rules, readsMaps: true)))
  }

  private static func both(_ objective: any Objective, _ held: HeldDistanceObjective) -> WeightedSum {
    WeightedSum([(1, objective), (1, held)])
  }

  /// Values are the objective's alone; the gradient is that of both.
  func valuesAndGradient(_ inputs: Tensor, beside starts: Tensor?, step: Int) throws -> (
    values: [Float], gradient: Tensor
  ) {
    let seen = try reference.forward([starts ?? inputs])[0]
    let held = HeldDistanceObjective(layer: hold.layer, reference: seen, weights: weights)
    let both = Self.both(objective, held)
    try pass.forward([inputs])
    let (values, gradients) = try pass.valuesAndGradients(of: both)
    let place = both.layers.firstIndex(of: hold.layer) ?? 0
    var nothing = [Tensor(pass.activations[place].shape)]
    let price = try held.evaluate([pass.activations[place]], addingTo: &nothing, weight: 1)
    return (zip(values, price).map { $0 - $1 }, gradients[0])
  }
}

/// How far an accentuated picture has come from its photograph.
public struct Accentuation: Hashable, Sendable, Codable {
  /// The objective at the photograph.
  public var before: Float
  /// ‖h(x) − h(x₀)‖/‖h(x₀)‖ at the held layer.
  public var distance: Double
}

extension Tensor {
  /// ‖·‖₂.
  var length: Double { withUnsafeBufferPointer { $0.reduce(0) { $0 + Double($1) * Double($1) } }.squareRoot() }
}
