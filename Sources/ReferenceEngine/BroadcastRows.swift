import GinghamTensors

/// The common shape of operands under NumPy's broadcasting rule, walked as rows: along a row each operand either
/// advances with the result or stands still.
struct BroadcastRows {
  /// Elements of a row, and how many rows there are.
  let length: Int
  let count: Int
  /// Step of each operand along a row: 1, or 0 where it is broadcast.
  let steps: [Int]
  /// Where each operand's row begins: row-major rows × operands.
  private let starts: [Int]

  /// - Throws: nothing; returns `nil` where an operand does not broadcast to `result`.
  init?(_ operands: [Shape], to result: Shape) {
    var extents: [Int] = []
    var strides: [[Int]] = []
    for axis in 0..<result.rank {
      var axisStrides: [Int] = []
      for operand in operands {
        let own = axis - (result.rank - operand.rank)
        guard operand.rank <= result.rank else { return nil }
        guard own >= 0, operand[own] != 1 || result[axis] == 1 else {
          axisStrides.append(0)
          continue
        }
        guard operand[own] == result[axis] else { return nil }
        axisStrides.append(operand.strides[own])
      }
      if result[axis] == 1 { continue }
      // An axis that every operand walks in one go with the axis before it is no axis of its own.
      if let last = strides.last, zip(last, axisStrides).allSatisfy({ $0 == $1 * result[axis] }) {
        extents[extents.count - 1] *= result[axis]
        strides[strides.count - 1] = axisStrides
      } else {
        extents.append(result[axis])
        strides.append(axisStrides)
      }
    }
    let outer = extents.dropLast()
    length = extents.last ?? 1
    count = outer.reduce(1, *)
    steps = strides.last ?? [Int](repeating: 0, count: operands.count)
    var starts = [[Int](repeating: 0, count: operands.count)]
    for (axis, extent) in outer.enumerated() {
      starts = starts.flatMap { start in
        (0..<extent).map { index in zip(start, strides[axis]).map { $0 + index * $1 } }
      }
    }
    self.starts = starts.flatMap(\.self)
  }

  @inline(__always)
  func start(row: Int, operand: Int) -> Int { starts[row * steps.count + operand] }
}
