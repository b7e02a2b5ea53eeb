import GinghamTensors

/// The triangle tri_S = box_S * box_S/S² along both axes, of a line along its one: 2S − 1 taps, unit sum, and a transfer function that vanishes
/// at every frequency m/S. What it leaves behind, f − tri_S⊗tri_S f, is free of slow content and keeps every
/// frequency of the period-S lattice with gain exactly 1.
public struct TriangleFilter: Hashable, Sendable {
  /// In pixels.
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
  ///
  /// - Parameter border: zero is right for gradients, reflect for pictures.
  public func smoothed(_ map: Plane, border: Border) -> Plane {
    let reach = period - 1
    guard reach > 0, !map.values.isEmpty else { return map }
    let down = map.isLine ? 0 : reach
    var padded = Plane(height: map.height + 2 * down, width: map.width + 2 * reach)
    let rows = (0..<padded.height).map { border.source(of: $0 - down, count: map.height) }
    let columns = (0..<padded.width).map { border.source(of: $0 - reach, count: map.width) }
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
    let down = map.isLine ? 0 : period
    let (height, width) = (map.height - 2 * down, map.width - 2 * period)
    guard height > 0, width > 0 else { return nil }
    let values = [Double](unsafeUninitializedCapacity: height * width) { detail, count in
      map.values.withUnsafeBufferPointer { sharp in
        forEachSmoothRow(of: map, in: Double.self) { row, smooth in
          // Smoothed rows begin one in front of those that are left.
          let row = map.isLine ? row : row - 1
          guard (0..<height).contains(row) else { return }
          let (target, source) = (row * width, (row + down) * map.width + period)
          for x in 0..<width { detail[target + x] = sharp[source + x] - smooth[x + 1] }
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
    var result = Plane(height: map.isLine ? 1 : map.height - reach, width: width)
    result.values.withUnsafeMutableBufferPointer { target in
      forEachSmoothRow(of: map, in: Double.self) { row, smooth in
        for x in 0..<width { target[row * width + x] = smooth[x] }
      }
    }
    return result
  }
}
