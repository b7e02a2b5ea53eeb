import Foundation
import GinghamTestSupport
import Testing

@testable import GinghamLattices

@Suite struct SpectralPeakTests {
  @Test func whiteNoiseFollowsTheNull() throws {
    var noise = Noise(seed: 6)
    for period in [2, 4] {
      let lattice = try Lattice(period: period)
      var chances: [Bool: [Double]] = [:]
      for _ in 0..<1500 {
        for peak in SpectralPeaks(of: noise.plane(32, 40), lattice: lattice).peaks {
          chances[peak.isSelfConjugate, default: []].append(peak.chance)
        }
      }
      // Chances of a true null are uniform: Kolmogorov's distance stays below 1.95/√n (one in a thousand).
      for (isSelfConjugate, found) in chances {
        let sorted = found.sorted()
        let distance = sorted.enumerated().map { abs(Double($0 + 1) / Double(sorted.count) - $1) }.max() ?? 1
        #expect(distance < 1.95 / Double(sorted.count).squareRoot(), "self-conjugate: \(isSelfConjugate)")
      }
      #expect(chances[true]?.isEmpty == false)
    }
  }

  @Test func everyFrequencyOfTheLatticeAppearsOnceWithItsImage() throws {
    var noise = Noise(seed: 7)
    for period in [2, 3, 4, 6, 8] {
      let peaks = SpectralPeaks(of: noise.plane(8 * period, 9 * period), lattice: try Lattice(period: period)).peaks
      let whole = peaks.reduce(0) { $0 + ($1.isSelfConjugate ? 1 : 2) }
      #expect(whole == period * period - 1)
    }
  }

  @Test func powersAddUpToTheBandShare() throws {
    var noise = Noise(seed: 8)
    let map = noise.plane(48, 48)
    let lattice = try Lattice(period: 4)
    let energy = try SignedLatticeEnergy(of: map, lattice: lattice)
    let peaks = SpectralPeaks(of: map, lattice: lattice).peaks
    for band in [2, 4] {
      let sum = peaks.filter { $0.exactPeriod == band }.reduce(0) { $0 + $1.power * ($1.isSelfConjugate ? 1 : 2) }
      #expect(isClose(sum, energy.bands[band] ?? 0, 1e-5))
    }
  }

  @Test func aCheckerboardStandsOutWhereItIs() throws {
    var noise = Noise(seed: 9)
    var map = noise.plane(64, 64)
    for y in 0..<64 {
      for x in 0..<64 { map[y, x] += (y + x).isMultiple(of: 2) ? 1 : -1 }
    }
    let peak = try #require(SpectralPeaks(of: map, lattice: Lattice(period: 2)).highest(ofBand: 2))
    #expect(peak.row == 1 && peak.column == 1)
    // N·A² over noise of variance 1 a bin.
    #expect(abs(peak.ratio / 4096 - 1) < 0.5)
    #expect(peak.chance < 1e-12)
  }
}
