/// Signs that a channel has too few levels for its slow ramps.
public struct ColorBanding: Hashable, Sendable, Codable {
  /// Different values, counted in steps of 1/255.
  public var levels: Int
  /// Share of empty histogram bins between the lowest and the highest occupied one: 0 for a full range.
  public var emptyBinShare: Double
  /// Mean length in pixels of a flat stretch between two steps of the same sign, along rows and columns: 1 on a smooth
  /// steep ramp, long where a slow ramp is cut into bands. 0 where there is no such stretch.
  public var meanRampRun: Double
  public var longestRampRun: Int

  private enum CodingKeys: String, CodingKey {
    case levels
    case emptyBinShare = "empty_bin_share"
    case meanRampRun = "mean_ramp_run"
    case longestRampRun = "longest_ramp_run"
  }

  /// Of a channel with pixels in 0…1 (values outside are clamped).
  public init(of channel: Plane) {
    let pixels = channel.values.map { Int((min(1, max(0, $0)) * 255).rounded()) }
    var occupied = [Bool](repeating: false, count: 256)
    for pixel in pixels { occupied[pixel] = true }
    levels = occupied.count { $0 }
    if let low = occupied.firstIndex(of: true), let high = occupied.lastIndex(of: true), high > low {
      emptyBinShare = Double(occupied[low...high].count { !$0 }) / Double(high - low + 1)
    } else {
      emptyBinShare = 0
    }
    var runs = RampRuns()
    for y in 0..<channel.height {
      runs.scan((0..<channel.width).lazy.map { pixels[y * channel.width + $0] })
    }
    for x in 0..<channel.width {
      runs.scan((0..<channel.height).lazy.map { pixels[$0 * channel.width + x] })
    }
    meanRampRun = runs.count > 0 ? Double(runs.total) / Double(runs.count) : 0
    longestRampRun = runs.longest
  }

  private struct RampRuns {
    var total = 0
    var count = 0
    var longest = 0

    /// Counts the flat stretches of a line that rise on both sides or fall on both sides.
    mutating func scan(_ line: some Sequence<Int>) {
      var previous: Int?
      var length = 0
      var enteredRising: Bool?
      for value in line {
        guard let last = previous, last != value else {
          length += 1
          previous = value
          continue
        }
        let rising = value > last
        if enteredRising == rising {
          total += length
          count += 1
          longest = max(longest, length)
        }
        enteredRising = rising
        length = 1
        previous = value
      }
    }
  }
}
