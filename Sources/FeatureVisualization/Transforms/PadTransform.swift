import GinghamTensors

/// Grey all around.
public struct PadTransform: TransformPart {
  /// What settings, manifests and findings call it.
  public static let name = "pad"
  /// In a line of the help text.
  public static let summary = "so many pixels of grey all around"

  /// On every side.
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
    WindowMap(
      inputSize: size, outputSize: PictureSize(height: size.height + 2 * pixels, width: size.width + 2 * pixels),
      top: -pixels, left: -pixels)
  }
}

extension PictureTransform {
  /// Grey all around, this many pixels.
  public static func pad(_ pixels: Int) -> Self { Self(PadTransform(pixels)) }
}
