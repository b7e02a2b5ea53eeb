import GinghamSignals
import GinghamTensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The narrowest thing that repeats in a picture, at any frequency and in any direction, on a lattice or off it: a weave,
/// a mesh, halftone dots.
///
/// In windows of 48×48 pixels that overlap by half, Hann-weighted, the powers of all channels are added. Each frequency
/// above 1/6 cycle a pixel is held against what a power law through the surroundings has there: through the rings at
/// 1/1½ and 1½ of its distance from zero (geometric means), and through the same two places in its own direction, along
/// which edges lie; the greater of both. So neither a steep spectrum nor an edge is a line. A window's figure is that of
/// its highest frequency, the picture's their median.
public struct LocalLines: Hashable, Sendable, Encodable {
  /// The median window's highest line over its surroundings. White noise has 11 dB where all channels are alike, 6.6 dB
  /// where three have nothing to do with each other, noise behind a box of two pixels, which is no power law, 18: the highest of
  /// a thousand frequencies is never nothing.
  public var decibels: Double
  /// The median of the lines' periods, in pixels.
  public var period: Double

  private enum CodingKeys: String, CodingKey {
    case period
    case decibels = "peak_db"
  }

  /// Pixels a side.
  static let window = 48
  private static let lowest = 1.0 / 6
  private static let step = 1.5

  /// - Parameter channels: of one picture and one size, in 0…1.
  /// - Returns: `nil` of signals and pictures smaller than a window.
  public init?(of channels: [Plane]) {
    guard let first = channels.first, first.height >= Self.window, first.width >= Self.window else { return nil }
    let rings = Rings()
    var lines: [(decibels: Double, period: Double)] = []
    for top in Self.starts(first.height) {
      for left in Self.starts(first.width) {
        let squares = channels.map {
          $0.crop(rows: top..<(top + Self.window), columns: left..<(left + Self.window))
        }
        lines.append(rings.line(in: squares))
      }
    }
    decibels = median(lines.map(\.decibels))
    period = median(lines.map(\.period))
  }

  private static func starts(_ length: Int) -> StrideThrough<Int> {
    stride(from: 0, through: length - window, by: window / 2)
  }

  /// The plane of a window's frequencies, by their distance from zero in bins.
  private struct Rings {
    /// Of half the plane, a frequency and its mirror image once.
    let places: [(y: Int, x: Int, radius: Double)]
    /// Indices of the bins within 1½ of each radius.
    let rings: [[Int]]
    /// Of a window of 8-bit pixels: what rounding alone has.
    let floor: Double

    private static let (first, spacing) = (3.0, 0.5)

    init() {
      let side = LocalLines.window
      let half = side / 2
      var bins: [(index: Int, y: Int, x: Int, radius: Double)] = []
      for y in 0..<side {
        for x in 0..<side {
          let (ky, kx) = (y > half ? y - side : y, x > half ? x - side : x)
          bins.append((y * side + x, ky, kx, Double(ky * ky + kx * kx).squareRoot()))
        }
      }
      places = bins.filter {
        $0.radius > LocalLines.lowest * Double(side) && ($0.x > 0 || $0.x == 0 && $0.y > 0)
      }.map { ($0.y, $0.x, $0.radius) }
      let last = Double(half) * 2.0.squareRoot()
      rings = stride(from: Self.first, through: last, by: Self.spacing).map { radius in
        bins.filter { abs($0.radius - radius) <= 1.5 }.map(\.index)
      }
      // Σ w² over the window: (3/8·side)² of Hann's squared.
      floor = (0.375 * Double(side)) * (0.375 * Double(side)) / 12 / (255 * 255)
    }

    func line(in squares: [Plane]) -> (decibels: Double, period: Double) {
      let side = LocalLines.window
      let least = floor * Double(squares.count)
      var power = [Double](repeating: least, count: side * side)
      for square in squares {
        let spectrum = HalfSpectrum(of: square.hannWindowed)
        for y in 0..<side { for x in 0..<side { power[y * side + x] += spectrum.power(y, x) } }
      }
      let logarithms = power.map { log($0) }
      let profile = rings.map { ring in ring.reduce(0) { $0 + logarithms[$1] } / Double(max(ring.count, 1)) }
      func ring(_ radius: Double) -> Double {
        let place = min(max((radius - Self.first) / Self.spacing, 0), Double(profile.count - 1))
        let below = min(Int(place), profile.count - 2)
        return profile[below] + (profile[below + 1] - profile[below]) * (place - Double(below))
      }
      let outermost = Self.first + Self.spacing * Double(profile.count - 1)
      let spread = Self.spread(power, side: side)
      func along(_ y: Int, _ x: Int, _ factor: Double) -> Double? {
        let (row, column) = (Int((Double(y) * factor).rounded()), Int((Double(x) * factor).rounded()))
        guard max(abs(row), abs(column)) <= side / 2 else { return nil }
        return spread[(row + side) % side * side + (column + side) % side]
      }
      var best = (height: -Double.infinity, radius: 1.0)
      for (y, x, radius) in places {
        let (inner, outer) = (radius / LocalLines.step, radius * LocalLines.step)
        // Beyond the corner there is nothing to go through: the law goes on as it was.
        var expected =
          outer <= outermost ? (ring(inner) + ring(outer)) / 2 : 2 * ring(inner) - ring(inner / LocalLines.step)
        expected = max(expected, log(least))
        if let near = along(y, x, 1 / LocalLines.step), let far = along(y, x, LocalLines.step) {
          expected = max(expected, (near + far) / 2)
        }
        let height = logarithms[(y + side) % side * side + (x + side) % side] - expected
        if height > best.height { best = (height, radius) }
      }
      return (best.height * 10 / log(10), Double(side) / best.radius)
    }

    /// Logarithms of the means of 3×3 neighbours.
    private static func spread(_ power: [Double], side: Int) -> [Double] {
      var means = power
      for y in 0..<side {
        for x in 0..<side {
          var sum = 0.0
          for dy in [side - 1, 0, 1] {
            for dx in [side - 1, 0, 1] { sum += power[(y + dy) % side * side + (x + dx) % side] }
          }
          means[y * side + x] = log(sum / 9)
        }
      }
      return means
    }
  }
}
