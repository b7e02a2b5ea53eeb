import GinghamSignals
import Testing

@testable import GinghamVerbs

@Suite struct PointLayoutTests {
  /// A table of points that is wider than high, turned into a space of three dimensions: cells are its own.
  @Test func aTableLiesAsItStands() throws {
    // Directions at right angles, each with its largest element positive.
    let across = [0.6, 0, 0.8]
    let down = [0.0, 1, 0]
    var points: [Double] = []
    var expected: [[Int]] = []
    for row in 0..<4 {
      for column in 0..<6 {
        for axis in 0..<3 { points.append(5 + 3 * Double(column) * across[axis] + Double(row) * down[axis]) }
        expected.append([row / 2, column / 3])
      }
    }
    let layout = try PointLayout(of: Matrix(rows: 24, columns: 3, values: points), side: 2)
    #expect(layout.places.map { [$0.row, $0.column] } == expected)
    // Variances of 3·(0…5) and of 0…3.
    let (wide, high) = (9 * 35.0 / 12, 15.0 / 12)
    #expect(abs(layout.shares[0] - wide / (wide + high)) < 1e-12)
    #expect(abs(layout.shares[1] - high / (wide + high)) < 1e-12)
  }

  /// Strips hold equally many points, however unevenly these lie.
  @Test func stripsHoldEquallyMany() throws {
    var points: [Double] = []
    for index in 0..<90 {
      let (x, y) = (Double(index * index), Double(index * 37 % 90))
      points += [x, y]
    }
    let layout = try PointLayout(of: Matrix(rows: 90, columns: 2, values: points), side: 3)
    for strip in 0..<3 {
      #expect(layout.places.count { $0.row == strip } == 30)
      #expect(layout.places.count { $0.column == strip } == 30)
    }
  }
}
