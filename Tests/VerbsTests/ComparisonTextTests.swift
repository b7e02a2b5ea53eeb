import GinghamLattices
import GinghamSignals
import Testing

@testable import GinghamVerbs

@Suite struct ComparisonTextTests {
  private func bands(_ shares: [Int: Double]) -> [PooledBand] {
    shares.keys.sorted().map { period in
      PooledBand(
        period: period, runs: 3, share: shares[period] ?? 0, null: 0.001, standardErrors: 5, verdict: .artifact)
    }
  }

  @Test func bandsAreToldAsMultiplesOfNoise() {
    #expect(PooledBand.text(bands([2: 0.005])) == "2 (5×)")
    #expect(PooledBand.text(bands([2: 0.0293, 4: 0.00342])) == "2 (29×), 4 (3.4×)")
    #expect(PooledBand.text([]) == "none")
    #expect(PooledBand.phrase([]) == "no band of it")
  }

  private func summary(_ mitigation: String, _ objective: String?, _ shares: [Double]) -> Comparison.Summary {
    Comparison.Summary(
      mitigation: mitigation, objective: objective, runs: shares.count, activation: Spread(shares),
      relativeActivation: Spread([0.5]), lattice: Spread(shares), gradientLattice: Spread([0.1]),
      totalVariation: Spread([0.1]), spectrumDistance: Spread([0.1]), seconds: Spread([Double]()), artifactShare: 0,
      bands: [])
  }

  private func note(_ differences: [Double]) -> String {
    let places = differences.indices.map { "layer:\($0)" }
    let by =
      places.map { summary("naive", $0, [0.05, 0.06]) }
      + zip(places, differences).map { summary("blur", $0, [0.05 + $1, 0.06 + $1]) }
    let shares = differences.map { 0.055 + $0 }
    return Comparison.note(
      [summary("naive", nil, [0.05, 0.06]), summary("blur", nil, shares)], byObjective: by)
  }

  /// Objectives are what was looked at; more seeds of them are not more evidence.
  @Test func onlyWhatATestSupportsIsSaid() {
    #expect(note([-0.03, -0.031, -0.029, -0.03]).contains("Less on the lattice's own frequencies"))
    #expect(note([0.03, 0.031, 0.029, 0.03]).contains("More is left by 'blur'"))
    #expect(note([-0.09, 0.02, -0.03, 0.01]).contains("no difference is shown over 4 objectives"))
    #expect(note([-0.03]).contains("One objective alone"))
  }

  @Test func manyLooksNeedMore() throws {
    let by = (0..<4).flatMap { place in
      [summary("naive", "\(place)", [0.05]), summary("blur", "\(place)", [0.04 - 0.004 * Double(place)])]
    }
    let alone = try #require(PairedDifference("blur", "naive", in: by, looks: 1))
    let among = try #require(PairedDifference("blur", "naive", in: by, looks: 20))
    #expect(alone.isShown && !among.isShown && alone.objectives == 4)
    #expect(abs(among.chance - 20 * alone.chance) < 1e-12)
  }
}
