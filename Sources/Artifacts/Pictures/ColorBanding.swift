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
    pixels.withUnsafeBufferPointer { pixels in
      runs.scanRows(pixels, height: channel.height, width: channel.width)
      runs.scanColumns(pixels, height: channel.height, width: channel.width)
    }
    meanRampRun = runs.count > 0 ? Double(runs.total) / Double(runs.count) : 0
    longestRampRun = runs.longest
  }
}

/// Flat stretches of lines that rise on both sides or fall on both sides.
private struct RampRuns {
  var total = 0
  var count = 0
  var longest = 0

  /// One line while it is followed.
  private struct Line {
    var length: Int32 = 1
    /// 1 where the stretch was entered rising, −1 falling, 0 where the line began with it.
    var entered: Int32 = 0
  }

  private mutating func follow(_ line: inout Line, from last: UInt8, to value: UInt8) {
    guard last != value else {
      line.length += 1
      return
    }
    let direction: Int32 = value > last ? 1 : -1
    if line.entered == direction {
      total += Int(line.length)
      count += 1
      longest = max(longest, Int(line.length))
    }
    line = Line(length: 1, entered: direction)
  }

  mutating func scanRows(_ pixels: UnsafeBufferPointer<UInt8>, height: Int, width: Int) {
    for start in stride(from: 0, to: height * width, by: max(width, 1)) {
      var line = Line()
      for index in (start + 1)..<max(start + width, start + 1) {
        follow(&line, from: pixels[index - 1], to: pixels[index])
      }
    }
  }

  /// All columns together, row by row as they lie in memory.
  mutating func scanColumns(_ pixels: UnsafeBufferPointer<UInt8>, height: Int, width: Int) {
    var lines = [Line](repeating: Line(), count: width)
    lines.withUnsafeMutableBufferPointer { lines in
      for start in stride(from: width, to: height * width, by: max(width, 1)) {
        for x in 0..<width { follow(&lines[x], from: pixels[start - width + x], to: pixels[start + x]) }
      }
    }
  }
}
