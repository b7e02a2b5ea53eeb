import GinghamSignals
import GinghamTensors

/// The gradient blurred by a Gaussian.
public struct BlurConditioning: ConditioningPart {
  /// What settings, manifests and findings call it.
  public static let name = "blur"
  /// In a line of the help text.
  public static let summary = "a Gaussian of this deviation in pixels"

  /// Standard deviation in pixels.
  public var sigma: Double

  /// With the property of the same name.
  public init(_ sigma: Double) {
    self.sigma = sigma
  }

  /// From what a recipe says behind its name.
  ///
  /// - Throws: ``DocumentError`` where that is not of its kind.
  public init(reading value: PartValue) throws { sigma = try value.number() }
  /// As a recipe has it behind the name; `nil` where the name is all.
  public var printedValue: String? { sigma.printed }

  /// The gradient N×C×H×W, made ready for the optimizer.
  public func conditioned(_ gradient: Tensor) -> Tensor {
    gradient.filtered(taps: FilterTaps.gaussian(sigma: sigma), border: .zero)
  }
}

extension GradientConditioning {
  /// A Gaussian of this standard deviation in pixels.
  public static func blur(_ sigma: Double) -> Self { Self(BlurConditioning(sigma)) }
}
