import GinghamTensors

/// Normal noise on top.
public struct NoiseTransform: TransformPart {
  /// What settings, manifests and findings call it.
  public static let name = "noise"
  /// In a line of the help text.
  public static let summary = "normal noise of this deviation, in units of 0…1"

  /// Standard deviation in units of 0…1.
  public var deviation: Double

  /// With the property of the same name.
  public init(_ deviation: Double) {
    self.deviation = deviation
  }

  /// From what a recipe says behind its name.
  ///
  /// - Throws: ``DocumentError`` where that is not of its kind.
  public init(reading value: PartValue) throws { deviation = try value.number() }
  /// As a recipe has it behind the name; `nil` where the name is all.
  public var printedValue: String? { deviation.printed }

  /// - Throws: ``VisualizationError`` for a setting out of its range.
  public func validate() throws {
    try require((0...10).contains(deviation), deviation, "a deviation from 0 to 10")
  }

  /// The map of one step: drawn anew from `generator`.
  public func drawn(
    for size: PictureSize, from generator: inout SeededGenerator, place: Int, in context: DrawContext
  ) -> any PictureMap {
    let (seed, deviation) = (generator.next(), Float(deviation))
    return ShiftMap(inputSize: size) { shape in
      Tensor(shape) { NormalSequence(seed: seed, name: "noise").fill($0, deviation: deviation) }
    }
  }
}

extension PictureTransform {
  /// Normal noise of this standard deviation, in units of 0…1.
  public static func noise(_ deviation: Double) -> Self { Self(NoiseTransform(deviation)) }
}
