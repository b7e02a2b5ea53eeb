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
    let values = [Double](unsafeUninitializedCapacity: height * width) { detail, count in
      map.values.withUnsafeBufferPointer { source in
        forEachSmoothRow(of: map) { row, smooth in
          guard (1...height).contains(row) else { return }
          let (from, to) = ((row - 1 + period) * map.width + period, (row - 1) * width)
          for x in 0..<width { detail[to + x] = source[from + x] - smooth[4 * (x + 1)] }
        }
      }
      count = height * width
    }
    return Plane(height: height, width: width, values: values)
  }

  /// Smoothed where the taps stay inside: S − 1 pixels fewer on every side.
  private func interior(of map: Plane) -> Plane {
    let reach = 2 * (period - 1)
    let width = map.width - reach
    var result = Plane(height: map.height - reach, width: width)
    result.values.withUnsafeMutableBufferPointer { target in
      forEachSmoothRow(of: map) { row, smooth in
        for x in 0..<width { target[row * width + x] = smooth[4 * x] }
      }
    }
    return result
  }

  /// Hands over the rows that ``interior(of:)`` has, one after the other, so that none of them leaves the cache. The
  /// elements of a row lie four apart.
  ///
  /// A triangle is followed by its differences: its step from one place to the next is the sum of the S elements ahead
  /// less that of the S behind, whose own step takes three elements. Across, where each sum waits for the one beside
  /// it, four rows go side by side.
  private func forEachSmoothRow(of map: Plane, _ body: (_ row: Int, _ smooth: UnsafePointer<Double>) -> Void) {
    let (width, period) = (map.width, period)
    let (rows, columns) = (map.height - 2 * (period - 1), width - 2 * (period - 1))
    guard rows > 0, columns > 0 else { return }
    let scale = 1 / Double(period * period * period * period)
    var state = [Double](repeating: 0, count: 6 * width)
    var quads = [SIMD4<Double>](repeating: .zero, count: width + columns)
    map.values.withUnsafeBufferPointer { source in
      state.withUnsafeMutableBufferPointer { state in
        quads.withUnsafeMutableBufferPointer { quads in
          guard let base = source.baseAddress, let sum = state.baseAddress, let down = quads.baseAddress else { return }
          let (step, smooth) = (sum + width, down + width)
          startDown(base, width: width, sum: sum, step: step, hasNext: rows > 1)
          let four = sum + 2 * width
          let result = UnsafeRawPointer(smooth).assumingMemoryBound(to: Double.self)
          for top in stride(from: 0, to: rows, by: 4) {
            let count = min(4, rows - top)
            for lane in 0..<count {
              let (row, line) = (top + lane, four + lane * width)
              for x in 0..<width { line[x] = sum[x] }
              guard row + 1 < rows else { continue }
              let middle = base + (row + period - 1) * width
              if row > 0 {
                let (last, next) = (middle - period * width, middle + period * width)
                for x in 0..<width { step[x] += next[x] - 2 * middle[x] + last[x] }
              }
              for x in 0..<width { sum[x] += step[x] }
            }
            for x in 0..<width {
              down[x] = SIMD4(four[x], four[width + x], four[2 * width + x], four[3 * width + x])
            }
            smoothAcross(down, columns: columns, scale: scale, into: smooth)
            for lane in 0..<count { body(top + lane, result + lane) }
          }
        }
      }
    }
  }

  /// The first triangle downwards, and its step to the second.
  private func startDown(
    _ base: UnsafePointer<Double>, width: Int, sum: UnsafeMutablePointer<Double>, step: UnsafeMutablePointer<Double>,
    hasNext: Bool
  ) {
    for offset in 0..<(2 * period - 1) {
      let (line, weight) = (base + offset * width, Double(min(offset + 1, 2 * period - 1 - offset)))
      for x in 0..<width { sum[x] += weight * line[x] }
    }
    guard hasNext else { return }
    for offset in 0..<period {
      let (behind, ahead) = (base + offset * width, base + (offset + period) * width)
      for x in 0..<width { step[x] += ahead[x] - behind[x] }
    }
  }

  private func smoothAcross(
    _ line: UnsafePointer<SIMD4<Double>>, columns: Int, scale: Double, into smooth: UnsafeMutablePointer<SIMD4<Double>>
  ) {
    var (sum, step) = (SIMD4<Double>.zero, SIMD4<Double>.zero)
    for offset in 0..<(2 * period - 1) { sum += Double(min(offset + 1, 2 * period - 1 - offset)) * line[offset] }
    smooth[0] = sum * scale
    guard columns > 1 else { return }
    for offset in 0..<period { step += line[offset + period] - line[offset] }
    sum += step
    smooth[1] = sum * scale
    for x in 2..<max(columns, 2) {
      let middle = x + period - 2
      step += line[middle + period] - 2 * line[middle] + line[middle - period]
      sum += step
      smooth[x] = sum * scale
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
