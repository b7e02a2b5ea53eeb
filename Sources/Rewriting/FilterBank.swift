import GinghamTensors

/// The filters of a layer, one for each pair of channels, in double precision: count × height × width, row-major.
struct FilterBank {
  let count: Int
  let height: Int
  let width: Int
  var values: [Double]

  init(count: Int, height: Int, width: Int, values: [Double]) {
    self.count = count
    self.height = height
    self.width = width
    self.values = values
  }

  /// Of a weight a × b × kH × kW, filter a·B + b.
  init(_ weight: Tensor) {
    count = weight.shape[0] * weight.shape[1]
    height = weight.shape[2]
    width = weight.shape[3]
    values = weight.withUnsafeBufferPointer { $0.map(Double.init) }
  }

  var area: Int { height * width }

  var squaredNorm: Double { values.reduce(0) { $0 + $1 * $1 } }

  /// Every filter w as Y·w·Xᵀ.
  func transformed(rows y: AxisMatrix, columns x: AxisMatrix) -> FilterBank {
    precondition(y.columns == height && x.columns == width, "a map of other taps")
    var result = FilterBank(
      count: count, height: y.rows, width: x.rows, values: [Double](repeating: 0, count: count * y.rows * x.rows))
    var half = [Double](repeating: 0, count: y.rows * width)
    values.withUnsafeBufferPointer { source in
      result.values.withUnsafeMutableBufferPointer { target in
        for filter in 0..<count {
          for row in 0..<y.rows {
            for column in 0..<width {
              var sum = 0.0
              for tap in 0..<height { sum += y[row, tap] * source[(filter * height + tap) * width + column] }
              half[row * width + column] = sum
            }
          }
          for row in 0..<y.rows {
            for column in 0..<x.rows {
              var sum = 0.0
              for tap in 0..<width { sum += half[row * width + tap] * x[column, tap] }
              target[(filter * y.rows + row) * x.rows + column] = sum
            }
          }
        }
      }
    }
    return result
  }

  /// ‖other − self‖/‖self‖ over all filters; 0 where there is nothing to differ from.
  func relativeDistance(to other: FilterBank) -> Double {
    precondition(values.count == other.values.count, "filters of other sizes")
    let norm = squaredNorm
    guard norm > 0 else { return 0 }
    let distance = zip(values, other.values).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return (distance / norm).squareRoot()
  }

  /// a × b × height × width with filter a·B + b.
  func tensor(_ outer: Int, _ inner: Int) -> Tensor {
    precondition(outer * inner == count, "\(count) filters are no \(outer)×\(inner)")
    return Tensor([outer, inner, height, width], values.map(Float.init))
  }

  /// Filters of a transposed convolution (in × out/groups) in the order of a convolution (out × in/groups).
  func exchanged(groups: Int, inputs: Int) -> FilterBank {
    let (inner, perGroup) = (count / inputs, inputs / groups)
    var result = self
    for output in 0..<(inner * groups) {
      for input in 0..<perGroup {
        let source = ((output / inner * perGroup + input) * inner + output % inner) * area
        let target = (output * perGroup + input) * area
        for tap in 0..<area { result.values[target + tap] = values[source + tap] }
      }
    }
    return result
  }
}
