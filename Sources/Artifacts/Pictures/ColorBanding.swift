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
    let pixels = channel.values.map { UInt8(min(1, max(0, $0)) * 255 + 0.5) }
    var occupied = [Bool](repeating: false, count: 256)
    for pixel in pixels { occupied[Int(pixel)] = true }
    levels = occupied.count { $0 }
    if let low = occupied.firstIndex(of: true), let high = occupied.lastIndex(of: true), high > low {
      emptyBinShare = Double(occupied[low...high].count { !$0 }) / Double(high - low + 1)
    } else {
      emptyBinShare = 0
    }
    var runs = RampRuns()
    let (height, width) = (channel.height, channel.width)
    runs.scanColumns(of: pixels, height: height, width: width)
    runs.scanColumns(of: RampRuns.transposed(pixels, height: height, width: width), height: width, width: height)
    meanRampRun = runs.count > 0 ? Double(runs.total) / Double(runs.count) : 0
    longestRampRun = runs.longest
  }
}

/// Flat stretches of lines that rise on both sides or fall on both sides.
private struct RampRuns {
  var total = 0
  var count = 0
  var longest = 0

  /// All columns together, row by row as they lie in memory. Every step is a choice between numbers, none a jump: in a
  /// picture jumps go either way and are guessed wrong half the time.
  mutating func scanColumns(of pixels: [UInt8], height: Int, width: Int) {
    // The length of the stretch a column is in, and 1 where it was entered rising, −1 falling, 0 where it began so.
    var lengths = [Int32](repeating: 1, count: width)
    var entered = [Int32](repeating: 0, count: width)
    var counts = [Int32](repeating: 0, count: width)
    var totals = [Int32](repeating: 0, count: width)
    var longest = [Int32](repeating: 0, count: width)
    pixels.withUnsafeBufferPointer { pixels in
      for start in stride(from: width, to: height * width, by: max(width, 1)) {
        for x in 0..<width {
          let (last, value) = (pixels[start - width + x], pixels[start + x])
          let direction: Int32 = value > last ? 1 : -1
          let length = lengths[x]
          let ends = last != value && entered[x] == direction
          counts[x] &+= ends ? 1 : 0
          totals[x] &+= ends ? length : 0
          longest[x] = max(longest[x], ends ? length : 0)
          lengths[x] = last == value ? length &+ 1 : 1
          entered[x] = last == value ? entered[x] : direction
        }
      }
    }
    count += counts.reduce(0) { $0 + Int($1) }
    total += totals.reduce(0) { $0 + Int($1) }
    self.longest = max(self.longest, Int(longest.max() ?? 0))
  }

  static func transposed(_ pixels: [UInt8], height: Int, width: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: pixels.count) { target, count in
      pixels.withUnsafeBufferPointer { source in
        // Blocks of 16, so that neither side leaves the cache.
        for top in stride(from: 0, to: height, by: 16) {
          for left in stride(from: 0, to: width, by: 16) {
            for y in top..<min(top + 16, height) {
              for x in left..<min(left + 16, width) { target[x * height + y] = source[y * width + x] }
            }
          }
        }
      }
      count = pixels.count
    }
  }
}
