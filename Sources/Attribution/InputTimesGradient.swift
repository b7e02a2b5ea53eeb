import GinghamDifferentiation
import GinghamTensors

/// Gradient times picture, where the picture is measured from the network's zero (Shrikumar et al. 2016).
public struct InputTimesGradient: AttributionMethod {
  public static let name = "input-x-gradient"
  public static let isSurrogate = false

  public init() {}

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
