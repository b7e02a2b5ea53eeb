import GinghamLattices
import GinghamTensors

/// What a net makes of inputs that are the same everywhere: all that repeats in its pictures is its own.
public struct FlatField: Encodable, Sendable {
  /// One band of the net's own grid.
  public struct Band: Encodable, Sendable {
    /// In pixels.
    public var period: Int
    /// Root mean square over channels and samples, in 8-bit levels.
    public var levels: Double
  }

  /// By ascending period.
  public var bands: [Band]
  /// What does not repeat, root mean square in 8-bit levels: what the border still does, and noise inputs.
  public var remainder: Double
  /// Side of the middle part that was looked at, rows and columns.
  public var interior: [Int]

  /// Of pictures that were made of flat inputs: the middle half, where borders reach least.
  ///
  /// - Parameters:
  ///   - shape: C×H×W of a picture.
  ///   - periods: in pixels; those that do not fit twice are left out.
  ///   - forEach: hands over pictures N×C×H×W in 0…1, some at a time.
  /// - Returns: `nil` where none fits.
  /// - Throws: ``ArtifactError``, what `forEach` does.
  public init?(
    ofPicturesOf shape: [Int], periods: [Int], forEach: (_ body: (_ pictures: Tensor) throws -> Void) throws -> Void
  ) throws {
    guard shape.count == 3 else { throw ArtifactError.wrongRank(Shape(shape)) }
    let (height, width) = (shape[1], shape[2])
    let room = min(height, width) / 2
    let fitting = periods.filter { 2 * $0 <= room }
    // One lattice holds as many of them as fit together.
    let side = fitting.sorted().reduce(1) { side, period in
      let common = side / greatestCommonDivisor(side, period) * period
      return 2 * common <= room ? common : side
    }
    guard side > 1 else { return nil }
    let lattice = try Lattice(period: side)
    var (sums, rest, count): ([Int: Double], Double, Double) = ([:], 0, 0)
    let (top, left) = (height / 4, width / 4)
    try forEach { pictures in
      for plane in try Plane.planes(of: pictures) {
        let middle = Plane(
          height: height - 2 * top, width: width - 2 * left,
          values: (top..<(height - top)).flatMap { plane.values[($0 * width + left)..<($0 * width + width - left)] }
        ).cropped(toMultipleOf: side)
        let table = try PhaseTable(means: middle, lattice: lattice)
        for (period, power) in table.bands where period > 1 { sums[period, default: 0] += power }
        rest += max(0, middle.variance - table.variance)
        count += 1
      }
    }
    bands = sums.sorted { $0.key < $1.key }.map {
      Band(period: $0.key, levels: 255 * ($0.value / max(count, 1)).squareRoot())
    }
    remainder = 255 * (rest / max(count, 1)).squareRoot()
    interior = [height - 2 * top, width - 2 * left]
  }
}

extension Generator {
  /// Inputs without any structure: of a net of pictures plain colours, the first mid grey; of spatial latents one standard
  /// normal number for each channel, the same at all positions.
  ///
  /// - Throws: ``GeneratorError/hasNoField(model:shape:)`` where a latent is a vector, which has no positions.
  public func flatInputs(_ count: Int, seed: UInt64) throws -> Tensor {
    let extents: [Int]
    switch source {
    case .pictures: extents = model.inputShape(batch: 1).dimensions.dropFirst().map { $0 }
    case .latents(let latents): extents = latents
    }
    guard extents.count > 1, extents.dropFirst().contains(where: { $0 > 1 }) else {
      throw GeneratorError.hasNoField(model: model.source.specification, shape: extents)
    }
    let positions = extents.dropFirst().reduce(1, *)
    let sequence = NormalSequence(seed: seed, name: "flat")
    let colours = Tensor([count, extents[0]]) { sequence.fill($0) }.scalars
    return Tensor(
      Shape([count] + extents),
      colours.enumerated().flatMap { index, value -> [Float] in
        let level = isLatent ? value : index < extents[0] ? 0.5 : min(max(0.5 + 0.2 * value, 0), 1)
        return [Float](repeating: level, count: positions)
      })
  }
}
