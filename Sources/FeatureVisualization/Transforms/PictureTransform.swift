import GinghamSignals
import GinghamTensors

/// A random change of the picture between parameters and network. What survives all of them is a feature; what needs
/// one exact position, scale or angle, such as the grid of a strided layer, is averaged away.
public enum PictureTransform: Hashable, Sendable {
  /// Grey all around, this many pixels.
  case pad(Int)
  /// A random crop this much smaller: offsets 0 to the number, each equally likely.
  case jitter(Int)
  /// A random shift over the torus, up to this many pixels each way.
  case roll(Int)
  /// A shift over the torus by every offset of a lattice of this period once before any comes again, so that a pattern
  /// locked to the lattice averages to exactly nothing; `nil` stands for the network's period.
  case latticeJitter(Int?)
  /// Bilinear resampling by one of these factors.
  case scale([Double])
  /// A turn by one of these angles in degrees.
  case rotate([Double])
  case randomCrop(RandomCrop)
  /// A Gaussian of this standard deviation in pixels.
  case blur(Double)
  /// Left and right exchanged, every other time.
  case flip
  /// Normal noise of this standard deviation, in units of 0…1.
  case noise(Double)

  public var name: String {
    switch self {
    case .pad: "pad"
    case .jitter: "jitter"
    case .roll: "roll"
    case .latticeJitter: "lattice-jitter"
    case .scale: "scale"
    case .rotate: "rotate"
    case .randomCrop: "crop"
    case .blur: "blur"
    case .flip: "flip"
    case .noise: "noise"
    }
  }
}

/// A square of random place and size, brought to the size that the network sees. Its side is a share of the shorter
/// side, falling or rising evenly over the run, times a number between ``smallest`` and ``largest``.
public struct RandomCrop: Hashable, Sendable {
  /// Share of the shorter side at the first step and at the last.
  public var from: Double
  public var to: Double
  /// The side's random factor; both 1 for none.
  public var smallest: Double
  public var largest: Double
  /// Standard deviation of the square's middle around the picture's, as a share of the shorter side.
  public var spread: Double

  public init(from: Double, to: Double, smallest: Double = 1, largest: Double = 1, spread: Double = 0.15) {
    self.from = from
    self.to = to
    self.smallest = smallest
    self.largest = largest
    self.spread = spread
  }
}

/// Where in a run a transform is drawn.
public struct DrawContext: Hashable, Sendable {
  public var seed: UInt64
  public var step: Int
  public var steps: Int
  /// Which picture of the batch, and which of its draws in this step.
  public var picture: Int
  public var draw: Int
  public var draws: Int
  /// What the network takes.
  public var target: PictureSize

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

extension PictureTransform {
  /// One random instance for pictures of a size.
  ///
  /// - Parameter place: position in its chain, which sets the random numbers of two equal transforms apart.
  /// - Throws: ``VisualizationError/transformTooLarge(transform:size:why:)``.
  public func drawn(for size: PictureSize, place: Int, in context: DrawContext) throws -> any PictureMap {
    var generator = SeededGenerator(
      seed: context.seed, name: "transform", place, context.step, context.picture, context.draw)
    switch self {
    case .pad(let pixels):
      return WindowMap(
        inputSize: size, outputSize: PictureSize(height: size.height + 2 * pixels, width: size.width + 2 * pixels),
        top: -pixels, left: -pixels)
    case .jitter(let pixels):
      let cropped = try shrunk(size, by: pixels)
      return WindowMap(
        inputSize: size, outputSize: cropped, top: generator.integer(in: 0...pixels),
        left: generator.integer(in: 0...pixels))
    case .roll(let pixels):
      return RollMap(
        inputSize: size, rows: generator.integer(in: -pixels...pixels),
        columns: generator.integer(in: -pixels...pixels))
    case .latticeJitter(let period):
      guard let period else { throw VisualizationError.contradiction("the lattice jitter has no period") }
      _ = try shrunk(size, by: period - 1)
      let offset = Self.latticeOffset(period: period, place: place, in: context)
      return RollMap(inputSize: size, rows: offset / period, columns: offset % period)
    case .scale(let factors):
      return try Self.scaled(size, by: generator.element(of: factors), self)
    case .rotate(let angles):
      return RotationMap(inputSize: size, degrees: generator.element(of: angles))
    case .randomCrop(let crop):
      return try crop.drawn(for: size, in: context, from: &generator)
    case .blur(let sigma):
      return ResampledMap(
        map: .filter(
          height: size.height, width: size.width, taps: FilterTaps.gaussian(sigma: sigma), border: .replicate))
    case .flip:
      return generator.integer(in: 0...1) == 1
        ? FlipMap(inputSize: size) : ComposedMap(inputSize: size, maps: [])
    case .noise(let deviation):
      let seed = generator.next()
      return ShiftMap(inputSize: size) { shape in
        Tensor(shape) { NormalSequence(seed: seed, name: "noise").fill($0, deviation: Float(deviation)) }
      }
    }
  }

  private func shrunk(_ size: PictureSize, by pixels: Int) throws -> PictureSize {
    guard size.height > pixels, size.width > pixels else {
      throw VisualizationError.transformTooLarge(
        transform: "\(name) \(pixels)", size: size, why: "nothing would be left of a side")
    }
    return PictureSize(height: size.height - pixels, width: size.width - pixels)
  }

  private static func scaled(_ size: PictureSize, by factor: Double, _ transform: Self) throws -> any PictureMap {
    let height = Int((Double(size.height) * factor).rounded())
    let width = Int((Double(size.width) * factor).rounded())
    guard height > 0, width > 0 else {
      throw VisualizationError.transformTooLarge(
        transform: "\(transform.name) \(factor)", size: size, why: "no pixel would be left of a side")
    }
    if height == size.height, width == size.width { return ComposedMap(inputSize: size, maps: []) }
    return ResampledMap(
      map: .resampling(from: (size.height, size.width), to: (height, width), kernel: .bilinear))
  }

  /// Draws are numbered through the run; each run of period² draws goes through all offsets in an order of its own.
  private static func latticeOffset(period: Int, place: Int, in context: DrawContext) -> Int {
    let number = context.step * context.draws + context.draw
    let count = period * period
    var generator = SeededGenerator(seed: context.seed, name: "lattice", place, context.picture, number / count)
    var offsets = Array(0..<count)
    for index in stride(from: count - 1, to: 0, by: -1) {
      offsets.swapAt(index, generator.integer(in: 0...index))
    }
    return offsets[number % count]
  }
}

extension RandomCrop {
  /// Side in pixels of a square of a picture.
  func side(in size: PictureSize, progress: Double, factor: Double) -> Int {
    let shorter = Double(min(size.height, size.width))
    return max(1, Int((shorter * min((from + (to - from) * progress) * factor, 1)).rounded()))
  }

  func drawn(for size: PictureSize, in context: DrawContext, from generator: inout SeededGenerator) throws
    -> any PictureMap
  {
    let side = side(
      in: size, progress: context.progress, factor: generator.number(in: smallest...largest))
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
