import GinghamSignals
import Testing

@testable import GinghamLattices
@testable import GinghamVerbs

/// What is called learned.
@Suite struct RandomTwinsTests {
  private func lattice(_ bands: [Int: Double], error: Double = 0) -> LatticeFinding {
    LatticeFinding(
      period: 8, cv2: 0, cv2Corrected: 0, maxMin: nil, deadShare: 0, effectivePhases: 1, topPhaseShare: 1, index: 0,
      bands: bands.keys.sorted().map {
        .init(
          period: $0, cv2: bands[$0] ?? 0, cv2Corrected: bands[$0] ?? 0, standardError: error, predicted: nil,
          ratio: nil, layer: nil, verdict: .clean)
      }, controls: [], inputs: 1)
  }

  private func twins(_ measured: Double, _ values: [Double], error: Double = 0) -> RandomTwins.Band? {
    RandomTwins(of: lattice([4: measured], error: error), twins: values.map { lattice([4: $0]) }, seed: 0).bands.first
  }

  @Test func aTwinsValueIsNothingLearned() throws {
    let values = [0.10, 0.12, 0.08, 0.11, 0.09]
    let band = try #require(twins(0.115, values))
    #expect(band.outcome == .nothing)
    // Mean 0.1, deviation √(0.001/4).
    #expect(abs((band.ratio ?? 0) - 1.15) < 1e-9)
    #expect(abs((band.ratioDeviation ?? 0) - 1.15 * 0.00025.squareRoot() / 0.1) < 1e-9)
    // t = 0.015/(0.0158114·√1.2) = 0.866 of 4 degrees of freedom: 0.435 both ways.
    #expect(abs((band.chance ?? 0) - 0.4353) < 0.001)
  }

  @Test func whatLiesBeyondTheirSpreadIs() throws {
    let values = [0.10, 0.12, 0.08, 0.11, 0.09]
    #expect(try #require(twins(0.2, values)).outcome == .amplified)
    #expect(try #require(twins(0.02, values)).outcome == .compensated)
    // An error of its own as large as the difference.
    #expect(try #require(twins(0.2, values, error: 0.1)).outcome == .nothing)
  }

  @Test func nothingHasNoRatio() throws {
    let faint = try #require(twins(0.001, [0.0005, -0.0004, 0.0001]))
    #expect(faint.outcome == .absent && faint.ratio == nil && faint.chance == nil)
    // Training made a band that random weights do not have: no ratio, but something learned.
    let made = try #require(twins(0.05, [0.0005, -0.0004, 0.0001]))
    #expect(made.outcome == .amplified && made.ratio == nil)
  }
}
