import GinghamTensors

/// A random change of the picture between parameters and network. What survives all of them is a feature; what needs
/// one exact position, scale or angle, such as the grid of a strided layer, is averaged away.
public protocol TransformPart: RecipePart {
  /// One random instance for pictures of a size.
  ///
  /// - Parameters:
  ///   - generator: of this transform, at this place of its chain, for this draw.
  ///   - place: position in its chain, which sets the random numbers of two equal transforms apart.
  /// - Throws: ``VisualizationError/transformTooLarge(transform:size:why:)``.
  func drawn(
    for size: PictureSize, from generator: inout SeededGenerator, place: Int, in context: DrawContext
  ) throws -> any PictureMap

  /// The instance of itself that leaves the smallest picture.
  var shrinkingMost: Self { get }
}

extension TransformPart {
  /// The draw that leaves least of the picture.
  public var shrinkingMost: Self { self }

  func require(_ condition: Bool, _ value: some Any, _ expected: String) throws {
    try VisualizationError.require(condition, "the transform \(name)", value, expected)
  }

  /// A size with so many rows and columns less.
  func shrunk(_ size: PictureSize, by pixels: Int) throws -> PictureSize {
    // A signal has one side.
    let isLine = size.height == 1
    guard isLine || size.height > pixels, size.width > pixels else {
      throw VisualizationError.transformTooLarge(
        transform: "\(name) \(pixels)", size: size, why: "nothing would be left of a side")
    }
    return PictureSize(height: isLine ? 1 : size.height - pixels, width: size.width - pixels)
  }
}

/// Any transform.
public struct PictureTransform: AnyRecipePart {
  private let transform: any TransformPart

  /// With the property of the same name.
  public init(_ transform: any TransformPart) {
    self.transform = transform
  }

  /// All that recipes know.
  public static let all: [any TransformPart.Type] = [
    PadTransform.self, JitterTransform.self, RollTransform.self, LatticeJitterTransform.self, ScaleTransform.self,
    RotationTransform.self, RandomCrop.self, BlurTransform.self, FlipTransform.self, NoiseTransform.self,
    PhaseShuffleTransform.self,
  ]

  /// What complaints call one of them.
  public static let noun = "transform"
  /// Every kind there is.
  public static var list: [any RecipePart.Type] { all }
  /// The kind itself.
  public var part: any RecipePart { transform }

  /// From what a recipe says behind its name.
  ///
  /// - Throws: ``DocumentError`` where that is not of its kind.
  public init(reading value: PartValue) throws {
    guard let type = Self.all.first(where: { $0.name == value.name }) else { throw value.unknown(Self.self) }
    transform = try type.init(reading: value)
  }

  /// One random instance for pictures of a size.
  ///
  /// - Parameter place: position in its chain, which sets the random numbers of two equal transforms apart.
  /// - Throws: ``VisualizationError/transformTooLarge(transform:size:why:)``.
  public func drawn(for size: PictureSize, place: Int, in context: DrawContext) throws -> any PictureMap {
    var generator = SeededGenerator(
      seed: context.seed, name: "transform", place, context.step, context.picture, context.draw)
    return try transform.drawn(for: size, from: &generator, place: place, in: context)
  }

  var shrinkingMost: PictureTransform { Self(transform.shrinkingMost) }
  func resolved(period: Int) -> PictureTransform { Self(transform.resolved(period: period)) }
}

/// Where in a run a transform is drawn.
public struct DrawContext: Hashable, Sendable {
  /// Of every random number.
  public var seed: UInt64
  /// Of the run, from 0.
  public var step: Int
  /// Of the run.
  public var steps: Int
  /// Which picture of the batch, and which of its draws in this step.
  public var picture: Int
  /// Of the step, from 0.
  public var draw: Int
  /// Views a step.
  public var draws: Int
  /// What the network takes.
  public var target: PictureSize

  /// With the properties of the same names.
  public init(
    seed: UInt64, step: Int, steps: Int, picture: Int = 0, draw: Int = 0, draws: Int = 1, target: PictureSize
  ) {
    self.seed = seed
    self.step = step
    self.steps = steps
    self.picture = picture
    self.draw = draw
    self.draws = draws
    self.target = target
  }

  /// 0 at the first step, 1 at the last.
  var progress: Double { steps > 1 ? Double(step) / Double(steps - 1) : 0 }
}
