import Testing

@testable import GinghamLattices

@Suite struct PooledBandTests {
  private func finding(_ shares: [Int: Double]) -> PictureLatticeFinding {
    PictureLatticeFinding(
      bands: shares.keys.sorted().map { period in
        PictureLatticeFinding.Band(
          period: period, share: shares[period] ?? 0, null: 0.001, control: 0.001, controlPeriod: 3,
          peakDecibels: nil, peakFrequency: nil, evenDecibels: nil, chance: nil, fScore: nil, verdict: .clean)
      }, controls: [], skippedPeriods: [], maps: 3, isConstant: false)
  }

  @Test func aBandTooFaintForOnePictureShowsWhenAllHaveIt() throws {
    let bands = PooledBand.bands(of: [0.004, 0.005, 0.006].map { finding([2: $0]) })
    let band = try #require(bands.first)
    #expect(bands.count == 1)
    #expect(band.verdict == .artifact)
    #expect(abs(band.timesNoise - 5) < 1e-9)
    // Deviation 0.001 over three: (0.005 − 0.001)/(0.001/√3).
    #expect(abs((band.standardErrors ?? 0) - 4 * 3.0.squareRoot()) < 1e-9)
  }

  /// Seeds of one objective are not evidence of their own.
  @Test func picturesOfAGroupCountOnce() throws {
    let shares = [("a", 0.010), ("a", 0.010), ("a", 0.010), ("b", 0.002), ("b", 0.002), ("b", 0.002)]
    let band = try #require(
      PooledBand.bands(of: shares.map { (group: $0.0, finding: finding([2: $0.1])) }).first)
    // Two means, 0.009 and 0.001 beyond noise: 0.005/(0.00566/√2).
    #expect(abs((band.standardErrors ?? 0) - 1.25) < 1e-9)
    #expect(band.runs == 6 && band.verdict == .clean)
  }

  @Test func oneLoudPictureAmongQuietOnesIsNoBand() {
    let bands = PooledBand.bands(of: [0.05, 0.0005, 0.0005, 0.0005].map { finding([2: $0]) })
    #expect(bands.map(\.verdict) == [.clean])
  }

  @Test func aSteadyExcessBelowTwiceNoiseIsNoBand() {
    #expect(PooledBand.bands(of: [0.0018, 0.0019, 0.0017].map { finding([4: $0]) }).map(\.verdict) == [.clean])
  }

  @Test func periodsAreCountedWhereTheyWereMeasured() {
    let bands = PooledBand.bands(of: [finding([2: 0.01, 4: 0.02]), finding([2: 0.03]), nil])
    #expect(bands.map(\.period) == [2, 4])
    #expect(bands.map(\.runs) == [2, 1])
    #expect(bands[0].share == 0.02)
    // One picture has no spread, and so no verdict.
    #expect(bands[1].verdict == .clean)
  }
}
