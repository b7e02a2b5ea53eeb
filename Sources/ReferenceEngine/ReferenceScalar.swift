import COpenBLAS
import Numerics

/// The arithmetic the reference engine can run in: `Float` as other engines do, `Double` as their oracle.
public protocol ReferenceScalar: Real, BinaryFloatingPoint, BitwiseCopyable, Sendable {
  /// C ← α·op(A)·op(B) + β·C with op(A) of rows×depth, op(B) of depth×columns, all row-major; op transposes where told.
  /// A leading dimension is the distance between two rows as stored.
  ///
  /// BLAS's own routine: no extent is zero.
  static func product(
    rows: Int, columns: Int, depth: Int, alpha: Self, _ a: MatrixOperand<Self>, _ b: MatrixOperand<Self>, beta: Self,
    into c: UnsafeMutablePointer<Self>, leadingDimension: Int)

  /// Copies single-precision elements; both sides are equally long.
  static func copy(_ source: UnsafeBufferPointer<Float>, to target: UnsafeMutableBufferPointer<Self>)

  /// Copies to single precision, rounding; both sides are equally long.
  static func copy(_ source: UnsafeBufferPointer<Self>, toFloats target: UnsafeMutableBufferPointer<Float>)
}

extension ReferenceScalar {
  /// As ``product(rows:columns:depth:alpha:_:_:beta:into:leadingDimension:)``, for empty matrices too: a sum over nothing
  /// is zero, where BLAS refuses a leading dimension of zero and leaves C as it is.
  static func multiply(
    rows: Int, columns: Int, depth: Int, alpha: Self, _ a: MatrixOperand<Self>, _ b: MatrixOperand<Self>, beta: Self,
    into c: UnsafeMutablePointer<Self>, leadingDimension: Int
  ) {
    guard rows > 0, columns > 0 else { return }
    guard depth > 0 else {
      for row in 0..<rows {
        for column in 0..<columns {
          let index = row * leadingDimension + column
          c[index] = beta == 0 ? 0 : beta * c[index]
        }
      }
      return
    }
    product(
      rows: rows, columns: columns, depth: depth, alpha: alpha, a, b, beta: beta, into: c,
      leadingDimension: leadingDimension)
  }
}

/// A row-major matrix as a factor of a product.
public struct MatrixOperand<Scalar> {
  let base: UnsafePointer<Scalar>
  let leadingDimension: Int
  var isTransposed: Bool

  init(_ base: UnsafePointer<Scalar>, leadingDimension: Int, isTransposed: Bool = false) {
    self.base = base
    self.leadingDimension = leadingDimension
    self.isTransposed = isTransposed
  }

  fileprivate var order: CBLAS_TRANSPOSE { isTransposed ? CblasTrans : CblasNoTrans }
}

extension Float: ReferenceScalar {
  /// A product of matrices by OpenBLAS.
  public static func product(
    rows: Int, columns: Int, depth: Int, alpha: Float, _ a: MatrixOperand<Float>, _ b: MatrixOperand<Float>,
    beta: Float, into c: UnsafeMutablePointer<Float>, leadingDimension: Int
  ) {
    SingleThreadedBLAS.during {
      cblas_sgemm(
        CblasRowMajor, a.order, b.order, blasint(rows), blasint(columns), blasint(depth), alpha, a.base,
        blasint(a.leadingDimension), b.base, blasint(b.leadingDimension), beta, c, blasint(leadingDimension))
    }
  }

  /// The numbers in this precision.
  public static func copy(_ source: UnsafeBufferPointer<Float>, to target: UnsafeMutableBufferPointer<Float>) {
    _ = target.update(fromContentsOf: source)
  }

  /// The numbers in single precision.
  public static func copy(_ source: UnsafeBufferPointer<Float>, toFloats target: UnsafeMutableBufferPointer<Float>) {
    _ = target.update(fromContentsOf: source)
  }
}

extension Double: ReferenceScalar {
  /// A product of matrices by OpenBLAS.
  public static func product(
    rows: Int, columns: Int, depth: Int, alpha: Double, _ a: MatrixOperand<Double>, _ b: MatrixOperand<Double>,
    beta: Double, into c: UnsafeMutablePointer<Double>, leadingDimension: Int
  ) {
    SingleThreadedBLAS.during {
      cblas_dgemm(
        CblasRowMajor, a.order, b.order, blasint(rows), blasint(columns), blasint(depth), alpha, a.base,
        blasint(a.leadingDimension), b.base, blasint(b.leadingDimension), beta, c, blasint(leadingDimension))
    }
  }

  /// The numbers in this precision.
  public static func copy(_ source: UnsafeBufferPointer<Float>, to target: UnsafeMutableBufferPointer<Double>) {
    for index in target.indices { target[index] = Double(source[index]) }
  }

  /// The numbers in single precision.
  public static func copy(_ source: UnsafeBufferPointer<Double>, toFloats target: UnsafeMutableBufferPointer<Float>) {
    for index in target.indices { target[index] = Float(source[index]) }
  }
}
