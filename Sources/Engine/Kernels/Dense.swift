import COneDNN
import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// Rows times a constant matrix: the head of a classifier.
///
/// Few rows are bound by reading the matrix once, so both directions read it as it stands: one as a dot product a
/// matrix row, the other as a sum of matrix rows, which skips those that a zero multiplies. No second, transposed copy
/// is needed.
final class DenseOperator: Operator {
  private let input: ValueID
  private let output: ValueID
  private let matrix: ValueID
  private let bias: ValueID?
  private let rows: Int
  private let inner: Int
  private let columns: Int
  /// Whether the matrix is stored as (columns, inner).
  private let isTransposed: Bool
  private let alpha: Float
  private let beta: Float

  init?(_ node: Node, _ plan: PlanBuilder) throws {
    guard let input = node.inputs[0], let matrix = node.inputs[1], plan.network.constants[input] == nil,
      let tensor = plan.network.constants[matrix]?.tensor, tensor.shape.rank == 2
    else { return nil }
    let shape = try plan.shape(input)
    var bias: ValueID?
    switch node.operation {
    case .generalMatrixMultiply(let product):
      guard shape.rank >= 2, !product.transposesA else { return nil }
      (isTransposed, alpha, beta) = (product.transposesB, product.alpha, product.beta)
      bias = node.inputs.count > 2 ? node.inputs[2] : nil
    case .matrixMultiply:
      guard shape.rank >= 2 else { return nil }
      (isTransposed, alpha, beta) = (false, 1, 1)
    default: return nil
    }
    self.input = input
    self.matrix = matrix
    output = node.outputs[0]
    inner = shape[shape.rank - 1]
    rows = shape.elementCount / max(inner, 1)
    columns = isTransposed ? tensor.shape[0] : tensor.shape[1]
    guard inner > 0, columns > 0 else { return nil }
    if let bias {
      guard plan.network.constants[bias]?.tensor?.count == columns else { return nil }
    }
    self.bias = bias
  }

  func layForward(_ plan: PlanBuilder) throws {
    let source = try plan.activation(input, .plain)
    let weights = try plan.constant(matrix)
    let offset = try bias.map(plan.constant)
    let target = try plan.define(output, .plain)
    if rows > Self.fewRows {
      layProduct(
        plan, from: source.location, weights, to: target.location, inner: inner, columns: columns,
        transposed: isTransposed)
    } else if isTransposed {
      layRowDots(plan, source.location, weights, target.location, matrixRows: columns, length: inner)
    } else {
      laySumOfRows(plan, source.location, weights, target.location, matrixRows: inner, length: columns)
    }
    guard let offset else { return }
    let (rows, columns, beta) = (rows, columns, beta)
    plan.emit([offset, target.location]) { addresses in
      let (added, result) = (addresses.floats(offset), addresses.floats(target.location))
      return {
        for row in 0..<rows {
          for column in 0..<columns { result[row * columns + column] += beta * added[column] }
        }
      }
    }
  }

  func layBackward(_ plan: PlanBuilder) throws {
    guard let sent = try plan.gradient(output, .plain) else { return }
    let weights = try plan.constant(matrix)
    try plan.contribute(to: input, .plain) { target in
      let location = target.placement.location
      if rows > Self.fewRows {
        layProduct(
          plan, from: sent.location, weights, to: location, inner: columns, columns: inner, transposed: !isTransposed)
      } else if isTransposed {
        laySumOfRows(plan, sent.location, weights, location, matrixRows: columns, length: inner)
      } else {
        layRowDots(plan, sent.location, weights, location, matrixRows: inner, length: columns)
      }
    }
  }

  private static let fewRows = 4

  private func layProduct(
    _ plan: PlanBuilder, from source: Location, _ weights: Location, to target: Location, inner: Int, columns: Int,
    transposed: Bool
  ) {
    let (rows, alpha) = (Int64(rows), alpha)
    plan.emit([source, weights, target]) { addresses in
      let (a, b, c) = (addresses.floats(source), addresses.floats(weights), addresses.floats(target))
      let flag = { (isSet: Bool) in CChar(UInt8(ascii: isSet ? "T" : "N")) }
      return {
        try check(
          dnnl_sgemm(
            flag(false), flag(transposed), rows, Int64(columns), Int64(inner), alpha, a, Int64(inner), b,
            Int64(transposed ? inner : columns), 0, c, Int64(columns)), "a matrix product")
      }
    }
  }

  /// target[n, r] = alpha · Σ_c matrix[r, c] · source[n, c].
  private func layRowDots(
    _ plan: PlanBuilder, _ source: Location, _ weights: Location, _ target: Location, matrixRows: Int, length: Int
  ) {
    let (rows, alpha) = (rows, alpha)
    plan.emitLoop([source, weights, target], count: matrixRows) { addresses in
      let (from, matrix, to) = (addresses.floats(source), addresses.floats(weights), addresses.floats(target))
      let (vectors, tail) = length.quotientAndRemainder(dividingBy: 32)
      return { share in
        for matrixRow in share {
          let weight = matrix + matrixRow * length
          for row in 0..<rows {
            let element = from + row * length
            var (first, second) = (SIMD16<Float>(repeating: 0), SIMD16<Float>(repeating: 0))
            for index in 0..<vectors {
              first += weight.vector(2 * index) * element.vector(2 * index)
              second += weight.vector(2 * index + 1) * element.vector(2 * index + 1)
            }
            var sum = (first + second).sum()
            for index in (vectors * 32)..<(vectors * 32 + tail) { sum += weight[index] * element[index] }
            to[row * matrixRows + matrixRow] = alpha * sum
          }
        }
      }
    }
  }

  /// target[n, c] = alpha · Σ_r source[n, r] · matrix[r, c].
  private func laySumOfRows(
    _ plan: PlanBuilder, _ source: Location, _ weights: Location, _ target: Location, matrixRows: Int, length: Int
  ) {
    let (rows, alpha) = (rows, alpha)
    // Columns in pieces that stay in the first-level cache while all rows pass by.
    let piece = 2048
    plan.emitLoop([source, weights, target], count: (length + piece - 1) / piece) { addresses in
      let (from, matrix, to) = (addresses.floats(source), addresses.floats(weights), addresses.floats(target))
      return { share in
        for index in share {
          let columns = (index * piece)..<min(length, (index + 1) * piece)
          for row in 0..<rows {
            let sum = to + row * length + columns.lowerBound
            sum.update(repeating: 0, count: columns.count)
            for matrixRow in 0..<matrixRows {
              let factor = alpha * from[row * matrixRows + matrixRow]
              guard factor != 0 else { continue }
              sum.add(factor, times: matrix + matrixRow * length + columns.lowerBound, count: columns.count)
            }
          }
        }
      }
    }
  }
}

extension UnsafeMutablePointer<Float> {
  /// self += factor · row.
  @inline(__always)
  fileprivate func add(_ factor: Float, times row: UnsafeMutablePointer<Float>, count: Int) {
    let (vectors, tail) = count.quotientAndRemainder(dividingBy: 16)
    for index in 0..<vectors { vector(index, vector(index) + row.vector(index) * factor) }
    for index in (vectors * 16)..<(vectors * 16 + tail) { self[index] += row[index] * factor }
  }
}
