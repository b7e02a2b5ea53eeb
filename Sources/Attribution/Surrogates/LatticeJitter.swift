import GinghamDifferentiation
import GinghamTensors

/// The mean gradient over all S² shifts of a picture by less than a lattice: every pixel is seen at every phase of the
/// strides.
///
/// It is the gradient of f̄(x) = mean of f(x shifted), which no longer knows the lattice: for nets whose pooled output
/// repeats with period S, f̄ does not change when its input is shifted, so its gradient has no preferred phase. Exact
/// but for the border, where the picture wraps around. Cost: S² gradients.
public struct LatticeJitter: AttributionMethod {
  /// What settings, manifests and findings call it.
  public static let name = "lattice-jitter"
  /// It is: the map is no derivative of the objective.
  public static let isSurrogate = true

  /// S in pixels. Bands of periods that do not divide it are damped only.
  public var period: Int
  /// Most copies in one pass; bounds the memory.
  public var batchLimit: Int

  /// With the properties of the same names.
  public init(period: Int = 4, batchLimit: Int = 8) {
    self.period = period
    self.batchLimit = batchLimit
  }

  /// - Throws: ``AttributionError/shiftTooLarge(_:height:width:)`` where the lattice is larger than the picture.
  public func attribute(
    _ pictures: Tensor, to objective: any Objective, by differentiator: any Differentiator
  ) throws -> Attribution {
    try AttributionError.checkShift(period, within: pictures.shape)
    // As little as possible of the picture wraps around: shifts go both ways.
    let offsets = [0] + (0..<period).map { $0 - period / 2 }.filter { $0 != 0 }
    // A signal has a single row, which stays where it is.
    let isLine = pictures.shape[pictures.shape.rank - 2] == 1
    let shifts = (isLine ? [0] : offsets).flatMap { rows in offsets.map { (rows: rows, columns: $0) } }
    return try ShiftedGradients(
      shifts: shifts, weights: [Float](repeating: 1 / Float(shifts.count), count: shifts.count),
      batchLimit: batchLimit
    ).attribute(pictures, to: objective, by: differentiator)
  }
}

extension AttributionError {
  static func checkShift(_ period: Int, within shape: Shape) throws {
    guard period >= 1 else { throw AttributionError.badArgument("a shift of \(period) pixels does not exist") }
    let (height, width) = (shape[shape.rank - 2], shape[shape.rank - 1])
    guard period <= (height == 1 ? width : min(height, width)) else {
      throw AttributionError.shiftTooLarge(period, height: height, width: width)
    }
  }
}
