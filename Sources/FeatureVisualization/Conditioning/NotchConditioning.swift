import GinghamLattices
import GinghamTensors

/// Everything that repeats with a period taken out of the gradient, each channel's mean apart.
public struct NotchConditioning: ConditioningPart {
  /// What settings, manifests and findings call it.
  public static let name = "notch"
  /// In a line of the help text.
  public static let summary = "what repeats with this period taken out; without one the network's"

  /// `nil`: the network's.
  public var period: Int?

  /// With the property of the same name.
  public init(_ period: Int?) {
    self.period = period
  }

  /// From what a recipe says behind its name.
  ///
  /// - Throws: ``DocumentError`` where that is not of its kind.
  public init(reading value: PartValue) throws { period = try value.period() }
  /// As a recipe has it behind the name; `nil` where the name is all.
  public var printedValue: String? { PeriodText.text(period) }

  /// With the net's lattice where none is named.
  public func resolved(period: Int) -> Self { Self(self.period ?? period) }

  /// The gradient N×C×H×W, made ready for the optimizer.
  public func conditioned(_ gradient: Tensor) throws -> Tensor {
    guard let period else { throw VisualizationError.contradiction("the notch has no period") }
    return try LatticeNotch(period: period).applied(to: gradient)
  }
}

extension GradientConditioning {
  /// Everything that repeats with this period taken out, each channel's mean apart; `nil` stands for the network's.
  public static func notch(_ period: Int?) -> Self { Self(NotchConditioning(period)) }
}
