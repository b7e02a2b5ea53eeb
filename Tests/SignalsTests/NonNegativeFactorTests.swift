import GinghamSignals
import Testing

@Suite struct NonNegativeFactorTests {
  /// Parts on columns of their own, each of which some row has alone, are the only ones, but for their order.
  @Test func partsOfTheirOwnAreFound() throws {
    let third = 1.0 / 3
    let parts: [[Double]] = [[0.6, 0.8, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0], [0, 0, 0, 2 * third, third, 2 * third]]
    var rows: [Double] = []
    for row in 0..<30 {
      for column in 0..<6 {
        var sum = 0.0
        for part in 0..<3 { sum += weight(row, part) * parts[part][column] }
        rows.append(sum)
      }
    }
    let found = NonNegativeFactors(of: Matrix(rows: 30, columns: 6, values: rows), parts: 3, iterations: 20_000)
    #expect(found.unexplained < 1e-6)
    for (number, part) in parts.enumerated() {
      let place = try #require((0..<3).first { distance(found, $0, from: part) < 0.01 })
      for row in 0..<30 { #expect(abs(found.weights.values[3 * row + place] - weight(row, number)) < 0.1) }
    }
  }

  private func weight(_ row: Int, _ part: Int) -> Double {
    row < 6 ? (row / 2 == part ? 9 : 0) : Double((row * 7 + part * part * 11) % 13)
  }

  private func distance(_ found: NonNegativeFactors, _ place: Int, from part: [Double]) -> Double {
    var sum = 0.0
    for column in part.indices { sum += abs(found.parts.values[part.count * place + column] - part[column]) }
    return sum
  }

  @Test func moreUpdatesNeverMakeItWorse() {
    var rows = randomMatrix(rows: 24, columns: 9)
    for index in rows.values.indices { rows.values[index] += 1 }
    var last = 1.0
    for iterations in [1, 2, 4, 8, 16, 64, 256] {
      let found = NonNegativeFactors(of: rows, parts: 4, iterations: iterations, seed: 5)
      #expect(found.unexplained <= last + 1e-12)
      #expect(found.parts.values.allSatisfy { $0 >= 0 })
      #expect(found.weights.values.allSatisfy { $0 >= 0 })
      last = found.unexplained
    }
    #expect(NonNegativeFactors(of: rows, parts: 4, seed: 5) == NonNegativeFactors(of: rows, parts: 4, seed: 5))
  }

  /// Of parts at right angles it is each row's share along them, and nothing where that is negative.
  @Test func otherRowsAreHeldAgainstTheParts() {
    let parts = Matrix(rows: 2, columns: 3, values: [0.6, 0.8, 0, 0, 0, 1])
    let rows = Matrix(rows: 3, columns: 3, values: [5, 0, 2, 3, 4, -7, 0, 0, 0])
    let expected: [Double] = [3, 2, 5, 0, 0, 0]
    let weights = NonNegativeFactors.weights(of: rows, in: parts)
    for (found, expected) in zip(weights.values, expected) { #expect(abs(found - expected) < 1e-9) }
  }
}
