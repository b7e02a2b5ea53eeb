import GinghamLattices
import GinghamNetworks

/// How a gradient's power falls off towards the picture's border, where padding takes the place of pixels, and which
/// pixels no layer reads.
public struct Foveation: Hashable, Sendable {
  /// Predicted variance over the whole picture, H×W, in units of its mean.
  public let map: Plane
  /// Mean power of the four corner lattices over that of the one in the centre; 1 where the border does not matter.
  public let cornerToCentre: Double
  /// Rows at the bottom and columns at the right that no window reads: their gradient is exactly zero.
  public let unusedRows: Int
  /// At the right border.
  public let unusedColumns: Int
  /// Share of all pixels with zero gradient, the dead phases of the lattice included.
  public let deadShare: Double

  /// - Parameters:
  ///   - variance: of a whole picture.
  ///   - period: of its lattice.
  public init(of variance: Plane, period: Int) {
    let mean = variance.mean
    map = Plane(
      height: variance.height, width: variance.width, values: variance.values.map { mean > 0 ? $0 / mean : 0 })
    let side = min(max(period, 1), variance.height, variance.width)
    func cell(_ y: Int, _ x: Int) -> Double {
      variance.crop(rows: y..<(y + side), columns: x..<(x + side)).mean
    }
    let (bottom, right) = (variance.height - side, variance.width - side)
    let centre = cell(bottom / 2 / side * side, right / 2 / side * side)
    let corners = (cell(0, 0) + cell(0, right) + cell(bottom, 0) + cell(bottom, right)) / 4
    cornerToCentre = centre > 0 ? corners / centre : 1
    let peak = variance.values.max() ?? 0
    func isDead(_ value: Double) -> Bool { value <= 1e-12 * peak }
    unusedRows =
      (0..<variance.height).reversed().prefix { y in (0..<variance.width).allSatisfy { isDead(variance[y, $0]) } }.count
    unusedColumns =
      (0..<variance.width).reversed().prefix { x in (0..<variance.height).allSatisfy { isDead(variance[$0, x]) } }.count
    deadShare = Double(variance.values.count(where: isDead)) / Double(max(variance.values.count, 1))
  }
}

extension GradientPrediction {
  /// The picture the network is bound to, seen by its gradients.
  public func foveation() throws -> Foveation {
    Foveation(of: try variance(at: inputValue), period: period)
  }
}
