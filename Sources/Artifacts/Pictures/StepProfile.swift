/// How much a map changes from each row to the next and from each column to the next: all that blockiness and total
/// variation need to know of it.
public struct StepProfile: Hashable, Sendable {
  /// Σ over columns of |f(y + 1, x) − f(y, x)|, for y in 0..<H−1.
  public let down: [Double]
  /// Σ over rows of |f(y, x + 1) − f(y, x)|, for x in 0..<W−1.
  public let across: [Double]
  public let height: Int
  public let width: Int

  public init(of map: Plane) {
    (height, width) = (map.height, map.width)
    let (height, width) = (map.height, map.width)
    var down = [Double](repeating: 0, count: max(height - 1, 0))
    var across = [Double](repeating: 0, count: max(width - 1, 0))
    var line = [Double](repeating: 0, count: width)
    map.values.withUnsafeBufferPointer { source in
      across.withUnsafeMutableBufferPointer { across in
        line.withUnsafeMutableBufferPointer { line in
          for y in 0..<height {
            let start = y * width
            for x in across.indices { across[x] += abs(source[start + x + 1] - source[start + x]) }
            guard y + 1 < height else { continue }
            for x in 0..<width { line[x] = abs(source[start + width + x] - source[start + x]) }
            down[y] = line.reduce(0, +)
          }
        }
      }
    }
    self.down = down
    self.across = across
  }

  /// Σ(|∂x| + |∂y|).
  public var totalVariation: Double { down.reduce(0, +) + across.reduce(0, +) }
}
