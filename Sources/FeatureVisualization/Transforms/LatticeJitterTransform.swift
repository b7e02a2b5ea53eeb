import GinghamTensors

/// A shift over the torus by every offset of a lattice once before any comes again, so that a pattern locked to the
/// lattice averages to exactly nothing.
public struct LatticeJitterTransform: TransformPart {
  /// What settings, manifests and findings call it.
  public static let name = "lattice-jitter"
  /// In a line of the help text.
  public static let summary = "shifts by every offset of a lattice of this period in turn; without one the network's"

  /// `nil`: the network's.
  public var period: Int?

  /// With the property of the same name.
  public init(_ period: Int?) {
    self.period = period
  }

  /// From what a recipe says behind its name.
  ///
  /// - Throws: ``DocumentError`` where that is not of its kind.
  public init(reading value: PartValue) throws { period = try value.period() }
  /// As a recipe has it behind the name; `nil` where the name is all.
  public var printedValue: String? { PeriodText.text(period) }

  /// - Throws: ``VisualizationError`` for a setting out of its range.
  public func validate() throws {
    try require((1...128).contains(period ?? 1), period ?? 1, "a period from 1 to 128")
  }

  /// With the net's lattice where none is named.
  public func resolved(period: Int) -> Self { Self(self.period ?? period) }

  /// The map of one step: drawn anew from `generator`.
  public func drawn(
    for size: PictureSize, from generator: inout SeededGenerator, place: Int, in context: DrawContext
  ) throws -> any PictureMap {
    guard let period else { throw VisualizationError.contradiction("the lattice jitter has no period") }
    _ = try shrunk(size, by: period - 1)
    let offset = Self.offset(period: period, place: place, in: context)
    return RollMap(inputSize: size, rows: offset / period, columns: offset % period)
  }

  /// Draws are numbered through the run; each run of period² draws goes through all offsets in an order of its own.
  private static func offset(period: Int, place: Int, in context: DrawContext) -> Int {
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

extension PictureTransform {
  /// A shift over the torus by every offset of a lattice of this period in turn; `nil` stands for the network's period.
  public static func latticeJitter(_ period: Int?) -> Self { Self(LatticeJitterTransform(period)) }
}
