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

  /// Aᵀ.
  public var transposed: Matrix {
    var turned = [Double](repeating: 0, count: values.count)
    for row in 0..<rows {
      for column in 0..<columns { turned[column * rows + row] = values[row * columns + column] }
    }
    return Matrix(rows: columns, columns: rows, values: turned)
  }

  /// The mean of all rows.
  public var meanRow: [Double] {
    var mean = [Double](repeating: 0, count: columns)
    for row in 0..<rows {
      for column in 0..<columns { mean[column] += values[row * columns + column] }
    }
    return mean.map { $0 / Double(rows) }
  }

  /// The directions along which rows differ most from their mean, strongest first: eigenvectors of their covariance, each
  /// of length 1 with its largest element positive, and the share of the rows' variance along them.
  ///
  /// - Parameter count: at most as many as there are columns.
  /// - Throws: ``LinearAlgebraError`` where the iteration does not end.
  public func principalComponents(_ count: Int) throws -> (directions: Matrix, shares: [Double]) {
    precondition((1...columns).contains(count), "\(columns) columns have no \(count) principal components")
    let mean = meanRow
    let around = values.indices.map { values[$0] - mean[$0 % columns] }
    let centred = Matrix(rows: rows, columns: columns, values: around).transposed
    var covariance = centred.timesTransposed(centred).values
    let whole = (0..<columns).reduce(0) { $0 + covariance[$1 * columns + $1] }
    var (order, first, last) = (Int32(columns), Int32(columns - count + 1), Int32(columns))
    var (below, above, tolerance, found, info) = (0.0, 0.0, 0.0, Int32(0), Int32(0))
    var powers = [Double](repeating: 0, count: columns)
    var vectors = [Double](repeating: 0, count: columns * count)
    var support = [Int32](repeating: 0, count: 2 * count)
    var integers = [Int32](repeating: 0, count: 10 * columns)
    var integerCount = Int32(integers.count)
    try withWorkspace("dsyevr") { work, room in
      dsyevr_(
        "V", "I", "U", &order, &covariance, &order, &below, &above, &first, &last, &tolerance, &found, &powers,
        &vectors,
        &order, &support, work, room, &integers, &integerCount, &info, 1, 1, 1)
      return info
    }
    // They come weakest first, and either sign is one.
    let directions = (0..<count).reversed().flatMap { place -> [Double] in
      let direction = vectors[(place * columns)..<((place + 1) * columns)]
      let largest = direction.max { abs($0) < abs($1) } ?? 1
      return largest < 0 ? direction.map { -$0 } : Array(direction)
    }
    return (
      Matrix(rows: count, columns: columns, values: directions),
      (0..<count).reversed().map { whole > 0 ? powers[$0] / whole : 0 }
    )
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
