import GinghamTensors

/// Elements of the input in another order, repeated, left out or surrounded by a constant. Every output axis has a
/// table: what its index adds to the place in the input. The gradient adds up along the same tables.
struct ViewKernel<Scalar: ReferenceScalar>: Kernel {
  /// An index that no input element stands behind.
  static var outside: Int { -1 }

  /// What each index of the last axis adds.
  private let inner: [Int]
  /// What all axes in front of the last one add together, for every row.
  private let rows: [Int]
  private let fill: Scalar
  /// Whether the last axis walks through neighbouring elements, all of them inside.
  private let isContiguous: Bool

  /// - Parameter tables: one an output axis; ``outside`` or an offset into the input.
  init(_ tables: [[Int]], fill: Float = 0) {
    var tables = tables[...]
    // Trailing axes that lie in the input as in the output are one axis.
    while tables.count > 1, let last = tables.last, let next = tables.dropLast().last, last.isRun,
      next.isRun(by: last.count)
    {
      tables = tables.dropLast(2) + [Array(0..<(next.count * last.count))]
    }
    let inner = tables.last ?? [0]
    self.inner = inner
    rows = tables.dropLast().reduce([0]) { starts, table in
      starts.flatMap { start in
        table.map { start < 0 || $0 < 0 ? Self.outside : start + $0 }
      }
    }
    self.fill = Scalar(fill)
    isContiguous = !inner.isEmpty && inner[0] >= 0 && inner.indices.allSatisfy { inner[$0] == inner[0] + $0 }
  }

  func forward(inputs: [Source<Scalar>], outputs: [Target<Scalar>]) {
    let (x, y) = (inputs[0], outputs[0])
    inner.withUnsafeBufferPointer { inner in
      for (row, start) in rows.enumerated() {
        let target = row * inner.count
        if start < 0 {
          for index in inner.indices { y[target + index] = fill }
        } else if isContiguous {
          let source = start + inner[0]
          for index in inner.indices { y[target + index] = x[source + index] }
        } else {
          for index in inner.indices { y[target + index] = inner[index] < 0 ? fill : x[start + inner[index]] }
        }
      }
    }
  }

  func backward(
    inputs: [Source<Scalar>], outputs: [Source<Scalar>], outputGradients: [Source<Scalar>?],
    inputGradients: [Target<Scalar>?]
  ) {
    guard let dy = outputGradients[0], let dx = inputGradients[0] else { return }
    inner.withUnsafeBufferPointer { inner in
      for (row, start) in rows.enumerated() where start >= 0 {
        let source = row * inner.count
        if isContiguous {
          let target = start + inner[0]
          for index in inner.indices { dx[target + index] += dy[source + index] }
        } else {
          for index in inner.indices where inner[index] >= 0 { dx[start + inner[index]] += dy[source + index] }
        }
      }
    }
  }
}

extension [Int] {
  /// Whether this counts 0, 1, 2 …
  fileprivate var isRun: Bool { isRun(by: 1) }

  fileprivate func isRun(by step: Int) -> Bool { indices.allSatisfy { self[$0] == $0 * step } }
}
