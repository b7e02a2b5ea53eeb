import GinghamTensors

/// Left and right exchanged, every other time.
public struct FlipTransform: TransformPart {
  /// What settings, manifests and findings call it.
  public static let name = "flip"
  /// In a line of the help text.
  public static let summary = "left and right exchanged, every other time"

  /// With every setting at its default.
  public init() {}

  /// From what a recipe says behind its name.
  ///
  /// - Throws: ``DocumentError`` where that is not of its kind.
  public init(reading value: PartValue) throws { try value.none() }

  /// The map of one step: drawn anew from `generator`.
  public func drawn(
    for size: PictureSize, from generator: inout SeededGenerator, place: Int, in context: DrawContext
  ) -> any PictureMap {
    generator.integer(in: 0...1) == 1 ? FlipMap(inputSize: size) : ComposedMap(inputSize: size, maps: [])
  }
}

extension PictureTransform {
  /// Left and right exchanged, every other time.
  public static let flip = Self(FlipTransform())
}
