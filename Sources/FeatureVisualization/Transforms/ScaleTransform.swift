import GinghamSignals
import GinghamTensors

/// Bilinear resampling by a random factor.
public struct ScaleTransform: TransformPart {
  /// What settings, manifests and findings call it.
  public static let name = "scale"
  /// In a line of the help text.
  public static let summary = "resampled by one of these factors"

  /// One of these is drawn.
  public var factors: [Double]

  /// With the property of the same name.
  public init(_ factors: [Double]) {
    self.factors = factors
  }

  /// From what a recipe says behind its name.
  ///
  /// - Throws: ``DocumentError`` where that is not of its kind.
  public init(reading value: PartValue) throws { factors = try value.numbers() }
  /// As a recipe has it behind the name; `nil` where the name is all.
  public var printedValue: String? { factors.printed }

  /// - Throws: ``VisualizationError`` for a setting out of its range.
  public func validate() throws {
    try require(
      !factors.isEmpty && factors.allSatisfy { (0.05...20).contains($0) }, factors, "a list of factors from 0.05 to 20")
  }

  /// The smallest factor alone.
  public var shrinkingMost: Self { Self([factors.min() ?? 1]) }

  /// The map of one step: drawn anew from `generator`.
  public func drawn(
    for size: PictureSize, from generator: inout SeededGenerator, place: Int, in context: DrawContext
  ) throws -> any PictureMap {
    let factor = generator.element(of: factors)
    let height = Int((Double(size.height) * factor).rounded())
    let width = Int((Double(size.width) * factor).rounded())
    guard height > 0, width > 0 else {
      throw VisualizationError.transformTooLarge(
        transform: "\(name) \(factor)", size: size, why: "no pixel would be left of a side")
    }
    if height == size.height, width == size.width { return ComposedMap(inputSize: size, maps: []) }
    return ResampledMap(map: .resampling(from: (size.height, size.width), to: (height, width), kernel: .bilinear))
  }
}

extension PictureTransform {
  /// Bilinear resampling by one of these factors.
  public static func scale(_ factors: [Double]) -> Self { Self(ScaleTransform(factors)) }
}
