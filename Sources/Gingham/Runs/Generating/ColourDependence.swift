import GinghamAdversarialProbing
import GinghamArtifacts
import GinghamTensors

/// How the grid of pictures goes with the strength of their colours.
///
/// Odena, Dumoulin & Olah (2016) saw that artifacts show most where colours are far from the usual: a grid multiplies
/// what is painted, and a network cannot take it out everywhere with one bias. So every block of every picture gives its
/// distance from the mean colour of all and the deviation of its phase means; a period that no layer has serves as
/// control, since contrast of any kind may go with strong colours.
public struct ColourDependence: Sendable {
  struct Point: Hashable, Sendable {
    /// Euclidean distance of the block's colour from the mean colour, pixels in 0…1.
    var distance: Double
    /// Root mean square over phases and channels of what repeats with the period, in 8-bit levels.
    var strength: Double
    var control: Double
  }

  public struct Figures: Encodable, Sendable {
    public var period: Int
    public var side: Int
    public var blocks: Int
    /// In 0…1.
    public var meanColour: [Double]
    /// Pearson's r, and Spearman's.
    public var correlation: Double
    public var rankCorrelation: Double
    public var controlPeriod: Int
    public var controlCorrelation: Double
    public var controlRankCorrelation: Double

    private enum CodingKeys: String, CodingKey {
      case period, side, blocks, correlation
      case meanColour = "mean_colour"
      case rankCorrelation = "rank_correlation"
      case controlPeriod = "control_period"
      case controlCorrelation = "control_correlation"
      case controlRankCorrelation = "control_rank_correlation"
    }
  }

  let points: [Point]
  let figures: Figures

  /// `nil` where there are fewer than eight blocks or nothing varies.
  ///
  /// - Parameters:
  ///   - planes: all channels of all pictures.
  ///   - shape: N×C×H×W of the pictures.
  init?(of planes: [Plane], of shape: Shape, period: Int) throws {
    let (channels, height, width) = (shape[1], shape[2], shape[3])
    let control = Lattice.nearestControl(to: period, among: [2, 4, 8, 16, 32])
    let border = 4
    // Blocks that hold four periods of both, so that phase means have something to average.
    let side = max(12, 4 * max(period, control))
    let (rows, columns) = ((height - 2 * border) / side, (width - 2 * border) / side)
    guard rows > 0, columns > 0, !planes.isEmpty else { return nil }
    let filter = try TriangleFilter(period: border)
    let means = (0..<channels).map { channel in
      stride(from: channel, to: planes.count, by: channels).map { planes[$0].mean }.reduce(0, +)
        / Double(planes.count / channels)
    }
    let lattices = try [Lattice(period: period), Lattice(period: control)]
    var points: [Point] = []
    for start in stride(from: 0, to: planes.count, by: channels) {
      let picture = planes[start..<(start + channels)]
      let details = picture.compactMap(filter.highPassed)
      guard details.count == channels else { return nil }
      for row in 0..<rows {
        for column in 0..<columns {
          let corner = (row * side, column * side)
          var (squares, energies) = (0.0, [0.0, 0.0])
          for (channel, (plane, detail)) in zip(picture, details).enumerated() {
            let colour = plane.part(top: corner.0 + border, left: corner.1 + border, side: side).mean
            squares += (colour - means[channel]) * (colour - means[channel])
            let block = detail.part(top: corner.0, left: corner.1, side: side)
            for (index, lattice) in lattices.enumerated() {
              energies[index] += try PhaseTable(means: block, lattice: lattice).variance / Double(channels)
            }
          }
          points.append(
            Point(
              distance: squares.squareRoot(), strength: 255 * energies[0].squareRoot(),
              control: 255 * energies[1].squareRoot()))
        }
      }
    }
    let distances = points.map(\.distance)
    guard points.count >= 8, let r = correlation(distances, points.map(\.strength)),
      let rank = rankCorrelation(distances, points.map(\.strength)),
      let controlled = correlation(distances, points.map(\.control)),
      let controlledRank = rankCorrelation(distances, points.map(\.control))
    else { return nil }
    self.points = points
    figures = Figures(
      period: period, side: side, blocks: points.count, meanColour: means, correlation: r, rankCorrelation: rank,
      controlPeriod: control, controlCorrelation: controlled, controlRankCorrelation: controlledRank)
  }
}

extension Plane {
  fileprivate func part(top: Int, left: Int, side: Int) -> Plane {
    var values: [Double] = []
    values.reserveCapacity(side * side)
    for y in top..<(top + side) { values += self.values[(y * width + left)..<(y * width + left + side)] }
    return Plane(height: side, width: side, values: values)
  }
}
