import GinghamTensors

/// Mean power of the high-passed channels of a set, each in units of its variance: where the grid of a set stands out in
/// a picture of its spectrum. Sizes are kept apart, since frequencies of one are none of the other.
public struct SpectrumPool: Sendable, Codable {
  private struct Sum: Sendable, Codable {
    @Packed var power: [Double]
    var maps: Int
  }

  private var sums: [PictureSize: Sum] = [:]
  /// More different sizes than this are not gathered: a set that mixes so many has no common spectrum.
  private static let sizeLimit = 8

  /// With every setting at its default.
  public init() {}

  /// Adds a channel of a picture.
  public mutating func add(_ channel: PictureLattice.Channel) {
    guard let (spectrum, variance) = channel.spectrum, variance > 0 else { return }
    let size = PictureSize(height: spectrum.height, width: spectrum.width)
    guard sums[size] != nil || sums.count < SpectrumPool.sizeLimit else { return }
    let scale = 1 / (variance * Double(size.height * size.width))
    spectrum.withHalf { power, _ in
      var sum = sums.removeValue(forKey: size) ?? Sum(power: [Double](repeating: 0, count: power.count), maps: 0)
      for index in power.indices { sum.power[index] += scale * Double(power[index]) }
      sum.maps += 1
      sums[size] = sum
    }
  }

  /// Of the commonest size: H×W, frequency zero first. `nil` where all channels were constant.
  public var commonest: (power: Plane, maps: Int)? {
    let found = sums.max { ($0.value.maps, $0.key) < ($1.value.maps, $1.key) }
    guard let (size, sum) = found else { return nil }
    let half = size.width / 2 + 1
    var power = Plane(height: size.height, width: size.width)
    for y in 0..<size.height {
      for x in 0..<size.width {
        let (row, column) = x < half ? (y, x) : ((size.height - y) % size.height, size.width - x)
        power[y, x] = sum.power[row * half + column] / Double(sum.maps)
      }
    }
    return (power, sum.maps)
  }
}
