import GinghamTensors

/// The windows of a Swin transformer on a map whose extents are multiples of their side.
struct WindowLayout: Sendable {
  let extents: [Int]
  let side: Int
  /// How far the map was moved along each axis.
  let shifts: [Int]

  /// For each pair of tokens of a window the row of the table of learned offsets: their distance down and to the right,
  /// counted from the smallest.
  var relativePositions: [Int] {
    let tokens = (0..<(side * side)).map { $0.quotientAndRemainder(dividingBy: side) }
    return tokens.flatMap { a in
      tokens.map { b in
        (a.quotient - b.quotient + side - 1) * (2 * side - 1) + a.remainder - b.remainder + side - 1
      }
    }
  }

  /// −100 for pairs of tokens of a window that were not neighbours before the shift and 0 for the others, windows ×1×
  /// tokens × tokens; `nil` without a shift.
  var mask: Tensor? {
    guard shifts.contains(where: { $0 > 0 }) else { return nil }
    let (rows, columns) = (extents[0] / side, extents[1] / side)
    let regions = (0..<rows).flatMap { row in
      (0..<columns).map { column in
        (0..<(side * side)).map { token in
          let (down, right) = token.quotientAndRemainder(dividingBy: side)
          return 3 * region(row * side + down, axis: 0) + region(column * side + right, axis: 1)
        }
      }
    }
    let count = side * side
    return Tensor([regions.count, 1, count, count]) { buffer in
      for (window, region) in regions.enumerated() {
        for pair in 0..<(count * count) {
          let (a, b) = pair.quotientAndRemainder(dividingBy: count)
          buffer[window * count * count + pair] = region[a] == region[b] ? 0 : -100
        }
      }
    }
  }

  /// Which part of the moved axis a position lies in: in front of the last window, in it, or behind the end that came
  /// around.
  private func region(_ position: Int, axis: Int) -> Int {
    // Without a shift PyTorch's slices leave all of the axis in one part.
    guard shifts[axis] > 0 else { return 0 }
    return position < extents[axis] - side ? 0 : position < extents[axis] - shifts[axis] ? 1 : 2
  }
}
