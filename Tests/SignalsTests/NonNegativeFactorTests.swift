import GinghamSignals
import Testing

@Suite struct NonNegativeFactorTests {
  /// Parts on columns of their own are the only ones, but for their order.
  @Test func partsOfTheirOwnAreFound() throws {
    let parts = [[0.6, 0.8, 0, 0, 0, 0], [0, 0, 1.0, 0, 0, 0], [0, 0, 0, 2.0 / 3, 1.0 / 3, 2.0 / 3]]
    let weights = (0..<30).map { row in (0..<3).map { Double((row * 7 + $0 * $0 * 11) % 13) } }
    let rows = weights.flatMap { weights in
      (0..<6).map { column in (0..<3).reduce(0) { $0 + weights[$1] * parts[$1][column] } }
    }
    let found = NonNegativeFactors(of: Matrix(rows: 30, columns: 6, values: rows), parts: 3, iterations: 2000)
    #expect(found.unexplained < 1e-8)
    for (number, part) in parts.enumerated() {
      let distances = (0..<3).map { place in
        (0..<6).reduce(0) { $0 + abs(found.parts.values[6 * place + $1] - part[$1]) }
      }
      let place = try #require(distances.firstIndex { $0 < 1e-3 }, "\(part): \(distances)")
      for (row, weights) in weights.enumerated() {
        #expect(abs(found.weights.values[3 * row + place] - weights[number]) < 0.05)
      }
    }
  }

  @Test func moreUpdatesNeverMakeItWorse() {
    let values = (0..<(24 * 9)).map { Double(($0 * $0 * 31 + $0 * 17 + 5) % 1009) / 1009 }
    let rows = Matrix(rows: 24, columns: 9, values: values)
    var last = 1.0
    for iterations in [1, 2, 4, 8, 16, 64, 256] {
      let found = NonNegativeFactors(of: rows, parts: 4, iterations: iterations, seed: 5)
      #expect(found.unexplained <= last + 1e-12)
      #expect((found.parts.values + found.weights.values).allSatisfy { $0 >= 0 })
      last = found.unexplained
    }
    #expect(NonNegativeFactors(of: rows, parts: 4, seed: 5) == NonNegativeFactors(of: rows, parts: 4, seed: 5))
  }

  /// Of parts at right angles it is each row's share along them, and nothing where that is negative.
  @Test func otherRowsAreHeldAgainstTheParts() {
    let parts = Matrix(rows: 2, columns: 3, values: [0.6, 0.8, 0, 0, 0, 1])
    let rows = Matrix(rows: 3, columns: 3, values: [5, 0, 2, 3, 4, -7, 0, 0, 0])
    let weights = NonNegativeFactors.weights(of: rows, in: parts)
    for (found, expected) in zip(weights.values, [3, 2, 5, 0, 0, 0]) { #expect(abs(found - expected) < 1e-9) }
  }
}
