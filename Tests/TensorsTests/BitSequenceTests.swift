import GinghamTensors
import Testing

@Suite struct BitSequenceTests {
  @Test func integersBelowABoundAreEquallyLikely() {
    let bits = BitSequence(seed: 3, name: "dice")
    var counts = [Int](repeating: 0, count: 6)
    for index in 0..<60_000 { counts[bits.integer(index, below: 6)] += 1 }
    // χ² with 5 degrees of freedom lies below 20.5 in 999 of 1000 cases.
    let statistic = counts.reduce(0.0) { $0 + (Double($1) - 10_000) * (Double($1) - 10_000) / 10_000 }
    #expect(statistic < 20.5)
    #expect((0..<100).allSatisfy { bits.integer($0, below: 1) == 0 })
  }

  @Test func seedAndNameSetSequencesApart() {
    let words = [(0, "a"), (1, "a"), (0, "b")].map { BitSequence(seed: $0.0, name: $0.1)[7] }
    #expect(Set(words).count == 3)
    #expect(BitSequence(seed: 0, name: "a")[7] == words[0])
  }
}
