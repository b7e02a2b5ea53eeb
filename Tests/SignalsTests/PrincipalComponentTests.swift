import GinghamSignals
import Testing

@Suite struct PrincipalComponentTests {
  /// Points on the arms of a turned cross: their covariance has its arms as axes, and shares by the squares of its lengths.
  @Test func theArmsOfACrossAreFound() throws {
    let (u, v) = ([0.6, 0, -0.8], [0.8, 0, 0.6])
    var rows: [Double] = []
    for (arm, length) in [(u, 3.0), (v, 1.0)] {
      for sign in [-1.0, 1] { rows += zip(arm, [5.0, -2, 7]).map { $1 + sign * length * $0 } }
    }
    let (directions, shares) = try Matrix(rows: 4, columns: 3, values: rows).principalComponents(2)
    // The largest element is positive.
    for (found, expected) in zip(directions.values, u.map { -$0 } + v) { #expect(abs(found - expected) < 1e-12) }
    #expect(abs(shares[0] - 0.9) < 1e-12 && abs(shares[1] - 0.1) < 1e-12)
  }

  @Test(arguments: [(5, 5), (40, 7), (3, 12)]) func directionsAreOrthogonalAndDiagonalise(rows: Int, columns: Int)
    throws
  {
    let values = (0..<(rows * columns)).map { Double(($0 * $0 * 31 + $0 * 17 + 5) % 1009) / 500 - 1 }
    let matrix = Matrix(rows: rows, columns: columns, values: values)
    let (directions, shares) = try matrix.principalComponents(columns)
    let products = directions.timesTransposed(directions)
    for (index, value) in products.values.enumerated() {
      #expect(abs(value - (index / columns == index % columns ? 1 : 0)) < 1e-9)
    }
    #expect(shares == shares.sorted(by: >) && abs(shares.reduce(0, +) - 1) < 1e-9)
    let mean = matrix.meanRow
    let along = Matrix(rows: rows, columns: columns, values: values.indices.map { values[$0] - mean[$0 % columns] })
      .timesTransposed(directions).transposed
    let covariance = along.timesTransposed(along)
    let whole = (0..<columns).reduce(0) { $0 + covariance.values[$1 * columns + $1] }
    for (index, value) in covariance.values.enumerated() {
      let expected = index / columns == index % columns ? shares[index / columns] : 0
      #expect(abs(value / whole - expected) < 1e-9)
    }
  }
}
