import GinghamTensors

/// A turn by a random angle.
public struct RotationTransform: TransformPart {
  /// What settings, manifests and findings call it.
  public static let name = "rotate"
  public static let summary = "turned by one of these angles in degrees"

  public var degrees: [Double]

  /// With the property of the same name.
  public init(_ degrees: [Double]) {
    self.degrees = degrees
  }

  public init(reading value: PartValue) throws { degrees = try value.numbers() }
  public var printedValue: String? { degrees.printed }

  public func validate() throws {
    try require(
      !degrees.isEmpty && degrees.allSatisfy { (-360...360).contains($0) }, degrees,
      "a list of angles from -360 to 360 degrees")
  }

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
