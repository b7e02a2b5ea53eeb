import GinghamLattices
import GinghamSignals
import GinghamTensors
import Testing

@testable import GinghamDiagnosis

@Suite struct KernelDistanceTests {
  private func normal(_ seed: UInt64, _ name: String, rows: Int, mean: Double, columns: Int = 1) -> Matrix {
    var values = [Float](repeating: 0, count: rows * columns)
    values.withUnsafeMutableBufferPointer { NormalSequence(seed: seed, name: name).fill($0, deviation: 1) }
    return Matrix(rows: rows, columns: columns, values: values.map { mean + Double($0) })
  }

  /// The definition, pair by pair.
  @Test func allPairsButOneselfCount() throws {
    let (first, second) = (normal(1, "a", rows: 7, mean: 0, columns: 3), normal(2, "b", rows: 5, mean: 0.7, columns: 3))
    func kernel(_ a: Matrix, _ i: Int, _ b: Matrix, _ j: Int) -> Double {
      let dot = (0..<3).reduce(0) { $0 + a.values[3 * i + $1] * b.values[3 * j + $1] }
      return (dot / 3 + 1) * (dot / 3 + 1) * (dot / 3 + 1)
    }
    func mean(_ a: Matrix, _ b: Matrix, same: Bool) -> Double {
      var (sum, count) = (0.0, 0.0)
      for i in 0..<a.rows {
        for j in 0..<b.rows where !same || i != j { (sum, count) = (sum + kernel(a, i, b, j), count + 1) }
      }
      return sum / count
    }
    let expected =
      mean(first, first, same: true) + mean(second, second, same: true) - 2 * mean(first, second, same: false)
    let found = try KernelDistance(between: first, and: second)
    #expect(abs(found.distance - expected) < 1e-10)
    #expect(found.samples == [7, 5])
  }

  /// In one dimension E k = m₃m₃′ + 3m₂m₂′ + 3m₁m₁′ + 1 in the moments: 3.578 for N(0, 1) and N(½, 1), without bias at 40
  /// samples; and the error printed is the deviation between draws.
  @Test func gaussiansHaveTheirClosedForm() throws {
    let found = try (0..<200).map { seed in
      try KernelDistance(
        between: normal(UInt64(seed), "x", rows: 40, mean: 0), and: normal(UInt64(seed), "y", rows: 40, mean: 0.5))
    }
    let spread = Spread(found.map(\.distance))
    let (mean, deviation) = (spread.mean ?? 0, spread.deviation ?? 0)
    #expect(abs(mean - 3.578) < 3 * deviation / 200.0.squareRoot())
    let errors = found.map(\.standardError).reduce(0, +) / 200
    #expect(errors > 0.6 * deviation && errors < 1.6 * deviation)
    let alike = try (0..<200).map { seed in
      try KernelDistance(
        between: normal(UInt64(seed), "x", rows: 40, mean: 0), and: normal(UInt64(seed), "z", rows: 40, mean: 0)
      ).distance
    }
    let none = Spread(alike)
    #expect(abs(none.mean ?? 9) < 3 * (none.deviation ?? 0) / 200.0.squareRoot())
  }

  @Test func whatCannotBeComparedIsRefused() {
    let set = normal(1, "a", rows: 5, mean: 0)
    #expect(throws: ArtifactError.self) { try KernelDistance(between: set, and: normal(1, "b", rows: 3, mean: 0)) }
    #expect(throws: ArtifactError.self) {
      try KernelDistance(between: set, and: normal(1, "b", rows: 5, mean: 0, columns: 2))
    }
  }

  @Test func largeSetsAreSpreadOver() throws {
    let large = normal(1, "a", rows: KernelDistance.mostSamples + 500, mean: 0)
    #expect(try KernelDistance(between: large, and: normal(2, "b", rows: 50, mean: 0)).samples == [2000, 50])
  }
}
