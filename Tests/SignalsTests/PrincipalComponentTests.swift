import GinghamSignals
import Testing

@Suite struct PrincipalComponentTests {
  /// Points on the arms of a turned cross: their covariance has its arms as axes, and shares by the squares of its lengths.
  @Test func theArmsOfACrossAreFound() throws {
    let centre: [Double] = [5, -2, 7]
    let arms: [[Double]] = [[-1.8, 0, 2.4], [0.8, 0, 0.6]]
    var rows: [Double] = []
    for arm in arms {
      for sign in [-1.0, 1] {
        for axis in 0..<3 { rows.append(centre[axis] + sign * arm[axis]) }
      }
    }
    let (directions, shares) = try Matrix(rows: 4, columns: 3, values: rows).principalComponents(2)
    // Of length 1, the largest element positive.
    let expected: [Double] = [-0.6, 0, 0.8, 0.8, 0, 0.6]
    for (found, expected) in zip(directions.values, expected) { #expect(abs(found - expected) < 1e-12) }
    #expect(abs(shares[0] - 0.9) < 1e-12)
    #expect(abs(shares[1] - 0.1) < 1e-12)
  }

  /// In the directions found, the rows' covariance is the diagonal of their shares.
  @Test(arguments: [(5, 5), (40, 7), (3, 12)])
  func directionsDiagonaliseTheCovariance(rows: Int, columns: Int) throws {
    let matrix = randomMatrix(rows: rows, columns: columns)
    let (directions, shares) = try matrix.principalComponents(columns)
    #expect(shares == shares.sorted(by: >))
    #expect(abs(shares.reduce(0, +) - 1) < 1e-9)
    expectDiagonal(directions.timesTransposed(directions), [Double](repeating: 1, count: columns))
    let mean = matrix.meanRow
    var centred = matrix
    for index in centred.values.indices { centred.values[index] -= mean[index % columns] }
    let along = centred.timesTransposed(directions).transposed
    var covariance = along.timesTransposed(along)
    var whole = 0.0
    for axis in 0..<columns { whole += covariance.values[axis * columns + axis] }
    for index in covariance.values.indices { covariance.values[index] /= whole }
    expectDiagonal(covariance, shares)
  }

  private func expectDiagonal(_ matrix: Matrix, _ diagonal: [Double]) {
    for row in 0..<matrix.rows {
      for column in 0..<matrix.columns {
        let expected = row == column ? diagonal[row] : 0
        #expect(abs(matrix.values[row * matrix.columns + column] - expected) < 1e-9)
      }
    }
  }
}
