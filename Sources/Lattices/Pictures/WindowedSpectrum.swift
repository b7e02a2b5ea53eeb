import GinghamTensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Power of Hann-windowed maps of one size in units of each map's variance, added up: what a period is sought in.
public struct WindowedSpectrum: Hashable, Sendable, Codable {
  /// In pixels.
  public let height: Int
  /// In pixels.
  public let width: Int
  /// Maps added that are not constant.
  public private(set) var mapCount = 0
  /// Columns 0…W/2 of each row.
  @Packed private var grid: [Double]
  private var half: Int { width / 2 + 1 }

  /// With the properties of the same names.
  public init(height: Int, width: Int) {
    (self.height, self.width) = (height, width)
    grid = [Double](repeating: 0, count: height * (width / 2 + 1))
  }

  /// Adds a map of this size; constant maps add nothing.
  public mutating func add(_ map: Plane) {
    precondition(map.height == height && map.width == width, "a map of another size")
    let variance = map.variance
    guard SignedLatticeEnergy.varies(variance, around: map.mean) else { return }
    mapCount += 1
    HalfSpectrum(of: map.hannWindowed).withHalf { power, _ in
      for index in grid.indices { grid[index] += Double(power[index]) / variance }
    }
  }

  /// - Parameter other: of the same size.
  public mutating func add(_ other: WindowedSpectrum) {
    precondition(other.height == height && other.width == width, "a spectrum of another size")
    mapCount += other.mapCount
    for index in grid.indices { grid[index] += other.grid[index] }
  }

  /// Of a Hann-windowed line: |Σ w(n)·(x(n) − mean)·e^(−2πikn/N)|² ÷ (Σ w)² for k = 0…N/2, so that a wave of amplitude a
  /// has a²/4 at its frequency.
  static func powers(ofLine line: [Double]) -> [Double] {
    let windowed = Plane(height: 1, width: line.count, values: line).hannWindowed
    let spectrum = HalfSpectrum(of: windowed)
    // The window along the single row is Hann's of length 1, which is 1; along columns its sum is N/2.
    let scale = 4 / Double(line.count * line.count)
    return (0...(line.count / 2)).map { spectrum.power(0, $0) * scale }
  }

  /// At any frequency, in bins.
  func power(_ y: Int, _ x: Int) -> Double {
    var (row, column) = (wrapped(y, height), wrapped(x, width))
    if column >= half { (row, column) = ((height - row) % height, width - column) }
    return grid[row * half + column]
  }
}

extension Plane {
  /// Hann-windowed along both axes, the mean taken out first.
  package var hannWindowed: Plane {
    func hann(_ count: Int) -> [Double] {
      (0..<count).map { 0.5 - 0.5 * cos(2 * Double.pi * (Double($0) + 0.5) / Double(count)) }
    }
    let (rows, columns, mean) = (hann(height), hann(width), mean)
    let windowed = [Double](unsafeUninitializedCapacity: values.count) { target, count in
      values.withUnsafeBufferPointer { source in
        columns.withUnsafeBufferPointer { columns in
          for y in 0..<height {
            let (start, weight) = (y * width, rows[y])
            for x in 0..<width { target[start + x] = (source[start + x] - mean) * weight * columns[x] }
          }
        }
      }
      count = values.count
    }
    return Plane(height: height, width: width, values: windowed)
  }
}
