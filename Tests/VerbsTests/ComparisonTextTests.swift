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
      relativeActivation: Spread([0.5]), lines: Spread(shares), saturation: Spread([0.01]), lattice: Spread(shares),
      gradientLattice: Spread([0.1]),
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
    #expect(note([-0.03, -0.031, -0.029, -0.03]).contains("stand lower with 'blur'"))
    #expect(note([0.03, 0.031, 0.029, 0.03]).contains("stand higher with 'blur'"))
    #expect(note([-0.09, 0.02, -0.03, 0.01]).contains("no difference is shown over 4 objectives"))
    #expect(note([-0.03]).contains("One objective alone"))
  }

  @Test func manyLooksNeedMore() throws {
    let by = (0..<4).flatMap { place in
      [summary("naive", "\(place)", [0.05]), summary("blur", "\(place)", [0.04 - 0.004 * Double(place)])]
    }
    let (one, many) = (
      PairedDifference("blur", "naive", of: \.lines.mean, in: by, looks: 1),
      PairedDifference("blur", "naive", of: \.lines.mean, in: by, looks: 20)
    )
    let alone = try #require(one)
    let among = try #require(many)
    #expect(alone.isShown && !among.isShown && alone.objectives == 4)
    #expect(abs(among.chance - 20 * alone.chance) < 1e-12)
  }

  /// What is taught the lattice's own frequencies is ranked by what it leaves anywhere.
  @Test func cleanMeansNoLinesAnywhereAndNoSaturation() {
    func summary(_ name: String, line: Double, saturated: Double) -> Comparison.Summary {
      var summary = self.summary(name, nil, [0])
      (summary.lines, summary.saturation) = (Spread([line]), Spread([saturated]))
      return summary
    }
    let places = Comparison.places([
      summary("woven", line: 20, saturated: 0.2), summary("plain", line: 12, saturated: 0.01),
      summary("burnt", line: 12, saturated: 0.3),
    ])
    #expect(places == ["plain": 0.25, "woven": 1.5, "burnt": 1.25])
  }

  @Test func factorialsChangeOneSettingAtATime() throws {
    let (naive, all) = (try CompareSettings.Mitigation("naive"), try CompareSettings.Mitigation("all"))
    let design = CompareSettings.Mitigation.factorial([naive, all])
    #expect(
      design.map(\.name) == [
        "naive", "naive+parameterization", "naive+colour", "naive+transforms", "naive+penalties", "naive+gradient",
        "all",
      ])
    #expect(design[3].recipe.transforms == all.recipe.transforms)
    #expect(design[3].recipe.parameterization == naive.recipe.parameterization)
    #expect(design[4].recipe.relativePenalties && design[4].recipe.conditioning.isEmpty)
    // One factor by itself needs no variant.
    let jitter = try CompareSettings.Mitigation("jitter")
    #expect(CompareSettings.Mitigation.factorial([naive, jitter]).map(\.name) == ["naive", "jitter"])
  }
}
