import Foundation
import GinghamArchitectures
import GinghamTensors
import Testing

@Suite struct NormalSequenceTests {
  struct Case: Decodable, Sendable {
    let seed: UInt64
    let name: String
    let values: [Double]
  }

  private func numbers(_ count: Int, seed: UInt64, name: String = "") -> [Float] {
    Tensor([count]) { NormalSequence(seed: seed, name: name).fill($0) }.scalars
  }

  @Test func numbersAreTheInverseDistributionOfTheSequencesBits() throws {
    for sequence in try Golden.json([Case].self, "normal_sequence") {
      let numbers = numbers(sequence.values.count, seed: sequence.seed, name: sequence.name)
      for (number, expected) in zip(numbers, sequence.values) {
        #expect(abs(Double(number) - expected) <= 2e-6 * max(1, abs(expected)))
      }
    }
  }

  @Test func aMillionNumbersFollowTheNormalDistribution() {
    let sorted = numbers(1_000_000, seed: 7).map(Double.init).sorted()
    let count = Double(sorted.count)
    let distance =
      sorted.enumerated().map { index, z in
        let probability = 0.5 * erfc(-z / 2.0.squareRoot())
        return max(abs(probability - Double(index) / count), abs(probability - Double(index + 1) / count))
      }.max() ?? 1
    // Kolmogorov–Smirnov at the level of 0.1 %.
    #expect(distance < 1.95 / count.squareRoot())
  }

  @Test func aStretchDoesNotDependOnTheLengthAroundIt() {
    let long = numbers(200_003, seed: 3, name: "weight")
    for count in [1, 7, 8, 9, 65_537] {
      #expect(numbers(count, seed: 3, name: "weight") == Array(long.prefix(count)))
    }
  }

  @Test func seedsAndNamesGiveUnrelatedSequences() {
    let sequences = [(0, "a"), (1, "a"), (0, "b")].map { numbers(100_000, seed: $0.0, name: $0.1).map(Double.init) }
    for (i, j) in [(0, 1), (0, 2), (1, 2)] {
      let correlation = zip(sequences[i], sequences[j]).map(*).reduce(0, +) / 100_000
      #expect(abs(correlation) < 4 / 100_000.0.squareRoot())
    }
  }
}
