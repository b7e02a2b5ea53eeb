import GinghamDifferentiation
import GinghamLattices
import GinghamTensors

/// The gradient's low spatial frequencies (FORGrad, Muzellec et al. 2024).
public struct LowPassedGradient: AttributionMethod {
  /// What settings, manifests and findings call it.
  public static let name = "low-pass"
  /// It is: the map is no derivative of the objective.
  public static let isSurrogate = true

  /// Radius that is kept, in cycles over 224 pixels: 15 keeps frequencies up to 15/224 cycles a pixel at every size.
  public var cutoff: Double

  /// With the property of the same name.
  public init(cutoff: Double = 15) {
    self.cutoff = cutoff
  }

  /// - Throws: ``ArtifactError/badArgument(_:)`` for a negative or infinite cutoff.
  public func attribute(
    _ pictures: Tensor, to objective: any Objective, by differentiator: any Differentiator
  ) throws -> Attribution {
    let filter = try LowPass(radius: cutoff)
    var attribution = try Gradient().attribute(pictures, to: objective, by: differentiator)
    attribution.map = filter.applied(to: attribution.map)
    return attribution
  }
}
