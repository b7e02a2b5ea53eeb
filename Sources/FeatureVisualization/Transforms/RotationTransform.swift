import GinghamTensors

/// A turn by a random angle.
public struct RotationTransform: TransformPart {
  /// What settings, manifests and findings call it.
  public static let name = "rotate"
  /// In a line of the help text.
  public static let summary = "turned by one of these angles in degrees"

  /// One of these is drawn.
  public var degrees: [Double]

  /// With the property of the same name.
  public init(_ degrees: [Double]) {
    self.degrees = degrees
  }

  /// From what a recipe says behind its name.
  ///
  /// - Throws: ``DocumentError`` where that is not of its kind.
  public init(reading value: PartValue) throws { degrees = try value.numbers() }
  /// As a recipe has it behind the name; `nil` where the name is all.
  public var printedValue: String? { degrees.printed }

  /// - Throws: ``VisualizationError`` for a setting out of its range.
  public func validate() throws {
    try require(
      !degrees.isEmpty && degrees.allSatisfy { (-360...360).contains($0) }, degrees,
      "a list of angles from -360 to 360 degrees")
  }

  /// The map of one step: drawn anew from `generator`.
  public func drawn(
    for size: PictureSize, from generator: inout SeededGenerator, place: Int, in context: DrawContext
  ) -> any PictureMap {
    RotationMap(inputSize: size, degrees: generator.element(of: degrees))
  }
}

extension PictureTransform {
  /// A turn by one of these angles in degrees.
  public static func rotate(_ degrees: [Double]) -> Self { Self(RotationTransform(degrees)) }
}
