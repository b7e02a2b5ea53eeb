import GinghamNetworks
import GinghamTensors

/// A·B over the last two axes, leading axes broadcast (NumPy's matmul). An operand of rank 1 is a row on the left and a
/// column on the right.
struct MatrixProductKernel<Scalar: ReferenceScalar>: Kernel {
  private let rows: Int
  private let depth: Int
  private let columns: Int
  /// Where the matrices of each product begin; the result's follow each other.
  private let starts: [(a: Int, b: Int)]

  init(_ request: KernelRequest) throws {
    var (a, b) = try (request.inputShape(0).dimensions, request.inputShape(1).dimensions)
    let output = try request.outputShape()
    if a.count == 1 { a.insert(1, at: 0) }
    if b.count == 1 { b.append(1) }
    guard a.count >= 2, b.count >= 2, a[a.count - 1] == b[b.count - 2] else {
      throw request.unsupported("\(Shape(a)) and \(Shape(b)) cannot be multiplied")
    }
    let depth = a[a.count - 1]
    let columns = b[b.count - 1]
    var rows = a[a.count - 2]
    // One matrix on the right meets all rows on the left in a single product.
    if b.dropLast(2).allSatisfy({ $0 == 1 }), a.count >= b.count {
      rows = a.dropLast().reduce(1, *)
      a = [rows, depth]
      b = Array(b.suffix(2))
    }
    let (aBatch, bBatch) = (Shape(a.dropLast(2)), Shape(b.dropLast(2)))
    guard let batch = aBatch.broadcast(with: bBatch), let index = BroadcastRows([aBatch, bBatch], to: batch),
      output.elementCount == batch.elementCount * rows * columns
    else { throw request.unsupported("\(Shape(a)) and \(Shape(b)) do not broadcast to \(output)") }
    starts = (0..<index.count).flatMap { row in
      (0..<index.length).map { step in
        (
          (index.start(row: row, operand: 0) + step * index.steps[0]) * rows * depth,
          (index.start(row: row, operand: 1) + step * index.steps[1]) * depth * columns
        )
      }
    }
    self.rows = rows
    self.depth = depth
    self.columns = columns
  }

  func forward(inputs: [Source<Scalar>], outputs: [Target<Scalar>]) {
    guard let y = outputs[0].baseAddress else { return }
    guard let a = inputs[0].baseAddress, let b = inputs[1].baseAddress, depth > 0 else {
      outputs[0].update(repeating: 0)
      return
    }
    for (product, start) in starts.enumerated() {
      Scalar.multiply(
        rows: rows, columns: columns, depth: depth, alpha: 1, MatrixOperand(a + start.a, leadingDimension: depth),
        MatrixOperand(b + start.b, leadingDimension: columns), beta: 0, into: y + product * rows * columns,
        leadingDimension: columns)
    }
  }

  func backward(
    inputs: [Source<Scalar>], outputs: [Source<Scalar>], outputGradients: [Source<Scalar>?],
    inputGradients: [Target<Scalar>?]
  ) {
    guard let a = inputs[0].baseAddress, let b = inputs[1].baseAddress, let dy = outputGradients[0]?.baseAddress
    else { return }
    for (product, start) in starts.enumerated() {
      let cotangent = dy + product * rows * columns
      if let da = inputGradients[0]?.baseAddress {
        Scalar.multiply(
          rows: rows, columns: depth, depth: columns, alpha: 1, MatrixOperand(cotangent, leadingDimension: columns),
          MatrixOperand(b + start.b, leadingDimension: columns, isTransposed: true), beta: 1, into: da + start.a,
          leadingDimension: depth)
      }
      if let db = inputGradients[1]?.baseAddress {
        Scalar.multiply(
          rows: depth, columns: columns, depth: rows, alpha: 1,
          MatrixOperand(a + start.a, leadingDimension: depth, isTransposed: true),
          MatrixOperand(cotangent, leadingDimension: columns), beta: 1, into: db + start.b, leadingDimension: columns)
      }
    }
  }
}
