import GinghamDifferentiation
import GinghamTensors

/// Gradient times picture, where the picture is measured from the network's zero (Shrikumar et al. 2016).
public struct InputTimesGradient: AttributionMethod {
  /// What settings, manifests and findings call it.
  public static let name = "input-x-gradient"
  /// It is not: the map is made of derivatives of the objective.
  public static let isSurrogate = false

  /// With every setting at its default.
  public init() {}

  /// The map of ``AttributionMethod/attribute(_:to:by:)``.
  ///
  /// - Throws: what planning and running the differentiator throws.
  public func attribute(
    _ pictures: Tensor, to objective: any Objective, by differentiator: any Differentiator
  ) throws -> Attribution {
    var attribution = try Gradient().attribute(pictures, to: objective, by: differentiator)
    let zero = NormalizedUnits(differentiator.network, channels: pictures.shape[1]).baseline(pictures.shape)
    pictures.withUnsafeBufferPointer { x in
      zero.withUnsafeBufferPointer { z in
        attribution.map.withUnsafeMutableBufferPointer { map in
          for index in map.indices { map[index] *= x[index] - z[index] }
        }
      }
    }
    return attribution
  }
}
