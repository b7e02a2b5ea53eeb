import GinghamSignals
import Testing

@Suite struct LeastSquaresTests {
  private func product(_ a: [Double], _ b: [Double], _ rows: Int, _ inner: Int, _ columns: Int) -> [Double] {
    (0..<(rows * columns)).map { index in
      (0..<inner).reduce(0) { $0 + a[index / columns * inner + $1] * b[$1 * columns + index % columns] }
    }
  }

  @Test(arguments: [(1, 1), (3, 2), (4, 4), (9, 5), (40, 33)])
  func theInverseSolvesTheNormalEquations(rows: Int, columns: Int) throws {
    let matrix = (0..<(rows * columns)).map { (index: Int) -> Double in
      let residue: Int = (index * index * 31 + index * 17 + 5) % 1009
      return Double(residue) / 500 - 1
    }
    let inverse = try #require(LeastSquares.pseudoinverse(matrix, rows: rows, columns: columns))
    // Moore and Penrose: A⁺A = 1 for full column rank, and AA⁺ is symmetric.
    let left = product(inverse, matrix, columns, rows, columns)
    for (index, value) in left.enumerated() {
      #expect(abs(value - (index / columns == index % columns ? 1 : 0)) < 1e-9)
    }
    let right = product(matrix, inverse, rows, columns, rows)
    for index in right.indices { #expect(abs(right[index] - right[index % rows * rows + index / rows]) < 1e-9) }
  }

  @Test func dependentColumnsHaveNone() {
    #expect(LeastSquares.pseudoinverse([1, 2, 2, 4, 3, 6], rows: 3, columns: 2) == nil)
    #expect(LeastSquares.pseudoinverse([1, 2], rows: 1, columns: 2) == nil)
  }
}
