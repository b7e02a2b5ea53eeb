import GinghamLattices

/// How much a map changes from each row to the next and from each column to the next: all that blockiness and total
/// variation need to know of it.
public struct StepProfile: Hashable, Sendable {
  /// Σ over columns of |f(y + 1, x) − f(y, x)|, for y in 0..<H−1.
  public let down: [Double]
  /// Σ over rows of |f(y, x + 1) − f(y, x)|, for x in 0..<W−1.
  public let across: [Double]
  /// In pixels.
  public let height: Int
  /// In pixels.
  public let width: Int

  /// Of differences between neighbours.
  public init(of map: Plane) {
    (height, width) = (map.height, map.width)
    let (height, width) = (map.height, map.width)
    var down = [Double](repeating: 0, count: max(height - 1, 0))
    var across = [Double](repeating: 0, count: max(width - 1, 0))
    map.values.withUnsafeBufferPointer { source in
      across.withUnsafeMutableBufferPointer { across in
        guard let base = source.baseAddress else { return }
        for y in 0..<height {
          let here = base + y * width
          for x in across.indices { across[x] += abs(here[x + 1] - here[x]) }
          if y + 1 < height { down[y] = StepProfile.distance(here, here + width, count: width) }
        }
      }
    }
    self.down = down
    self.across = across
  }

  /// Σ|b − a| over a row, in eight partial sums side by side.
  private static func distance(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, count: Int) -> Double {
    var partial = SIMD8<Double>()
    let whole = count - count % 8
    for x in stride(from: 0, to: whole, by: 8) {
      let step =
        UnsafeRawPointer(b + x).loadUnaligned(as: SIMD8<Double>.self)
        - UnsafeRawPointer(a + x).loadUnaligned(as: SIMD8<Double>.self)
      partial += step.magnitudes
    }
    return (whole..<count).reduce(partial.sum()) { $0 + abs(b[$1] - a[$1]) }
  }

  /// Σ(|∂x| + |∂y|).
  public var totalVariation: Double { down.reduce(0, +) + across.reduce(0, +) }
}
