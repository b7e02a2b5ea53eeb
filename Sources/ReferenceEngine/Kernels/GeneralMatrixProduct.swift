import GinghamNetworks
import GinghamTensors

/// y = α·op(A)·op(B) + β·C for matrices, with C broadcast. The leading axes of an A that is not transposed are its rows.
struct GeneralMatrixProductKernel<Scalar: ReferenceScalar>: Kernel {
  private let attributes: GeneralMatrixMultiply
  private let rows: Int
  private let depth: Int
  private let columns: Int
  private let alpha: Scalar
  private let beta: Scalar
  /// How C lies over the result; `nil` without C.
  private let offset: BroadcastRows?

  init(_ attributes: GeneralMatrixMultiply, _ request: KernelRequest) throws {
    let (a, b, output) = try (request.inputShape(0), request.inputShape(1), request.outputShape())
    guard a.rank == 2 || a.rank > 2 && !attributes.transposesA, b.rank == 2 else {
      throw request.unsupported("\(a) and \(b) are not matrices")
    }
    self.attributes = attributes
    let leading = attributes.transposesA ? [a[1]] : Array(a.dimensions.dropLast())
    rows = leading.reduce(1, *)
    depth = attributes.transposesA ? a[0] : a[a.rank - 1]
    columns = attributes.transposesB ? b[0] : b[1]
    alpha = Scalar(attributes.alpha)
    beta = Scalar(attributes.beta)
    guard depth == (attributes.transposesB ? b[1] : b[0]), output == Shape(leading + [columns]) else {
      throw request.unsupported("\(a) and \(b) cannot be multiplied")
    }
    guard request.hasInput(2) else {
      offset = nil
      return
    }
    let c = try request.inputShape(2)
    guard let broadcast = BroadcastRows([c], to: output) else {
      throw request.unsupported("\(c) does not broadcast to \(output)")
    }
    offset = broadcast
  }

  private var aPitch: Int { attributes.transposesA ? rows : depth }
  private var bPitch: Int { attributes.transposesB ? depth : columns }

  func forward(inputs: [Source<Scalar>], outputs: [Target<Scalar>]) {
    let y = outputs[0]
    if let offset {
      let c = inputs[2]
      forEachOffset(offset) { place, own in y[place] = beta * c[own] }
    } else {
      y.update(repeating: 0)
    }
    guard let a = inputs[0].baseAddress, let b = inputs[1].baseAddress, let y = y.baseAddress else { return }
    Scalar.multiply(
      rows: rows, columns: columns, depth: depth, alpha: alpha,
      MatrixOperand(a, leadingDimension: aPitch, isTransposed: attributes.transposesA),
      MatrixOperand(b, leadingDimension: bPitch, isTransposed: attributes.transposesB), beta: 1, into: y,
      leadingDimension: columns)
  }

  func backward(
    inputs: [Source<Scalar>], outputs: [Source<Scalar>], outputGradients: [Source<Scalar>?],
    inputGradients: [Target<Scalar>?]
  ) {
    guard let cotangents = outputGradients[0], let dy = cotangents.baseAddress else { return }
    if let offset, let dc = inputGradients[2] {
      forEachOffset(offset) { place, own in dc[own] += beta * cotangents[place] }
    }
    guard let a = inputs[0].baseAddress, let b = inputs[1].baseAddress else { return }
    if let da = inputGradients[0]?.baseAddress {
      spreadToA(dy, b, addingTo: da)
    }
    if let db = inputGradients[1]?.baseAddress {
      spreadToB(dy, a, addingTo: db)
    }
  }

  /// op(A) gets α·dy·op(B)ᵀ; where A is stored transposed, the transpose of that: α·op(B)·dyᵀ.
  private func spreadToA(
    _ dy: UnsafePointer<Scalar>, _ b: UnsafePointer<Scalar>, addingTo da: UnsafeMutablePointer<Scalar>
  ) {
    if attributes.transposesA {
      Scalar.multiply(
        rows: depth, columns: rows, depth: columns, alpha: alpha,
        MatrixOperand(b, leadingDimension: bPitch, isTransposed: attributes.transposesB),
        MatrixOperand(dy, leadingDimension: columns, isTransposed: true), beta: 1, into: da, leadingDimension: aPitch)
    } else {
      Scalar.multiply(
        rows: rows, columns: depth, depth: columns, alpha: alpha, MatrixOperand(dy, leadingDimension: columns),
        MatrixOperand(b, leadingDimension: bPitch, isTransposed: !attributes.transposesB), beta: 1, into: da,
        leadingDimension: aPitch)
    }
  }

  /// op(B) gets α·op(A)ᵀ·dy; where B is stored transposed, the transpose of that: α·dyᵀ·op(A).
  private func spreadToB(
    _ dy: UnsafePointer<Scalar>, _ a: UnsafePointer<Scalar>, addingTo db: UnsafeMutablePointer<Scalar>
  ) {
    if attributes.transposesB {
      Scalar.multiply(
        rows: columns, columns: depth, depth: rows, alpha: alpha,
        MatrixOperand(dy, leadingDimension: columns, isTransposed: true),
        MatrixOperand(a, leadingDimension: aPitch, isTransposed: attributes.transposesA), beta: 1, into: db,
        leadingDimension: bPitch)
    } else {
      Scalar.multiply(
        rows: depth, columns: columns, depth: rows, alpha: alpha,
        MatrixOperand(a, leadingDimension: aPitch, isTransposed: !attributes.transposesA),
        MatrixOperand(dy, leadingDimension: columns), beta: 1, into: db, leadingDimension: bPitch)
    }
  }

  @inline(__always)
  private func forEachOffset(_ offset: BroadcastRows, _ body: (_ place: Int, _ own: Int) -> Void) {
    for row in 0..<offset.count {
      let start = offset.start(row: row, operand: 0)
      for index in 0..<offset.length { body(row * offset.length + index, start + index * offset.steps[0]) }
    }
  }
}
