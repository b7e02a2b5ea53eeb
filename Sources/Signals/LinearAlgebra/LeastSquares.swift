import COpenBLAS

/// Small dense least-squares problems, by LAPACK.
public enum LeastSquares {
  /// A⁺, which takes every b to the x that makes ‖A·x − b‖₂ least. By QR factorization (LAPACK dgels).
  ///
  /// - Parameter matrix: A, rows × columns in row-major order, with at least as many rows as columns and of full column
  ///   rank.
  /// - Returns: columns × rows in row-major order; `nil` where the columns depend on each other or the matrix is wider
  ///   than high.
  public static func pseudoinverse(_ matrix: [Double], rows: Int, columns: Int) -> [Double]? {
    precondition(matrix.count == rows * columns, "\(matrix.count) numbers do not fill \(rows)×\(columns)")
    guard columns > 0, rows >= columns, rows <= 1 << 14 else { return nil }
    var transposed = (0..<(rows * columns)).map { matrix[$0 % rows * columns + $0 / rows] }
    var sides = (0..<(rows * rows)).map { $0 % rows == $0 / rows ? 1.0 : 0 }
    var (m, n, right) = (Int32(rows), Int32(columns), Int32(rows))
    var size = Int32(columns + max(rows, columns) * 32)
    var work = [Double](repeating: 0, count: Int(size))
    var status: Int32 = 0
    dgels_("N", &m, &n, &right, &transposed, &m, &sides, &m, &work, &size, &status, 1)
    guard status == 0 else { return nil }
    // dgels looks for an exact zero on R's diagonal; rounding rarely leaves one.
    let diagonal = (0..<columns).map { abs(transposed[$0 + $0 * rows]) }
    guard let largest = diagonal.max(), let least = diagonal.min(), least > 1e-12 * largest else { return nil }
    return (0..<(columns * rows)).map { sides[$0 / rows + $0 % rows * rows] }
  }
}
