import GinghamSignals

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Power by spatial frequency whatever its direction: the azimuthal average of the power spectrum (Durall, Keuper &
/// Keuper 2020). Generators that upsample badly show a raised tail.
public struct RadialSpectrum: Hashable, Sendable {
  /// Mean power at r/min(H, W) cycles a pixel, r = 0, 1, … up to the Nyquist frequency; in units of HW times the
  /// squared map.
  public let power: [Double]
  /// Cycles a pixel of each element of ``power``.
  public let frequencies: [Double]
  private let total: Double
  private let high: Double

  /// Pooled over maps of one size.
  ///
  /// - Parameter highFrequency: where ``highFrequencyShare`` begins, in cycles a pixel.
  /// - Throws: ``ArtifactError/noMaps``, ``ArtifactError/badArgument(_:)`` for mixed sizes.
  public init(of maps: [Plane], highFrequency: Double = 0.25) throws {
    guard let first = maps.first, first.height > 0, first.width > 0 else { throw ArtifactError.noMaps }
    guard maps.allSatisfy({ $0.height == first.height && $0.width == first.width }) else {
      throw ArtifactError.badArgument("radial spectra are pooled over maps of one size")
    }
    // Signals are long, and a transform of a large prime length takes the square of it.
    let width = first.isLine ? FourierTransform.fastLength(atMost: first.width) : first.width
    let maps = width < first.width ? maps.map { $0.crop(rows: 0..<1, columns: 0..<width) } : maps
    let height = first.height
    let size = Plane.side(height: height, width: width)
    var sums = [Double](repeating: 0, count: size / 2 + 1)
    var counts = sums
    var (total, high) = (0.0, 0.0)
    func squares(_ count: Int) -> [Double] {
      (0..<count).map { k in
        let frequency = Double(2 * k > count ? k - count : k) / Double(count)
        return frequency * frequency
      }
    }
    let (rows, columns, limit) = (squares(height), squares(width), highFrequency * highFrequency)
    for map in maps {
      HalfSpectrum(of: map).withHalf { power, half in
        sums.withUnsafeMutableBufferPointer { sums in
          counts.withUnsafeMutableBufferPointer { counts in
            columns.withUnsafeBufferPointer { columns in
              for y in 0..<height {
                let down = rows[y]
                for x in 0..<half {
                  let square = down + columns[x]
                  // A column that is not its own mirror image stands for two.
                  let weight = x == 0 || 2 * x == width ? 1.0 : 2
                  let power = weight * Double(power[y * half + x])
                  total += power
                  if square > limit { high += power }
                  let ring = Int(square.squareRoot() * Double(size) + 0.5)
                  guard ring < sums.count else { continue }
                  sums[ring] += power
                  counts[ring] += weight
                }
              }
            }
          }
        }
        total -= Double(power[0])
      }
    }
    power = zip(sums, counts).map { $1 > 0 ? $0 / $1 : 0 }
    frequencies = sums.indices.map { Double($0) / Double(size) }
    self.total = total
    self.high = high
  }

  /// Share of all power but the mean's above the chosen frequency; 0 for constant maps.
  public var highFrequencyShare: Double { total > 0 ? high / total : 0 }

  /// Exponent of the power law P ∝ f^slope, by least squares in double logarithms between the given frequencies in
  /// cycles a pixel: about −2 for photographs, steeper where blurred, 0 for white noise. `nil` with fewer than three
  /// rings of positive power.
  public func slope(from low: Double = 0.05, to high: Double = 0.45) -> Double? {
    let points = zip(frequencies, power).filter { $0 >= low && $0 <= high && $1 > 0 }.map { (log($0), log($1)) }
    guard points.count >= 3 else { return nil }
    let meanX = points.reduce(0) { $0 + $1.0 } / Double(points.count)
    let meanY = points.reduce(0) { $0 + $1.1 } / Double(points.count)
    let spread = points.reduce(0) { $0 + ($1.0 - meanX) * ($1.0 - meanX) }
    return points.reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) } / spread
  }
}
