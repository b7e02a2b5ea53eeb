import GinghamTensors

/// The triangle tri_S = box_S * box_S/S² along both axes: 2S − 1 taps, unit sum, and a transfer function that vanishes
/// at every frequency m/S. What it leaves behind, f − tri_S⊗tri_S f, is free of slow content and keeps every
/// frequency of the period-S lattice with gain exactly 1.
public struct TriangleFilter: Hashable, Sendable {
  public enum Border: String, Hashable, Sendable {
    /// Nothing lies beyond the border: right for gradients.
    case zero
    /// The map mirrored in its outermost pixels, which are not repeated: right for pictures.
    case reflect
  }

  public let period: Int

  /// - Throws: ``ArtifactError/badPeriod(_:why:)`` below 1.
  public init(period: Int) throws {
    guard period >= 1, period <= 1024 else {
      throw ArtifactError.badPeriod(period, why: "a triangle filter needs a period of 1…1024")
    }
    self.period = period
  }

  /// The 2S − 1 taps (1, 2, … S, … 2, 1)/S².
  public var taps: [Double] {
    let square = Double(period * period)
    return (1..<(2 * period)).map { Double(min($0, 2 * period - $0)) / square }
  }

  /// The smoothed map, of the same size.
  public func smoothed(_ map: Plane, border: Border) -> Plane {
    let reach = period - 1
    guard reach > 0, !map.values.isEmpty else { return map }
    var padded = Plane(height: map.height + 2 * reach, width: map.width + 2 * reach)
    let rows = (0..<padded.height).map { source(of: $0 - reach, extent: map.height, border: border) }
    let columns = (0..<padded.width).map { source(of: $0 - reach, extent: map.width, border: border) }
    for (y, row) in rows.enumerated() {
      guard let row else { continue }
      for (x, column) in columns.enumerated() {
        if let column { padded[y, x] = map[row, column] }
      }
    }
    return interior(of: padded)
  }

  /// Every map of …×H×W smoothed along both spatial axes.
  public func smoothed(_ maps: Tensor, border: Border) throws -> Tensor {
    let planes = try Plane.planes(of: maps).map { smoothed($0, border: border) }
    return Tensor(maps.shape, planes.flatMap { $0.values.map(Float.init) })
  }

  /// r = f − tri_S⊗tri_S f without the S pixels at each side, so that no border rule enters; `nil` where the map has
  /// no more than 2S pixels a side.
  public func highPassed(_ map: Plane) -> Plane? {
    let (height, width) = (map.height - 2 * period, map.width - 2 * period)
    guard height > 0, width > 0 else { return nil }
    var detail = Plane(height: height, width: width)
    map.values.withUnsafeBufferPointer { source in
      detail.values.withUnsafeMutableBufferPointer { detail in
        forEachSmoothRow(of: map) { row, smooth in
          guard (1...height).contains(row) else { return }
          let (from, to) = ((row - 1 + period) * map.width + period, (row - 1) * width)
          for x in 0..<width { detail[to + x] = source[from + x] - smooth[x + 1] }
        }
      }
    }
    return detail
  }

  /// Smoothed where the taps stay inside: S − 1 pixels fewer on every side.
  private func interior(of map: Plane) -> Plane {
    let reach = 2 * (period - 1)
    let width = map.width - reach
    var result = Plane(height: map.height - reach, width: width)
    result.values.withUnsafeMutableBufferPointer { target in
      forEachSmoothRow(of: map) { row, smooth in
        for x in 0..<width { target[row * width + x] = smooth[x] }
      }
    }
    return result
  }

  /// Hands over the rows that ``interior(of:)`` has, one after the other, so that none of them leaves the cache.
  ///
  /// Downwards the triangle is followed by its differences: its step from one row to the next is the sum of the S rows
  /// below less that of the S rows above, whose own step takes three rows.
  private func forEachSmoothRow(of map: Plane, _ body: (_ row: Int, _ smooth: UnsafePointer<Double>) -> Void) {
    let (width, period) = (map.width, period)
    let (rows, columns) = (map.height - 2 * (period - 1), width - 2 * (period - 1))
    guard rows > 0, columns > 0 else { return }
    let scale = 1 / Double(period * period * period * period)
    var scratch = [Double](repeating: 0, count: 5 * width)
    map.values.withUnsafeBufferPointer { source in
      scratch.withUnsafeMutableBufferPointer { scratch in
        guard let base = source.baseAddress, let memory = scratch.baseAddress else { return }
        let (sum, step) = (memory, memory + width)
        let buffers = (memory + 2 * width, memory + 3 * width, memory + 4 * width)
        for offset in 0..<(2 * period - 1) {
          let (line, weight) = (base + offset * width, Double(min(offset + 1, 2 * period - 1 - offset)))
          for x in 0..<width { sum[x] += weight * line[x] }
        }
        for row in 0..<rows {
          let centre = row + period - 1
          let smooth = boxedTwice(sum, count: width, buffers: buffers)
          for x in 0..<columns { smooth[x] *= scale }
          body(row, smooth)
          guard row + 1 < rows else { return }
          if row == 0 {
            for offset in 0..<period {
              let (above, below) = (base + offset * width, base + (offset + period) * width)
              for x in 0..<width { step[x] += below[x] - above[x] }
            }
          } else {
            let (last, middle, next) = (
              base + (centre - period) * width, base + centre * width, base + (centre + period) * width
            )
            for x in 0..<width { step[x] += next[x] - 2 * middle[x] + last[x] }
          }
          for x in 0..<width { sum[x] += step[x] }
        }
      }
    }
  }

  private typealias Buffers = (UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>)

  /// Sums of S neighbours, twice. The result lies in the last buffer.
  private func boxedTwice(
    _ line: UnsafeMutablePointer<Double>, count: Int, buffers: Buffers
  ) -> UnsafeMutablePointer<Double> {
    boxed(line, count: count, scratch: buffers.0, into: buffers.1)
    boxed(buffers.1, count: count - period + 1, scratch: buffers.0, into: buffers.2)
    return buffers.2
  }

  /// Sums of S neighbours from sums of 1, 2, 4 …: none waits for the one beside it, as running sums do.
  private func boxed(
    _ line: UnsafePointer<Double>, count: Int, scratch: UnsafeMutablePointer<Double>,
    into total: UnsafeMutablePointer<Double>
  ) {
    let columns = count - period + 1
    var (source, size, done, rest, length) = (line, 1, 0, period, count)
    while true {
      if rest & 1 == 1 {
        if done == 0 {
          for x in 0..<columns { total[x] = source[x] }
        } else {
          for x in 0..<columns { total[x] += source[x + done] }
        }
        done += size
      }
      rest >>= 1
      guard rest > 0 else { return }
      length -= size
      // Reads stay ahead of writes, so that the doubled sums may replace the ones they come from.
      for x in 0..<length { scratch[x] = source[x] + source[x + size] }
      source = UnsafePointer(scratch)
      size *= 2
    }
  }

  private func source(of position: Int, extent: Int, border: Border) -> Int? {
    if (0..<extent).contains(position) { return position }
    switch border {
    case .zero: return nil
    case .reflect:
      guard extent > 1 else { return 0 }
      let cycle = 2 * (extent - 1)
      let folded = ((position % cycle) + cycle) % cycle
      return folded < extent ? folded : cycle - folded
    }
  }
}
