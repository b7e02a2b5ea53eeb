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
    let image = LevelImage(of: channel)
    let occupied = image.occupied
    levels = occupied.count { $0 }
    if let low = occupied.firstIndex(of: true), let high = occupied.lastIndex(of: true), high > low {
      emptyBinShare = Double(occupied[low...high].count { !$0 }) / Double(high - low + 1)
    } else {
      emptyBinShare = 0
    }
    var runs = RampRuns()
    runs.scanColumns(of: image)
    runs.scanColumns(of: image.transposed)
    meanRampRun = runs.count > 0 ? Double(runs.total) / Double(runs.count) : 0
    longestRampRun = runs.longest
  }
}

/// A channel in 8-bit levels. Rows begin at multiples of eight; what fills them up is zero.
private struct LevelImage {
  let height: Int
  let width: Int
  let pitch: Int
  var levels: [UInt8]

  init(height: Int, width: Int) {
    (self.height, self.width) = (height, width)
    pitch = (width + 7) / 8 * 8
    levels = [UInt8](repeating: 0, count: height * pitch)
  }

  init(of channel: Plane) {
    self.init(height: channel.height, width: channel.width)
    let (width, pitch) = (width, pitch)
    channel.values.withUnsafeBufferPointer { source in
      levels.withUnsafeMutableBufferPointer { target in
        for y in 0..<channel.height {
          for x in 0..<width {
            // From 2²³ on numbers are whole: adding it rounds, and leaves the level in the lowest bits.
            let scaled = min(max(Float(source[y * width + x]), 0), 1) * 255 + 0x1p23
            target[y * pitch + x] = UInt8(truncatingIfNeeded: scaled.bitPattern)
          }
        }
      }
    }
  }

  /// Which of the 256 levels there are.
  var occupied: [Bool] {
    var occupied = [Bool](repeating: false, count: 256)
    levels.withUnsafeBufferPointer { levels in
      occupied.withUnsafeMutableBufferPointer { occupied in
        for y in 0..<height {
          for x in 0..<width { occupied[Int(levels[y * pitch + x])] = true }
        }
      }
    }
    return occupied
  }

  var transposed: LevelImage {
    var result = LevelImage(height: width, width: height)
    let (height, width, pitch, side) = (height, width, pitch, result.pitch)
    result.levels.withUnsafeMutableBufferPointer { target in
      levels.withUnsafeBufferPointer { source in
        // Blocks of 16, so that neither side leaves the cache.
        for top in stride(from: 0, to: height, by: 16) {
          for left in stride(from: 0, to: width, by: 16) {
            for y in top..<min(top + 16, height) {
              for x in left..<min(left + 16, width) { target[x * side + y] = source[y * pitch + x] }
            }
          }
        }
      }
    }
    return result
  }
}

/// Flat stretches of lines that rise on both sides or fall on both sides.
private struct RampRuns {
  var total = 0
  var count = 0
  var longest = 0

  /// Eight columns together. Every step is a choice between numbers, none a jump: in a picture jumps go either way and
  /// are guessed wrong half the time. Columns of fill never change and so count nothing.
  mutating func scanColumns(of image: LevelImage) {
    image.levels.withUnsafeBytes { levels in
      for left in stride(from: 0, to: image.height > 1 ? image.pitch : 0, by: 8) {
        var lengths = SIMD8<Int32>(repeating: 1)
        // 1 where the stretch was entered falling, 2 rising, 0 where the column began with it.
        var entered = SIMD8<Int32>.zero
        var (counts, totals, longest) = (SIMD8<Int32>.zero, SIMD8<Int32>.zero, SIMD8<Int32>.zero)
        var last = row(levels, at: left)
        for y in 1..<image.height {
          let value = row(levels, at: y * image.pitch + left)
          let same = value .== last
          let direction = SIMD8<Int32>(repeating: 1).replacing(with: 2, where: value .> last)
          let ends = (entered .== direction) .& .!same
          counts = counts.replacing(with: counts &+ 1, where: ends)
          totals = totals.replacing(with: totals &+ lengths, where: ends)
          longest = longest.replacing(with: lengths, where: ends .& (lengths .> longest))
          lengths = SIMD8(repeating: 1).replacing(with: lengths &+ 1, where: same)
          entered = direction.replacing(with: entered, where: same)
          last = value
        }
        count += Int(counts.wrappedSum())
        total += Int(totals.wrappedSum())
        self.longest = max(self.longest, Int(longest.max()))
      }
    }
  }

  private func row(_ levels: UnsafeRawBufferPointer, at index: Int) -> SIMD8<Int32> {
    SIMD8(truncatingIfNeeded: levels.loadUnaligned(fromByteOffset: index, as: SIMD8<UInt8>.self))
  }
}
