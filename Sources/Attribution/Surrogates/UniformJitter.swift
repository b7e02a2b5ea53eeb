import GinghamDifferentiation
import GinghamTensors

/// The mean gradient over randomly shifted copies, each axis by one of J equally likely offsets: what visualization
/// tools call jitter. On average it leaves |sin(πfJ)/(J·sin(πf))| of a frequency f, so J = 8 cancels periods 2, 4 and 8
/// and J = 9 leaves a ninth of them; with few samples chance leaves more.
public struct UniformJitter: AttributionMethod {
  /// What settings, manifests and findings call it.
  public static let name = "uniform-jitter"
  /// It is: the map is no derivative of the objective.
  public static let isSurrogate = true

  /// J: offsets reach from −J/2 up to, not including, J/2.
  public var offsets: Int
  /// Random shifts.
  public var samples: Int
  /// Of every random number.
  public var seed: UInt64
  /// Most copies in one pass; bounds the memory.
  public var batchLimit: Int

  /// With the properties of the same names.
  public init(offsets: Int = 8, samples: Int = 16, seed: UInt64 = 0, batchLimit: Int = 8) {
    self.offsets = offsets
    self.samples = samples
    self.seed = seed
    self.batchLimit = batchLimit
  }

  /// - Throws: ``AttributionError/shiftTooLarge(_:height:width:)`` where shifts are larger than the picture.
  public func attribute(
    _ pictures: Tensor, to objective: any Objective, by differentiator: any Differentiator
  ) throws -> Attribution {
    try AttributionError.checkShift(offsets, within: pictures.shape)
    // The picture itself goes along without weight: it settles the objective and tells its value.
    return try ShiftedGradients(
      shifts: [(0, 0)] + drawnShifts, weights: [0] + [Float](repeating: 1 / Float(samples), count: samples),
      batchLimit: batchLimit
    ).attribute(pictures, to: objective, by: differentiator)
  }

  /// The shifts of the samples; the same for every picture.
  public var drawnShifts: [(rows: Int, columns: Int)] {
    let bits = BitSequence(seed: seed, name: "uniform-jitter")
    func offset(_ index: Int) -> Int { bits.integer(index, below: offsets) - offsets / 2 }
    return (0..<samples).map { (offset(2 * $0), offset(2 * $0 + 1)) }
  }
}
