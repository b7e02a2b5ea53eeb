import GinghamTensors

/// Rows of numbers that are not negative as sums of a few parts: X ≈ W·H, neither with a negative element, so that parts add
/// up and never cancel (Lee & Seung 1999). By their multiplicative updates, which never raise ‖X − W·H‖ (2001).
public struct NonNegativeFactors: Hashable, Sendable {
  /// H, a part a row, each of length 1 unless it is nothing.
  public let parts: Matrix
  /// W: how much of each part is in each row.
  public let weights: Matrix
  /// ‖X − W·H‖² over ‖X‖², 0 where X is nothing.
  public let unexplained: Double

  /// Keeps quotients of two zeros from mattering.
  private static let least = 1e-12

  /// - Parameters:
  ///   - rows: X; what is negative counts as 0.
  ///   - count: of parts, from 1.
  ///   - seed: of what the updates begin with.
  public init(of rows: Matrix, parts count: Int, iterations: Int = 200, seed: UInt64 = 0) {
    precondition(count > 0, "a sum of no parts is nothing")
    let rows = rows.rectified
    let turned = rows.transposed
    var generator = SeededGenerator(seed: seed, name: "factors")
    let mean = rows.values.reduce(0, +) / Double(max(rows.values.count, 1))
    let usual = (mean / Double(count)).squareRoot()
    func random(_ height: Int, _ width: Int) -> Matrix {
      Matrix(
        rows: height, columns: width,
        values: (0..<(height * width)).map { _ in usual * (0.5 + Double.random(in: 0..<1, using: &generator)) })
    }
    // Both lie with a row a part, as the products want them.
    var shares = random(count, rows.rows)
    var parts = random(count, rows.columns)
    for _ in 0..<iterations {
      shares.update(towards: parts.timesTransposed(rows), gram: parts.timesTransposed(parts))
      parts.update(towards: shares.timesTransposed(turned), gram: shares.timesTransposed(shares))
    }
    for part in 0..<count {
      let span = (part * rows.columns)..<((part + 1) * rows.columns)
      let length = parts.values[span].reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard length > Self.least else { continue }
      for index in span { parts.values[index] /= length }
      for index in (part * rows.rows)..<((part + 1) * rows.rows) { shares.values[index] *= length }
    }
    self.parts = parts
    weights = shares.transposed
    let whole = rows.values.reduce(0) { $0 + $1 * $1 }
    let product = weights.timesTransposed(parts.transposed)
    let missing = zip(rows.values, product.values).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    unexplained = whole > 0 ? missing / whole : 0
  }

  /// How much of each part is in other rows.
  ///
  /// - Parameter rows: as wide as ``parts``; what is negative counts as 0.
  public func weights(of rows: Matrix, iterations: Int = 200) -> Matrix {
    Self.weights(of: rows, in: parts, iterations: iterations)
  }

  /// The same of any parts.
  ///
  /// - Parameter parts: a part a row, none with a negative element.
  public static func weights(of rows: Matrix, in parts: Matrix, iterations: Int = 200) -> Matrix {
    let towards = parts.timesTransposed(rows.rectified)
    let gram = parts.timesTransposed(parts)
    var shares = towards
    for _ in 0..<iterations { shares.update(towards: towards, gram: gram) }
    return shares.transposed
  }
}

extension Matrix {
  fileprivate var rectified: Matrix { Matrix(rows: rows, columns: columns, values: values.map { max($0, 0) }) }

  /// One multiplicative update of S in S ≥ 0, ‖X − SᵀP‖ least: S · (P·Xᵀ) / (P·Pᵀ·S), element by element.
  fileprivate mutating func update(towards goal: Matrix, gram: Matrix) {
    let now = gram.timesTransposed(transposed)
    for index in values.indices { values[index] *= goal.values[index] / max(now.values[index], 1e-12) }
  }
}
