import Foundation
import GinghamLattices
import GinghamSignals
import GinghamTensors

/// How the grid of pictures goes with the strength of their colours.
///
/// Odena, Dumoulin & Olah (2016) saw that artifacts show most where colours are far from the usual: a grid multiplies
/// what is painted, and a network cannot take it out everywhere with one bias. So every block of every picture gives its
/// distance from the mean colour of all and the amplitude of the grid's clearest frequency; the nearest frequency of a
/// period that no layer has serves as control, since contrast of any kind may go with strong colours.
public struct ColourDependence: Sendable {
  /// A block of pictures.
  public struct Point: Hashable, Sendable {
    /// Euclidean distance of the block's colour from the mean colour, pixels in 0…1.
    public var distance: Double
    /// Root mean square over the channels of the frequency's wave, in 8-bit levels.
    public var strength: Double
    /// The same of the control frequency's wave.
    public var control: Double
  }

  /// What the points show together.
  public struct Figures: Encodable, Sendable {
    /// In pixels.
    public var period: Int
    /// Along rows and columns, in cycles a pixel.
    public var frequency: [Double]
    /// Of a block, in pixels.
    public var side: Int
    /// That were measured.
    public var blocks: Int
    /// In 0…1.
    public var meanColour: [Double]
    /// Pearson's r, and Spearman's.
    public var correlation: Double
    /// Spearman's, of distance and strength.
    public var rankCorrelation: Double
    /// In pixels.
    public var controlPeriod: Int
    /// Along rows and columns, in cycles a pixel.
    public var controlFrequency: [Double]
    /// The same at the control frequency.
    public var controlCorrelation: Double
    /// The same by ranks at the control frequency.
    public var controlRankCorrelation: Double
  }

  /// One a block.
  public let points: [Point]
  /// What the points show together.
  public let figures: Figures

  /// `nil` where there are fewer than eight blocks or nothing varies.
  ///
  /// - Parameters:
  ///   - shape: C×H×W of a picture.
  ///   - frequency: of the lattice of `period`, along rows and columns.
  ///   - forEach: hands over the channels of each picture in turn; called twice, so that no picture has to be kept.
  /// - Throws: what `forEach` does.
  public init?(
    ofPicturesOf shape: [Int], period: Int, frequency: [Double],
    forEach: (_ body: (_ picture: [Plane]) throws -> Void) throws -> Void
  ) throws {
    let (channels, height, width) = (shape[0], shape[1], shape[2])
    let control = period.isMultiple(of: 3) ? 5 : 3
    let controlFrequency = frequency.map { Self.nearest(to: $0, period: control) }
    // Whole periods of both, so that a block's colour does not leak into either.
    let unit = period * control
    let side = (12 + unit - 1) / unit * unit
    let border = 4
    let (rows, columns) = ((height - 2 * border) / side, (width - 2 * border) / side)
    guard rows > 0, columns > 0 else { return nil }
    let filter = try TriangleFilter(period: border)
    let waves = [frequency, controlFrequency].map { Wave($0, side: side) }
    var (sums, count) = ([Double](repeating: 0, count: channels), 0)
    try forEach { picture in
      for (channel, plane) in picture.enumerated() { sums[channel] += plane.mean }
      count += 1
    }
    let means = sums.map { $0 / Double(max(count, 1)) }
    var points: [Point] = []
    var isWhole = true
    try forEach { picture in
      let details = picture.compactMap(filter.highPassed)
      guard details.count == channels else {
        isWhole = false
        return
      }
      for block in 0..<(rows * columns) {
        let (top, left) = (block / columns * side, block % columns * side)
        var (squares, powers) = (0.0, [0.0, 0.0])
        for (channel, (plane, detail)) in zip(picture, details).enumerated() {
          let colour = plane.mean(top: top + border, left: left + border, side: side)
          squares += (colour - means[channel]) * (colour - means[channel])
          for (index, wave) in waves.enumerated() {
            powers[index] += wave.power(in: detail, top: top, left: left) / Double(channels)
          }
        }
        points.append(
          Point(
            distance: squares.squareRoot(), strength: 255 * powers[0].squareRoot(),
            control: 255 * powers[1].squareRoot()))
      }
    }
    guard isWhole else { return nil }
    let distances = points.map(\.distance)
    guard points.count >= 8, let r = correlation(distances, points.map(\.strength)),
      let rank = rankCorrelation(distances, points.map(\.strength)),
      let controlled = correlation(distances, points.map(\.control)),
      let controlledRank = rankCorrelation(distances, points.map(\.control))
    else { return nil }
    self.points = points
    figures = Figures(
      period: period, frequency: frequency, side: side, blocks: points.count, meanColour: means, correlation: r,
      rankCorrelation: rank, controlPeriod: control, controlFrequency: controlFrequency,
      controlCorrelation: controlled, controlRankCorrelation: controlledRank)
  }

  /// The multiple of 1/period nearest to a frequency, zero staying zero.
  private static func nearest(to frequency: Double, period: Int) -> Double {
    guard frequency != 0 else { return 0 }
    let place = max(1, min((abs(frequency) * Double(period)).rounded(.down), Double(period / 2)))
    return (frequency < 0 ? -place : place) / Double(period)
  }

  /// A wave over a block, as its cosine and sine.
  private struct Wave {
    let side: Int
    let cosines: [Double]
    let sines: [Double]
    /// A wave that is its own mirror image has no sine, and twice the power a coefficient.
    let scale: Double

    init(_ frequency: [Double], side: Int) {
      self.side = side
      let turns = (0..<(side * side)).map { index in
        2 * Double.pi * (frequency[0] * Double(index / side) + frequency[1] * Double(index % side))
      }
      cosines = turns.map { cos($0) }
      sines = turns.map { sin($0) }
      scale = frequency.allSatisfy { ($0 * 2).rounded() == $0 * 2 } ? 1 : 2
    }

    /// The mean square of the wave in a block.
    func power(in detail: Plane, top: Int, left: Int) -> Double {
      var (real, imaginary) = (0.0, 0.0)
      detail.values.withUnsafeBufferPointer { values in
        for y in 0..<side {
          let (row, start) = ((top + y) * detail.width + left, y * side)
          for x in 0..<side {
            real += values[row + x] * cosines[start + x]
            imaginary += values[row + x] * sines[start + x]
          }
        }
      }
      let count = Double(side * side)
      return scale * (real * real + imaginary * imaginary) / (count * count)
    }
  }
}

extension Plane {
  /// Of a square.
  fileprivate func mean(top: Int, left: Int, side: Int) -> Double {
    var sum = 0.0
    for y in top..<(top + side) {
      for x in left..<(left + side) { sum += values[y * width + x] }
    }
    return sum / Double(side * side)
  }
}
