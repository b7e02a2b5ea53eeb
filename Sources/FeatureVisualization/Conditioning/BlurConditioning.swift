import GinghamSignals
import GinghamTensors

/// The gradient blurred by a Gaussian.
public struct BlurConditioning: ConditioningPart {
  /// What settings, manifests and findings call it.
  public static let name = "blur"
  public static let summary = "a Gaussian of this deviation in pixels"

  /// Standard deviation in pixels.
  public var sigma: Double

  /// With the property of the same name.
  public init(_ sigma: Double) {
    self.sigma = sigma
  }

  public init(reading value: PartValue) throws { sigma = try value.number() }
  public var printedValue: String? { sigma.printed }

  public func conditioned(_ gradient: Tensor) -> Tensor {
    gradient.filtered(taps: FilterTaps.gaussian(sigma: sigma), border: .zero)
  }
}

extension GradientConditioning {
  /// A Gaussian of this standard deviation in pixels.
  public static func blur(_ sigma: Double) -> Self { Self(BlurConditioning(sigma)) }
}
