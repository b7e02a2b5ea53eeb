import GinghamSignals
import GinghamTensors

/// A Gaussian blur.
public struct BlurTransform: TransformPart {
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

  /// - Throws: ``VisualizationError`` for a setting out of its range.
  public func validate() throws {
    try require(sigma > 0 && sigma <= 100, sigma, "a deviation above 0 and up to 100 pixels")
  }

  /// The map of one step: drawn anew from `generator`.
  public func drawn(
    for size: PictureSize, from generator: inout SeededGenerator, place: Int, in context: DrawContext
  ) -> any PictureMap {
    ResampledMap(
      map: .filter(
        height: size.height, width: size.width, taps: FilterTaps.gaussian(sigma: sigma), border: .replicate))
  }
}

extension PictureTransform {
  /// A Gaussian of this standard deviation in pixels.
  public static func blur(_ sigma: Double) -> Self { Self(BlurTransform(sigma)) }
}
