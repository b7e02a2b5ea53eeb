import GinghamLattices
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
}
