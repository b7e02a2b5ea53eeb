import Testing

@testable import GinghamLattices

@Suite struct LatticeTests {
  @Test func bandSizesCountTheFrequenciesOfEachExactPeriod() throws {
    #expect(Lattice.bandSize(ofPeriod: 2) == 3)
    #expect(Lattice.bandSize(ofPeriod: 3) == 8)
    #expect(Lattice.bandSize(ofPeriod: 4) == 12)
    for period in 2...40 {
      let lattice = try Lattice(period: period)
      var counted: [Int: Int] = [:]
      for row in 0..<period {
        for column in 0..<period where row != 0 || column != 0 {
          counted[lattice.exactPeriod(row: row, column: column), default: 0] += 1
        }
      }
      #expect(counted.keys.sorted() == lattice.bandPeriods)
      for (band, count) in counted { #expect(Lattice.bandSize(ofPeriod: band) == count) }
    }
  }

  @Test func controlsShareNoFactorWithTheStrides() {
    #expect(Lattice.controls(for: [2, 4, 8]) == [3, 5, 7])
    #expect(Lattice.controls(for: [3, 6]) == [5, 7, 11])
    #expect(Lattice.nearestControl(to: 2, among: [2, 4]) == 3)
    #expect(Lattice.nearestControl(to: 4, among: [2, 4]) == 3)
    #expect(Lattice.nearestControl(to: 32, among: [2, 4, 8, 16, 32]) == 31)
    #expect(Lattice.nearestControl(to: 6, among: [3, 6]) == 5)
  }

  @Test func periodsOutOfRangeAreRefused() {
    for period in [-4, 0, 1, 1025, .max] {
      #expect(throws: ArtifactError.self) { try Lattice(period: period) }
    }
  }
}
