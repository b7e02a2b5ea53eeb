import GinghamLattices

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Which of the 256 levels a picture's samples take: too few of them make bands on slow ramps, many at the two ends come
/// from an output that saturates.
public struct LevelStatistics: Hashable, Sendable, Codable {
  /// Bits that as many levels as there are, spread as they are, would take: 8 where no level is missing, 4 for 16
  /// levels over the whole range. The fewest of the channels; `nil` where none has samples enough to tell.
  public var bits: Double?
  /// Different levels of that channel between its outer 1 %.
  public var levels: Int?
  /// Share of the samples within two levels of an end of the range.
  public var endShare: Double
  /// Share of the samples that an output driven to its ends explains: those at either end as far as there are as many at
  /// the other, or those at the ends that are no background, whichever is more. A night sky and a white table are at
  /// one end in every channel, and reach the border.
  public var saturatedShare: Double

  /// Samples a level below which an empty one may be chance.
  private static let samplesPerLevel = 30

  /// Of channels with values in 0…1; values outside are clamped.
  public init(of channels: [Plane]) {
    let histograms = channels.map(LevelStatistics.histogram)
    let fewest = histograms.compactMap(LevelStatistics.depth).min { $0.bits < $1.bits }
    let total = LevelStatistics.sum(of: histograms)
    let count = total.reduce(0, +)
    bits = fewest?.bits
    levels = fewest?.levels
    guard count > 0 else {
      (endShare, saturatedShare) = (0, 0)
      return
    }
    let (low, high) = (total[Ends.low].reduce(0, +), total[Ends.high].reduce(0, +))
    endShare = Double(low + high) / Double(count)
    let background = channels.count * (low + high > 0 ? PictureBackground.pixels(of: channels) : 0)
    saturatedShare = Double(max(2 * min(low, high), low + high - background)) / Double(count)
  }

  /// Levels that count as the ends of the range.
  enum Ends {
    static let low = 0...2
    static let high = 253...255
  }

  /// Samples of each 8-bit level, over all channels with values in 0…1; values outside are clamped.
  public static func histogram(of channels: [Plane]) -> [Int] { sum(of: channels.map(histogram)) }

  private static func sum(of histograms: [[Int]]) -> [Int] {
    (0..<256).map { level in histograms.reduce(0) { $0 + $1[level] } }
  }

  /// Levels between the outer 1 % of the samples: tails hold too few samples to fill every level.
  private static func depth(of histogram: [Int]) -> (bits: Double, levels: Int)? {
    let count = histogram.reduce(0, +)
    let limit = count / 100
    var (low, high, below, above) = (0, 255, histogram[0], histogram[255])
    while low < high, below <= limit {
      low += 1
      below += histogram[low]
    }
    while high > low, above <= limit {
      high -= 1
      above += histogram[high]
    }
    let span = high - low + 1
    guard span >= 32, count >= samplesPerLevel * span else { return nil }
    let levels = histogram[low...high].count { $0 > 0 }
    // Between two levels of the outermost there is one step fewer than levels.
    let steps = Double(levels - 1) / Double(span - 1) * 255 + 1
    return (log2(max(steps, 1)), levels)
  }

  /// Of a value in 0…1; others are clamped.
  @inline(__always)
  static func level(of value: Double) -> Int {
    Int((min(max(Float(value), 0), 1) * 255 + 0x1p23).bitPattern & 0xFF)
  }

  private static func histogram(of channel: Plane) -> [Int] {
    var histogram = [Int](repeating: 0, count: 256)
    channel.values.withUnsafeBufferPointer { source in
      histogram.withUnsafeMutableBufferPointer { histogram in
        for value in source {
          histogram[level(of: value)] += 1
        }
      }
    }
    return histogram
  }
}
