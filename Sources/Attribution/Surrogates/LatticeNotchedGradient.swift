import GinghamDifferentiation
import GinghamLattices
import GinghamTensors

/// The gradient less what repeats with a lattice: each channel's phase means are taken out, its mean apart. It takes out
/// the regular part of a grid; where signs vary from tile to tile, power may stay uneven.
public struct LatticeNotchedGradient: AttributionMethod {
  /// What settings, manifests and findings call it.
  public static let name = "lattice-notch"
  /// It is: the map is no derivative of the objective.
  public static let isSurrogate = true

  /// The lattice's side S in pixels.
  public var period: Int

  /// With the property of the same name.
  public init(period: Int) {
    self.period = period
  }

  /// - Throws: ``ArtifactError/badPeriod(_:why:)``, ``AttributionError/shiftTooLarge(_:height:width:)`` where less than
  ///   one lattice fits into the picture.
  public func attribute(
    _ pictures: Tensor, to objective: any Objective, by differentiator: any Differentiator
  ) throws -> Attribution {
    let notch = try LatticeNotch(period: period)
    try AttributionError.checkShift(period, within: pictures.shape)
    var attribution = try Gradient().attribute(pictures, to: objective, by: differentiator)
    attribution.map = try notch.applied(to: attribution.map)
    return attribution
  }
}
