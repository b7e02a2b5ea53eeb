import GinghamLattices
import GinghamTensors

/// Frequencies up to a radius, the rest taken out (Muzellec et al. 2024).
public struct LowPassConditioning: ConditioningPart {
  /// What settings, manifests and findings call it.
  public static let name = "low-pass"
  /// In a line of the help text.
  public static let summary = "frequencies up to this radius, in bins of 224 pixels"

  /// In bins of 224 pixels.
  public var radius: Double

  /// With the property of the same name.
  public init(_ radius: Double) {
    self.radius = radius
  }

  /// From what a recipe says behind its name.
  ///
  /// - Throws: ``DocumentError`` where that is not of its kind.
  public init(reading value: PartValue) throws { radius = try value.number() }
  /// As a recipe has it behind the name; `nil` where the name is all.
  public var printedValue: String? { radius.printed }

  /// The gradient N×C×H×W, made ready for the optimizer.
  public func conditioned(_ gradient: Tensor) throws -> Tensor { try LowPass(radius: radius).applied(to: gradient) }
}

extension GradientConditioning {
  /// Frequencies up to a radius, in bins of 224 pixels (Muzellec et al. 2024).
  public static func lowPass(_ radius: Double) -> Self { Self(LowPassConditioning(radius)) }
}
