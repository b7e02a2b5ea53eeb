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
    for y in 0..<detail.height {
      for x in 0..<detail.width { detail[y, x] -= smooth[y + 1, x + 1] }
    }
    return detail
  }

  /// Smoothed where the taps stay inside: S − 1 pixels fewer on every side.
  private func interior(of map: Plane) -> Plane {
    let height = map.height - 2 * (period - 1)
    let width = map.width - 2 * (period - 1)
    // Along rows: two running sums of S.
    var horizontal = [Double](repeating: 0, count: map.height * width)
    var sums = [Double](repeating: 0, count: map.width)
    for y in 0..<map.height {
      let start = y * map.width
      var sum = 0.0
      for x in 0..<map.width {
        sum += map.values[start + x]
        if x >= period { sum -= map.values[start + x - period] }
        sums[x] = sum
      }
      sum = 0
      for x in (period - 1)..<map.width {
        sum += sums[x]
        if x >= 2 * period - 1 { sum -= sums[x - period] }
        if x >= 2 * (period - 1) { horizontal[y * width + x - 2 * (period - 1)] = sum }
      }
    }
    // Down columns: the same for whole rows at once.
    let scale = 1 / Double(period * period * period * period)
    var once = [Double](repeating: 0, count: map.height * width)
    var running = [Double](repeating: 0, count: width)
    for y in 0..<map.height {
      let row = y * width
      for x in 0..<width {
        running[x] += horizontal[row + x] - (y >= period ? horizontal[row + x - period * width] : 0)
        once[row + x] = running[x]
      }
    }
    var result = Plane(height: height, width: width)
    running = [Double](repeating: 0, count: width)
    for y in (period - 1)..<map.height {
      let row = y * width
      let target = (y - 2 * (period - 1)) * width
      for x in 0..<width {
        running[x] += once[row + x] - (y >= 2 * period - 1 ? once[row + x - period * width] : 0)
        if target >= 0 { result.values[target + x] = running[x] * scale }
      }
    }
    return result
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
