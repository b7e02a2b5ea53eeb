import GinghamTensors
import Testing

@testable import GinghamSignals

@Suite struct CorrelationTests {
  @Test func ranksShareTies() throws {
    #expect(ranks([3, 1, 3, 0]) == [2.5, 1, 2.5, 0])
    #expect(abs(try #require(rankCorrelation([1, 2, 3, 4], [1, 8, 27, 64])) - 1) < 1e-12)
    #expect(abs(try #require(rankCorrelation([1, 2, 3, 4], [4, 3, 2, 1])) + 1) < 1e-12)
    // 1 − 6·Σd²/(n(n² − 1)) with d = 0, 1, 1, 0.
    #expect(abs(try #require(rankCorrelation([1, 2, 3, 4], [1, 3, 2, 4])) - 0.8) < 1e-12)
    #expect(rankCorrelation([1, 1, 1], [1, 2, 3]) == nil)
  }

  /// Two numbers that both follow a third one have nothing left once it is held fixed.
  @Test func aCommonCauseIsTakenOut() throws {
    var noise = [Float](repeating: 0, count: 900)
    noise.withUnsafeMutableBufferPointer { NormalSequence(seed: 8, name: "cause").fill($0) }
    let cause = noise[0..<300].map(Double.init)
    let a = zip(cause, noise[300..<600]).map { $0 + Double($1) }
    let b = zip(cause, noise[600..<900]).map { $0 + Double($1) }
    #expect(try #require(rankCorrelation(a, b)) > 0.35)
    #expect(abs(try #require(partialRankCorrelation(a, b, given: cause))) < 0.15)
  }
}
