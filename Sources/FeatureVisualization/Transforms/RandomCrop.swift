import GinghamSignals
import GinghamTensors

/// A square of random place and size, brought to the size that the network sees. Its side is a share of the shorter
/// side, falling or rising evenly over the run, times a number between ``smallest`` and ``largest``.
public struct RandomCrop: TransformPart {
  /// What settings, manifests and findings call it.
  public static let name = "crop"
  /// In a line of the help text.
  public static let summary = "a random square, its side a share of the picture's between from and to"

  /// Share of the shorter side at the first step.
  public var from: Double
  /// Share of the shorter side at the last step.
  public var to: Double
  /// The side's random factor; both 1 for none.
  public var smallest: Double
  /// The largest random factor of the side.
  public var largest: Double
  /// Standard deviation of the square's middle around the picture's, as a share of the shorter side.
  public var spread: Double

  /// With the properties of the same names.
  public init(from: Double, to: Double, smallest: Double = 1, largest: Double = 1, spread: Double = 0.15) {
    self.from = from
    self.to = to
    self.smallest = smallest
    self.largest = largest
    self.spread = spread
  }

  private static let settings: [RecipeSetting<RandomCrop>] = [
    RecipeSetting("from", \.from, help: "Share of the shorter side at the first step."),
    RecipeSetting("to", \.to, help: "Share at the last step."),
    RecipeSetting("smallest", \.smallest, help: "Smallest random factor of the side."),
    RecipeSetting("largest", \.largest, help: "Largest random factor."),
    RecipeSetting("spread", \.spread, help: "Deviation of the square's middle from the picture's."),
  ]

  /// From what a recipe says behind its name.
  ///
  /// - Throws: ``DocumentError`` where that is not of its kind.
  public init(reading value: PartValue) throws {
    _ = try value.needed
    self = try value.settings(Self.settings, of: RandomCrop(from: 0.5, to: 0.05))
  }

  /// As a recipe has it behind the name; `nil` where the name is all.
  public var printedValue: String? { "{\(Self.settings.printed(self))}" }

  /// - Throws: ``VisualizationError`` for a setting out of its range.
  public func validate() throws {
    let shares = [from, to, smallest, largest]
    try require(
      shares.allSatisfy { $0 > 0 && $0 <= 1 } && smallest <= largest && (0...1).contains(spread), shares,
      "shares above 0 and up to 1, the smallest first")
  }

  /// Side in pixels of a square of a picture.
  func side(in size: PictureSize, progress: Double, factor: Double) -> Int {
    let shorter = Double(min(size.height, size.width))
    return max(1, Int((shorter * min((from + (to - from) * progress) * factor, 1)).rounded()))
  }

  /// The map of one step: drawn anew from `generator`.
  public func drawn(
    for size: PictureSize, from generator: inout SeededGenerator, place: Int, in context: DrawContext
  ) -> any PictureMap {
    let side = side(in: size, progress: context.progress, factor: generator.number(in: smallest...largest))
    var middle = [Float](repeating: 0, count: 2)
    let seed = generator.next()
    middle.withUnsafeMutableBufferPointer { NormalSequence(seed: seed, name: "middle").fill($0) }
    let shorter = Double(min(size.height, size.width))
    func start(_ extent: Int, _ offset: Float) -> Int {
      let centre = Double(extent) / 2 + Double(offset) * spread * shorter
      return min(max(Int((centre - Double(side) / 2).rounded()), 0), extent - side)
    }
    let window = WindowMap(
      inputSize: size, outputSize: PictureSize(height: side, width: side), top: start(size.height, middle[0]),
      left: start(size.width, middle[1]))
    let resampling = SeparableMap.resampling(
      from: (side, side), to: (context.target.height, context.target.width), kernel: .bilinear)
    return ComposedMap(inputSize: size, maps: [window, ResampledMap(map: resampling)])
  }
}

extension PictureTransform {
  /// A random square.
  public static func randomCrop(_ crop: RandomCrop) -> Self { Self(crop) }
}
