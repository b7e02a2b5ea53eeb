import GinghamTensors
import Testing

@testable import GinghamAdversarialProbing

@Suite struct EstimateTests {
  /// Of normal numbers and of lognormal ones, whose intervals are the harder to draw.
  @Test(arguments: [(5, 0.92), (14, 0.93)]) func intervalsCoverWhatTheySay(count: Int, least: Double) throws {
    var covered = 0
    let trials = 500
    for trial in 0..<trials {
      let values = Tensor([count]) { NormalSequence(seed: UInt64(trial), name: "values").fill($0) }.scalars
      let estimate = try #require(Estimate(values.map(Double.init), seed: UInt64(trial), resamples: 600))
      if estimate.lower <= 0 && 0 <= estimate.upper { covered += 1 }
    }
    #expect(Double(covered) / Double(trials) >= least && covered < trials)
  }

  @Test func littleHasItsRange() throws {
    let one = try #require(Estimate([3]))
    #expect((one.mean, one.lower, one.upper) == (3, 3, 3))
    let same = try #require(Estimate([2, 2, 2, 2]))
    #expect((same.mean, same.lower, same.upper) == (2, 2, 2))
    let two = try #require(Estimate([1, 2]))
    #expect((two.mean, two.lower, two.upper) == (1.5, 1, 2))
    #expect(Estimate([]) == nil)
  }
}
