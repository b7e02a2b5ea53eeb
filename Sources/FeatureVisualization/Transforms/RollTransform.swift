import GinghamTensors

/// A random shift over the torus.
public struct RollTransform: TransformPart {
  /// What settings, manifests and findings call it.
  public static let name = "roll"
  /// In a line of the help text.
  public static let summary = "a random shift over the torus, up to so many pixels each way"

  /// At most, along each axis.
  public var pixels: Int

  /// With the property of the same name.
  public init(_ pixels: Int) {
    self.pixels = pixels
  }

  /// From what a recipe says behind its name.
  ///
  /// - Throws: ``DocumentError`` where that is not of its kind.
  public init(reading value: PartValue) throws { pixels = try value.integer() }
  /// As a recipe has it behind the name; `nil` where the name is all.
  public var printedValue: String? { pixels.printed }

  /// - Throws: ``VisualizationError`` for a setting out of its range.
  public func validate() throws { try require((0...4096).contains(pixels), pixels, "pixels from 0 to 4096") }

  /// The map of one step: drawn anew from `generator`.
  public func drawn(
    for size: PictureSize, from generator: inout SeededGenerator, place: Int, in context: DrawContext
  ) -> any PictureMap {
    RollMap(
      inputSize: size, rows: generator.integer(in: -pixels...pixels), columns: generator.integer(in: -pixels...pixels))
  }
}

extension PictureTransform {
  /// A random shift over the torus, up to this many pixels each way.
  public static func roll(_ pixels: Int) -> Self { Self(RollTransform(pixels)) }
}
