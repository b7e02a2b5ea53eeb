import Foundation
import GinghamTensors
import GinghamTestSupport
import Testing

@testable import GinghamLattices

@Suite struct PhaseTableTests {
  /// Σ over the lattice bins of |F(k)|² and over all bins but zero, by the plain double sum.
  private func latticeShare(_ map: Plane, period: Int) -> Double {
    var (lattice, total) = (0.0, 0.0)
    for k in 0..<map.height {
      for l in 0..<map.width where k != 0 || l != 0 {
        var (real, imaginary) = (0.0, 0.0)
        for y in 0..<map.height {
          for x in 0..<map.width {
            let angle = 2 * Double.pi * (Double(k * y) / Double(map.height) + Double(l * x) / Double(map.width))
            real += map[y, x] * cos(angle)
            imaginary -= map[y, x] * sin(angle)
          }
        }
        let power = real * real + imaginary * imaginary
        total += power
        if (k * period).isMultiple(of: map.height), (l * period).isMultiple(of: map.width) { lattice += power }
      }
    }
    return lattice / total
  }

  @Test func varianceOfPhaseMeansIsTheSpectrumOnTheLattice() throws {
    var noise = Noise(seed: 1)
    for period in [2, 3, 4, 6] {
      for (rows, columns) in [(2, 3), (3, 2), (4, 1)] {
        let map = noise.plane(rows * period, columns * period)
        let energy = try SignedLatticeEnergy(of: map, lattice: Lattice(period: period))
        #expect(isClose(energy.share, latticeShare(map, period: period)))
        #expect(isClose(energy.bands.values.reduce(0, +), energy.share))
      }
    }
  }

  @Test func bandsSumToTheUnevenness() throws {
    var noise = Noise(seed: 2)
    for period in [2, 5, 8, 12, 32, 64] {
      let map = noise.plane(2 * period + 3, 3 * period + 1).squared
      let unevenness = Unevenness(of: try PhaseTable(means: map, lattice: Lattice(period: period)))
      #expect(isClose(unevenness.bands.values.reduce(0, +), unevenness.cv2))
      #expect(unevenness.cv2 >= 0 && unevenness.cv2 <= Double(period * period - 1))
      #expect(isClose(unevenness.effectivePhases * (1 + unevenness.cv2), Double(period * period)))
      #expect(isClose(unevenness.index * Double(period * period - 1), unevenness.cv2))
    }
  }

  @Test func axesMultiplyForSeparableEnergies() throws {
    var noise = Noise(seed: 3)
    for period in [2, 3, 4, 7, 16] {
      let vertical = (0..<period).map { _ in Double.random(in: 0...1, using: &noise) }
      let horizontal = (0..<period).map { _ in Double.random(in: 0...1, using: &noise) }
      func axis(_ values: [Double]) throws -> Double {
        Unevenness(
          of: PhaseTable(
            lattice: try Lattice(period: period), values: values.flatMap { [Double](repeating: $0, count: period) })
        ).cv2
      }
      let both = PhaseTable(
        lattice: try Lattice(period: period), values: vertical.flatMap { v in horizontal.map { v * $0 } })
      let expected = try (1 + axis(vertical)) * (1 + axis(horizontal)) - 1
      #expect(isClose(Unevenness(of: both).cv2, expected))
    }
  }

  @Test func aSinglePhaseIsAllTheUnevennessThereCanBe() throws {
    for period in [2, 4, 9] {
      var values = [Double](repeating: 0, count: period * period)
      values[period + 1] = 3
      let unevenness = Unevenness(of: PhaseTable(lattice: try Lattice(period: period), values: values))
      #expect(isClose(unevenness.cv2, Double(period * period - 1)))
      #expect(isClose(unevenness.index, 1))
      #expect(isClose(unevenness.effectivePhases, 1))
      #expect(unevenness.maxMin == nil)
      #expect(isClose(unevenness.topPhaseShare, 1))
      #expect(isClose(unevenness.deadShare, 1 - 1 / Double(period * period)))
    }
  }

  @Test func nothingIsEvenAndDividesByNothing() throws {
    let unevenness = Unevenness(of: PhaseTable(lattice: try Lattice(period: 4), values: .init(repeating: 0, count: 16)))
    #expect(unevenness.cv2 == 0 && unevenness.maxMin == 1 && unevenness.deadShare == 0)
    let energy = try SignedLatticeEnergy(of: Plane(height: 9, width: 9, repeating: 0.3), lattice: Lattice(period: 4))
    #expect(energy.share == 0 && energy.fScore == 0)
  }

  @Test func whiteNoiseHasTheNullShareAndScoresOne() throws {
    var noise = Noise(seed: 4)
    for (period, height, width) in [(2, 12, 16), (4, 16, 16), (3, 15, 13)] {
      let draws = 3000
      var (share, score) = (0.0, 0.0)
      var null = 0.0
      for _ in 0..<draws {
        let energy = try SignedLatticeEnergy(of: noise.plane(height, width), lattice: Lattice(period: period))
        share += energy.share / Double(draws)
        score += (energy.fScore ?? 0) / Double(draws)
        null = energy.null
      }
      // Standard error of the mean share: about √(2/((S²−1)·draws)) of it.
      let bins = Double(period * period - 1)
      #expect(abs(share / null - 1) < 4 * (2 / bins / Double(draws)).squareRoot())
      let within = Double((height / period) * (width / period) * period * period) - bins - 1
      #expect(abs(score * (within - 2) / within - 1) < 5 * (2 / bins / Double(draws)).squareRoot())
    }
  }

  @Test func theHighPassKeepsTheLatticeAndDropsSlowContent() throws {
    let period = 4
    let filter = try TriangleFilter(period: period)
    #expect(isClose(filter.taps.reduce(0, +), 1))
    let grid = Plane(height: 40, width: 36) { y, x in Double((y * 7 + x * 3) % 4) - 1.5 }
    let zeroMean = Plane(height: 40, width: 36) { y, x in grid[y % 4, x % 4] }
    let average = PhaseTable(lattice: try Lattice(period: 4), values: zeroMean.crop(rows: 0..<4, columns: 0..<4).values)
      .mean
    let kept = try #require(filter.highPassed(zeroMean))
    for y in 0..<kept.height {
      for x in 0..<kept.width { #expect(isClose(kept[y, x], zeroMean[y + 4, x + 4] - average, 1e-12)) }
    }
    // A plane's slope is smoothed into itself.
    let slope = Plane(height: 20, width: 20) { y, x in 3 + 0.5 * Double(y) - 0.25 * Double(x) }
    let nothing = try #require(filter.highPassed(slope))
    #expect(nothing.values.allSatisfy { abs($0) < 1e-12 })
    #expect(filter.highPassed(Plane(height: 8, width: 30)) == nil)
  }

  @Test func theTriangleFilterIsTheConvolutionWithItsTaps() throws {
    var noise = Noise(seed: 5)
    for period in [1, 2, 3, 5] {
      let filter = try TriangleFilter(period: period)
      let map = noise.plane(7, 9)
      let taps = filter.taps
      for border in [Border.zero, .reflect] {
        let smooth = filter.smoothed(map, border: border)
        func value(_ y: Int, _ x: Int) -> Double {
          func fold(_ position: Int, _ extent: Int) -> Int? {
            if border == .zero { return (0..<extent).contains(position) ? position : nil }
            let p = abs(position)
            return p < extent ? p : 2 * (extent - 1) - p
          }
          guard let row = fold(y, 7), let column = fold(x, 9) else { return 0 }
          return map[row, column]
        }
        for y in 0..<7 {
          for x in 0..<9 {
            var sum = 0.0
            for i in taps.indices {
              for j in taps.indices { sum += taps[i] * taps[j] * value(y + i - period + 1, x + j - period + 1) }
            }
            #expect(isClose(smooth[y, x], sum))
          }
        }
      }
    }
  }
}
