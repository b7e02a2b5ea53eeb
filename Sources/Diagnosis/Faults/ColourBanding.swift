import GinghamLattices

/// Signs that a channel has too few levels for its slow ramps.
public struct ColourBanding: Hashable, Sendable, Codable {
  /// Different values, counted in steps of 1/255.
  public var levels: Int
  /// Share of empty histogram bins between the lowest and the highest occupied one: 0 for a full range.
  public var emptyBinShare: Double
  /// Mean length in pixels of a flat stretch between two steps of the same sign, along rows and columns: 1 on a smooth
  /// steep ramp, long where a slow ramp is cut into bands. 0 where there is no such stretch.
  public var meanRampRun: Double
  /// The longest such stretch, in pixels.
  public var longestRampRun: Int

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

/// A channel in 8-bit levels. Rows begin at multiples of sixteen; what fills them up is zero.
private struct LevelImage {
  static let alignment = 16
  let height: Int
  let width: Int
  let pitch: Int
  var levels: [UInt8]

  init(height: Int, width: Int) {
    (self.height, self.width) = (height, width)
    pitch = (width + Self.alignment - 1) / Self.alignment * Self.alignment
    levels = [UInt8](repeating: 0, count: height * pitch)
  }

  init(of channel: Plane) {
    self.init(height: channel.height, width: channel.width)
    let (width, pitch) = (width, pitch)
    channel.values.withUnsafeBytes { source in
      levels.withUnsafeMutableBytes { target in
        for y in 0..<channel.height {
          let (from, to) = (8 * y * width, y * pitch)
          let whole = width - width % 8
          for x in stride(from: 0, to: whole, by: 8) {
            let values = source.loadUnaligned(fromByteOffset: from + 8 * x, as: SIMD8<Double>.self)
            target.storeBytes(of: Self.levels(SIMD8<Float>(values)), toByteOffset: to + x, as: SIMD8<UInt8>.self)
          }
          for x in whole..<width {
            let value = source.loadUnaligned(fromByteOffset: from + 8 * x, as: Double.self)
            target[to + x] = Self.levels(SIMD8(repeating: Float(value)))[0]
          }
        }
      }
    }
  }

  /// The nearest levels.
  @inline(__always)
  private static func levels(_ values: SIMD8<Float>) -> SIMD8<UInt8> {
    let clipped = values.replacing(with: 0, where: .!(values .> 0)).replacing(with: 1, where: values .> 1)
    // From 2²³ on numbers are whole: adding it rounds, and leaves the level in the lowest bits.
    let scaled = clipped * 255 + 0x1p23
    return SIMD8<UInt8>(truncatingIfNeeded: unsafeBitCast(scaled, to: SIMD8<UInt32>.self))
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

  private typealias Row = SIMD16<Int16>

  /// Rows after which counts are taken out of their 16 bits. A stretch that lies across such a row is not counted.
  private static let rowLimit = 32_000

  /// Sixteen columns together. Every step is a choice between numbers, none a jump: in a picture jumps go either way and
  /// are guessed wrong half the time. Columns of fill never change and so count nothing.
  mutating func scanColumns(of image: LevelImage) {
    image.levels.withUnsafeBytes { levels in
      for top in stride(from: 0, to: image.height - 1, by: Self.rowLimit) {
        let rows = (top + 1)..<min(top + Self.rowLimit, image.height)
        for left in stride(from: 0, to: image.pitch, by: LevelImage.alignment) {
          var lengths = Row(repeating: 1)
          // 1 where the stretch was entered falling, 2 rising, 0 where the column began with it.
          var entered = Row.zero
          var (counts, totals, longest) = (Row.zero, Row.zero, Row.zero)
          var last = row(levels, at: top * image.pitch + left)
          for y in rows {
            let value = row(levels, at: y * image.pitch + left)
            let same = value .== last
            let direction = Row(repeating: 1).replacing(with: 2, where: value .> last)
            let ends = (entered .== direction) .& .!same
            counts.replace(with: counts &+ 1, where: ends)
            totals.replace(with: totals &+ lengths, where: ends)
            longest.replace(with: lengths, where: ends .& (lengths .> longest))
            lengths = Row(repeating: 1).replacing(with: lengths &+ 1, where: same)
            entered = direction.replacing(with: entered, where: same)
            last = value
          }
          for column in 0..<Row.scalarCount {
            count += Int(counts[column])
            total += Int(totals[column])
          }
          self.longest = max(self.longest, Int(longest.max()))
        }
      }
    }
  }

  private func row(_ levels: UnsafeRawBufferPointer, at index: Int) -> Row {
    Row(truncatingIfNeeded: levels.loadUnaligned(fromByteOffset: index, as: SIMD16<UInt8>.self))
  }
}
