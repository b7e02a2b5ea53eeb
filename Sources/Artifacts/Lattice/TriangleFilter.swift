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
    guard var detail = map.trimmed(by: period) else { return nil }
    let smooth = interior(of: map)
    let (height, width) = (detail.height, detail.width)
    smooth.values.withUnsafeBufferPointer { smooth in
      detail.values.withUnsafeMutableBufferPointer { detail in
        for y in 0..<height {
          let start = (y + 1) * (width + 2) + 1
          for x in 0..<width { detail[y * width + x] -= smooth[start + x] }
        }
      }
    }
    return detail
  }

  /// Smoothed where the taps stay inside: S − 1 pixels fewer on every side. Each axis is two running sums of S.
  private func interior(of map: Plane) -> Plane {
    let reach = 2 * (period - 1)
    let (height, width) = (map.height - reach, map.width - reach)
    var result = Plane(height: height, width: width)
    var once = [Double](repeating: 0, count: map.height * map.width)
    var twice = [Double](repeating: 0, count: height * map.width)
    let scale = 1 / Double(period * period * period * period)
    map.values.withUnsafeBufferPointer { source in
      once.withUnsafeMutableBufferPointer { once in
        runDown(source, rows: map.height, width: map.width, first: 0, scale: 1, into: once)
        twice.withUnsafeMutableBufferPointer { twice in
          runDown(
            UnsafeBufferPointer(once), rows: map.height, width: map.width, first: period - 1, scale: scale, into: twice)
        }
      }
    }
    twice.withUnsafeBufferPointer { source in
      result.values.withUnsafeMutableBufferPointer { target in
        runAcross(source, rows: height, width: map.width, into: target)
      }
    }
    return result
  }

  /// Sums of `period` rows ending at each row, over rows from `first` on. Written from the first row whose sum is
  /// complete where `first` is set, from the start otherwise.
  private func runDown(
    _ source: UnsafeBufferPointer<Double>, rows: Int, width: Int, first: Int, scale: Double,
    into target: UnsafeMutableBufferPointer<Double>
  ) {
    var running = [Double](repeating: 0, count: width)
    let skipped = first == 0 ? 0 : 2 * (period - 1)
    running.withUnsafeMutableBufferPointer { running in
      for y in first..<rows {
        let row = y * width
        if y - period >= first {
          for x in 0..<width { running[x] += source[row + x] - source[row - period * width + x] }
        } else {
          for x in 0..<width { running[x] += source[row + x] }
        }
        guard y >= skipped else { continue }
        let start = (y - skipped) * width
        for x in 0..<width { target[start + x] = running[x] * scale }
      }
    }
  }

  /// The same along rows, four rows side by side: a running sum waits for itself.
  private func runAcross(
    _ source: UnsafeBufferPointer<Double>, rows: Int, width: Int, into target: UnsafeMutableBufferPointer<Double>
  ) {
    let inner = width - 2 * (period - 1)
    var sums = [SIMD4<Double>](repeating: .zero, count: width)
    sums.withUnsafeMutableBufferPointer { sums in
      for top in stride(from: 0, to: rows, by: 4) {
        let starts = SIMD4(
          top * width, min(top + 1, rows - 1) * width, min(top + 2, rows - 1) * width, min(top + 3, rows - 1) * width)
        func column(_ x: Int) -> SIMD4<Double> {
          SIMD4(source[starts[0] + x], source[starts[1] + x], source[starts[2] + x], source[starts[3] + x])
        }
        var sum = SIMD4<Double>.zero
        for x in 0..<width {
          sum += column(x)
          if x >= period { sum -= column(x - period) }
          sums[x] = sum
        }
        sum = .zero
        for x in (period - 1)..<width {
          sum += sums[x]
          if x >= 2 * period - 1 { sum -= sums[x - period] }
          guard x >= 2 * (period - 1) else { continue }
          let position = x - 2 * (period - 1)
          for lane in 0..<min(4, rows - top) { target[(top + lane) * inner + position] = sum[lane] }
        }
      }
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
