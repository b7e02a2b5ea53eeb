import GinghamTensors

/// A random crop a little smaller than the picture.
public struct JitterTransform: TransformPart {
  /// What settings, manifests and findings call it.
  public static let name = "jitter"
  /// In a line of the help text.
  public static let summary = "a random crop so many pixels smaller"

  /// Offsets are 0 to this number, each equally likely.
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
  ) throws -> any PictureMap {
    let cropped = try shrunk(size, by: pixels)
    return WindowMap(
      inputSize: size, outputSize: cropped, top: generator.integer(in: 0...(size.height - cropped.height)),
      left: generator.integer(in: 0...pixels))
  }
}

extension PictureTransform {
  /// A random crop this much smaller: offsets 0 to the number, each equally likely.
  public static func jitter(_ pixels: Int) -> Self { Self(JitterTransform(pixels)) }
}
