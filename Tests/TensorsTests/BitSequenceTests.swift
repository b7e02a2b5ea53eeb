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

  /// The published stream of SplitMix64 from state 0: without a name nothing but the seed is the state.
  @Test func oneAfterTheOtherTheWordsAreThoseOfSplitMix() {
    var generator = SeededGenerator(seed: 0, name: "")
    let words = (0..<3).map { _ in generator.next() }
    #expect(words == [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F])
  }
}
