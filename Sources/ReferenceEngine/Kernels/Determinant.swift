import GinghamNetworks
import GinghamTensors

/// Determinants of square matrices. The slope at an element is its cofactor, which is right for singular matrices, too.
struct DeterminantKernel<Scalar: ReferenceScalar>: Kernel {
  private let order: Int
  private let count: Int
  private let matrix: Scratch<Scalar>

  /// Cofactors take order⁵ steps.
  private static var largestOrder: Int { 64 }

  init(_ request: KernelRequest) throws {
    let x = try request.inputShape(0)
    guard x.rank >= 2, x[x.rank - 1] == x[x.rank - 2], x[x.rank - 1] <= Self.largestOrder else {
      throw request.unsupported("\(x) holds no square matrices of at most \(Self.largestOrder) rows")
    }
    order = x[x.rank - 1]
    count = x.dimensions.dropLast(2).reduce(1, *)
    matrix = Scratch(order * order, filledWith: 0)
  }

  func forward(inputs: [Source<Scalar>], outputs: [Target<Scalar>]) {
    for index in 0..<count { outputs[0][index] = determinant(inputs[0], index, without: nil) }
  }

  func backward(
    inputs: [Source<Scalar>], outputs: [Source<Scalar>], outputGradients: [Source<Scalar>?],
    inputGradients: [Target<Scalar>?]
  ) {
    guard let dy = outputGradients[0], let dx = inputGradients[0] else { return }
    for index in 0..<count {
      for row in 0..<order {
        for column in 0..<order {
          let minor = determinant(inputs[0], index, without: (row, column))
          dx[(index * order + row) * order + column] += dy[index] * ((row + column).isMultiple(of: 2) ? minor : -minor)
        }
      }
    }
  }

  /// By elimination with the largest pivot of each column, of the matrix or of what is left without a row and column.
  private func determinant(_ x: Source<Scalar>, _ index: Int, without: (row: Int, column: Int)?) -> Scalar {
    let size = without == nil ? order : order - 1
    let a = matrix.buffer
    for row in 0..<size {
      for column in 0..<size {
        let (from, at) = (
          without.map { row < $0.row ? row : row + 1 } ?? row,
          without.map { column < $0.column ? column : column + 1 } ?? column
        )
        a[row * size + column] = x[(index * order + from) * order + at]
      }
    }
    var product: Scalar = 1
    for column in 0..<size {
      var pivot = column
      for row in column..<size where abs(a[row * size + column]) > abs(a[pivot * size + column]) { pivot = row }
      guard a[pivot * size + column] != 0 else { return 0 }
      if pivot != column {
        for index in 0..<size { a.swapAt(pivot * size + index, column * size + index) }
        product = -product
      }
      product *= a[column * size + column]
      for row in (column + 1)..<max(size, column + 1) {
        let factor = a[row * size + column] / a[column * size + column]
        for index in column..<size { a[row * size + index] -= factor * a[column * size + index] }
      }
    }
    return product
  }
}
