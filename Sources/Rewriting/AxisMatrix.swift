import GinghamSignals

/// A linear map of the taps along one axis of a kernel, rows × columns in row-major order.
struct AxisMatrix: Hashable {
  let rows: Int
  let columns: Int
  private(set) var values: [Double]

  init(rows: Int, columns: Int, _ element: (_ row: Int, _ column: Int) -> Double) {
    self.rows = rows
    self.columns = columns
    values = (0..<(rows * columns)).map { element($0 / columns, $0 % columns) }
  }

  subscript(row: Int, column: Int) -> Double { values[row * columns + column] }

  /// Tap t at position offset + spacing·t among `count`, zeros everywhere else.
  static func placing(_ taps: Int, among count: Int, offset: Int = 0, spacing: Int = 1) -> AxisMatrix {
    AxisMatrix(rows: count, columns: taps) { $0 == offset + spacing * $1 ? 1 : 0 }
  }

  /// The full convolution with `filter`: `taps` become taps + filter.count − 1.
  static func convolving(_ taps: Int, with filter: [Double]) -> AxisMatrix {
    AxisMatrix(rows: taps + filter.count - 1, columns: taps) { row, column in
      filter.indices.contains(row - column) ? filter[row - column] : 0
    }
  }

  static func * (left: AxisMatrix, right: AxisMatrix) -> AxisMatrix {
    AxisMatrix(rows: left.rows, columns: right.columns) { row, column in
      (0..<left.columns).reduce(0) { $0 + left[row, $1] * right[$1, column] }
    }
  }

  /// A⁺; `nil` where the columns depend on each other.
  var pseudoinverse: AxisMatrix? {
    LeastSquares.pseudoinverse(values, rows: rows, columns: columns).map { inverse in
      AxisMatrix(rows: columns, columns: rows) { inverse[$0 * rows + $1] }
    }
  }
}
