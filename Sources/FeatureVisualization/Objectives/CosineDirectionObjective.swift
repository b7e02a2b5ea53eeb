import GinghamDifferentiation
import GinghamTensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// ⟨a, v⟩·max(0.1, cos(a, v))^p with a direction v of C numbers, mean over positions or at one: the more p, the less a
/// strong activation in another direction helps (Olah et al. 2018, "The building blocks of interpretability").
/// With p = 0 it is the plain direction.
public struct CosineDirectionObjective: Objective {
  /// A layer of the net, by its name.
  public var layer: String
  /// A number a channel.
  public var direction: [Float]
  /// Exponent of the cosine: 0 is the inner product alone.
  public var power: Double
  /// `nil`: all positions.
  public var position: Position?
  /// Names of the layers that it reads.
  public var layers: [String] { [layer] }

  /// Which positions of the map count.
  public enum Position: Hashable, Sendable {
    /// (H/2, W/2).
    case centre
    case at(y: Int, x: Int)
  }

  /// With the properties of the same names.
  public init(layer: String, direction: [Float], power: Double = 2, position: Position? = nil) {
    self.layer = layer
    self.direction = direction
    self.power = power
    self.position = position
  }

  /// Values and cotangents, as ``Objective/evaluate(_:addingTo:weight:)`` asks for them.
  public func evaluate(
    _ activations: [Tensor], addingTo cotangents: inout [Tensor], weight: Float
  ) throws -> [Float] {
    let view = try ChannelView(activations[0].shape, layer: layer)
    guard direction.count == view.channels else {
      throw ObjectiveError.wrongDirection(layer: layer, expected: view.channels, found: direction.count)
    }
    var positions = Array(0..<view.positions)
    if let position {
      var (y, x) = (view.height / 2, view.width / 2)
      if case .at(let row, let column) = position { (y, x) = (row, column) }
      guard (0..<view.height).contains(y), (0..<view.width).contains(x) else {
        throw ObjectiveError.positionOutOfRange(y: y, x: x, layer: layer, height: view.height, width: view.width)
      }
      positions = [y * view.width + x]
    }
    let product = DotCosine(direction: direction.map(Double.init), power: power)
    let share = Double(weight) / Double(positions.count)
    return activations[0].withUnsafeBufferPointer { values in
      cotangents[0].withUnsafeMutableBufferPointer { gradient in
        (0..<view.batch).map { sample in
          var sum = 0.0
          for position in positions {
            let indices = (0..<view.channels).map { view.start(sample, $0) + position }
            let (value, slopes) = product.evaluate(indices.map { Double(values[$0]) })
            sum += value
            for (index, slope) in zip(indices, slopes) { gradient[index] += Float(share * slope) }
          }
          return Float(sum * share)
        }
      }
    }
  }
}

/// dot·max(0.1, cos)^p of two vectors, and its derivative by the first.
struct DotCosine {
  let direction: [Double]
  let power: Double
  private let norm: Double

  private static let (floor, epsilon) = (0.1, 1e-4)

  init(direction: [Double], power: Double) {
    self.direction = direction
    self.power = power
    norm = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  func evaluate(_ vector: [Double]) -> (value: Double, slopes: [Double]) {
    let dot = zip(vector, direction).reduce(0) { $0 + $1.0 * $1.1 }
    guard power != 0 else { return (dot, direction) }
    let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let denominator = length * norm + Self.epsilon
    let cosine = dot / denominator
    let clipped = max(Self.floor, cosine)
    let factor = pow(clipped, power)
    guard cosine > Self.floor, length > 0 else { return (dot * factor, direction.map { $0 * factor }) }
    let inner = dot * power * pow(clipped, power - 1)
    let pull = inner * dot * norm / (length * denominator * denominator)
    let along = factor + inner / denominator
    return (dot * factor, zip(vector, direction).map { along * $1 - pull * $0 })
  }
}
