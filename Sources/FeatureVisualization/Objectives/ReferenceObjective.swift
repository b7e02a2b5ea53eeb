import GinghamDifferentiation
import GinghamTensors

/// What a picture's activations at a layer have in common with those of a given picture.
public struct ReferenceObjective: Objective {
  /// How activations are held against the reference's.
  public enum Kind: Hashable, Sendable {
    /// ⟨a, r⟩·max(0.1, cos(a, r)), a position: more of what the layer sees in the picture (Olah et al. 2018).
    case caricature
    /// −½‖a − r‖², a position: the picture made again from what the layer keeps (Mahendran & Vedaldi 2015).
    case inversion
  }

  /// A layer of the net, by its name.
  public var layer: String
  /// 1×C×H×W, for a network input of the size that will be visualized.
  public var reference: Tensor
  /// How activations are held against the reference's.
  public var kind: Kind
  /// Names of the layers that it reads.
  public var layers: [String] { [layer] }

  /// With the properties of the same names.
  public init(_ kind: Kind, layer: String, reference: Tensor) {
    self.kind = kind
    self.layer = layer
    self.reference = reference
  }

  /// Values and cotangents, as ``Objective/evaluate(_:addingTo:weight:)`` asks for them.
  public func evaluate(
    _ activations: [Tensor], addingTo cotangents: inout [Tensor], weight: Float
  ) throws -> [Float] {
    let view = try ChannelView(activations[0].shape, layer: layer)
    let count = view.channels * view.positions
    guard reference.count == count else {
      throw ObjectiveError.wrongDirection(layer: layer, expected: count, found: reference.count)
    }
    let aim = reference.scalars.map(Double.init)
    let product = DotCosine(direction: aim, power: 1)
    let share = Double(weight) / Double(view.positions)
    return activations[0].withUnsafeBufferPointer { values in
      cotangents[0].withUnsafeMutableBufferPointer { gradient in
        (0..<view.batch).map { sample in
          let start = sample * count
          let vector = values[start..<(start + count)].map(Double.init)
          let (value, slopes): (Double, [Double])
          switch kind {
          case .caricature: (value, slopes) = product.evaluate(vector)
          case .inversion:
            slopes = zip(aim, vector).map { $0 - $1 }
            value = -slopes.reduce(0) { $0 + $1 * $1 } / 2
          }
          for index in 0..<count { gradient[start + index] += Float(share * slopes[index]) }
          return Float(value * share)
        }
      }
    }
  }
}
