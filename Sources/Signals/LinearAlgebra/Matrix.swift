import COpenBLAS

/// A matrix of doubles, row-major, with what distances between distributions need of linear algebra (OpenBLAS, LAPACK).
public struct Matrix: Hashable, Sendable {
  /// At least one.
  public let rows: Int
  /// At least one.
  public let columns: Int
  /// Row-major.
  public var values: [Double]

  /// With the properties of the same names.
  public init(rows: Int, columns: Int, values: [Double]) {
    precondition(values.count == rows * columns, "\(values.count) values do not fill \(rows)×\(columns)")
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  /// A·Bᵀ: rows of this by rows of the other.
  public func timesTransposed(_ other: Matrix) -> Matrix {
    precondition(columns == other.columns, "rows of \(columns) and of \(other.columns) elements have no product")
    var product = [Double](repeating: 0, count: rows * other.rows)
    guard !product.isEmpty, columns > 0 else { return Matrix(rows: rows, columns: other.rows, values: product) }
    cblas_dgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, Int32(rows), Int32(other.rows), Int32(columns), 1, values,
      Int32(columns), other.values, Int32(columns), 0, &product, Int32(other.rows))
    return Matrix(rows: rows, columns: other.rows, values: product)
  }

  /// A matrix R of at most `columns` rows with RᵀR = AᵀA: the triangle of A = QR, or A itself where that has no more
  /// rows than columns. O(rows·columns²).
  ///
  /// - Throws: ``LinearAlgebraError``.
  public func gramFactor() throws -> Matrix {
    guard rows > columns, columns > 0 else { return self }
    // What is row-major here is the transpose to LAPACK: Aᵀ = LQ, and L is Rᵀ.
    var factor = values
    var scalars = [Double](repeating: 0, count: columns)
    var (height, width, info) = (Int32(columns), Int32(rows), Int32(0))
    try withWorkspace("dgelqf") { work, count in
      dgelqf_(&height, &width, &factor, &height, &scalars, work, count, &info)
      return info
    }
    var triangle = [Double](repeating: 0, count: columns * columns)
    for row in 0..<columns {
      for column in row..<columns { triangle[row * columns + column] = factor[row * columns + column] }
    }
    return Matrix(rows: columns, columns: columns, values: triangle)
  }

  /// The singular values, largest first.
  ///
  /// - Throws: ``LinearAlgebraError`` where the iteration does not end.
  public func singularValues() throws -> [Double] {
    let count = min(rows, columns)
    guard count > 0 else { return [] }
    var (copy, singular) = (values, [Double](repeating: 0, count: count))
    var integers = [Int32](repeating: 0, count: 8 * count)
    // A matrix and its transpose have the same ones.
    var (height, width, one, info) = (Int32(columns), Int32(rows), Int32(1), Int32(0))
    var nothing = [0.0]
    var none = [0.0]
    var job = CChar(UInt8(ascii: "N"))
    try withWorkspace("dgesdd") { work, count in
      dgesdd_(
        &job, &height, &width, &copy, &height, &singular, &nothing, &one, &none, &one, work, count, &integers, &info, 1)
      return info
    }
    return singular
  }

  /// Asks a LAPACK routine how much room it wants, and runs it with that.
  private func withWorkspace(
    _ routine: String, _ call: (UnsafeMutablePointer<Double>, UnsafePointer<Int32>) -> Int32
  ) throws {
    var wanted = 0.0
    var question = Int32(-1)
    var status = call(&wanted, &question)
    if status == 0 {
      var work = [Double](repeating: 0, count: max(1, Int(wanted)))
      var count = Int32(work.count)
      status = call(&work, &count)
    }
    guard status == 0 else { throw LinearAlgebraError(routine: routine, status: Int(status)) }
  }
}

/// LAPACK's refusal: below zero a bad argument, above zero no convergence.
public struct LinearAlgebraError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Of LAPACK.
  public let routine: String
  /// As the routine returned it.
  public let status: Int

  /// What is wrong, where, and what to do about it.
  public var description: String {
    "LAPACK's \(routine) gave up with status \(status); are the features finite?"
  }
}
