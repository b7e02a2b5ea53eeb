import GinghamLattices
import GinghamTensors

/// Everything that repeats with a period taken out of the gradient, each channel's mean apart.
public struct NotchConditioning: ConditioningPart {
  /// What settings, manifests and findings call it.
  public static let name = "notch"
  public static let summary = "what repeats with this period taken out; without one the network's"

  /// `nil`: the network's.
  public var period: Int?

  /// With the property of the same name.
  public init(_ period: Int?) {
    self.period = period
  }

  public init(reading value: PartValue) throws { period = try value.period() }
  public var printedValue: String? { PeriodText.text(period) }

  public func resolved(period: Int) -> Self { Self(self.period ?? period) }

  public func conditioned(_ gradient: Tensor) throws -> Tensor {
    guard let period else { throw VisualizationError.contradiction("the notch has no period") }
    return try LatticeNotch(period: period).applied(to: gradient)
  }
}

extension GradientConditioning {
  /// Everything that repeats with this period taken out, each channel's mean apart; `nil` stands for the network's.
  public static func notch(_ period: Int?) -> Self { Self(NotchConditioning(period)) }
}
