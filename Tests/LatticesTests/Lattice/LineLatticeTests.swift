import Foundation
import GinghamSignals
import GinghamTensors
import GinghamTestSupport
import Testing

@testable import GinghamLattices

/// Lattices of one axis, against sums written out.
@Suite struct LineLatticeTests {
  /// Euler's totient, counted.
  @Test func bandsHoldTheFractionsInLowestTerms() {
    for period in 2...40 {
      let coprime = (1..<period).filter { number in
        (2...period).allSatisfy { !(number.isMultiple(of: $0) && period.isMultiple(of: $0)) }
      }
      #expect(Lattice.bandSize(ofPeriod: period, isLine: true) == coprime.count, "\(period)")
    }
  }

  @Test func phasesAreEveryPthSample() throws {
    let line = Plane(height: 1, width: 14) { _, x in Double(x * x) }
    let table = try PhaseTable(means: line, lattice: Lattice(period: 4, isLine: true))
    // Twelve samples are whole lattices.
    #expect(table.values == (0..<4).map { phase in stride(from: phase, to: 12, by: 4).map { Double($0 * $0) }.mean })
    #expect(isClose(table.bands.values.reduce(0, +), table.variance))
    // Half the lattice's period: cos(πx) alone.
    let half = Plane(height: 1, width: 16) { _, x in x.isMultiple(of: 2) ? 1 : -1 }
    let bands = try PhaseTable(means: half, lattice: Lattice(period: 8, isLine: true)).bands
    #expect(bands == [2: 1, 4: 0, 8: 0])
  }

  /// tri_S along the samples: f less the convolution with (1, 2, … S, … 1)/S².
  @Test(arguments: [1, 2, 3, 4, 8]) func highPassesAlongTheSamples(period: Int) throws {
    var noise = Noise(seed: 4)
    let line = noise.plane(1, 90)
    let filter = try TriangleFilter(period: period)
    let detail = try #require(filter.highPassed(line))
    #expect(detail.height == 1 && detail.width == 90 - 2 * period)
    for x in 0..<detail.width {
      let smooth = filter.taps.enumerated().reduce(0) { $0 + $1.element * line[0, x + $1.offset + 1] }
      #expect(isClose(detail[0, x], line[0, x + period] - smooth, 1e-12))
    }
    var cascade = DetailCascade(of: line, filter: filter)
    try cascade.doublePeriod()
    let twice = try #require(try TriangleFilter(period: 2 * period).highPassed(line))
    var found: [Double] = []
    cascade.forEachRow { row, values in
      if row == 0 { found = (0..<twice.width).map { Double(values[$0]) } }
    }
    #expect(zip(found, twice.values).allSatisfy { isClose($0, $1, 1e-5) })
  }

  @Test func whiteNoiseHasWhatIsExpectedOfIt() throws {
    var noise = Noise(seed: 5)
    let lattice = try Lattice(period: 8, isLine: true)
    let shares = try (0..<400).map { _ in try SignedLatticeEnergy(of: noise.plane(1, 512), lattice: lattice) }
    #expect(isClose(shares[0].null, 7.0 / 511) && isClose(shares[0].null(ofBand: 8), 4.0 / 511))
    let mean = shares.map { $0.bands[8] ?? 0 }.mean
    #expect(abs(mean - 4.0 / 511) < 0.1 * 4 / 511)
  }

  /// The chance that is stated of a peak in white noise is how often it is reached.
  @Test(arguments: [2, 4]) func chancesOfPeaksAreTheirs(period: Int) throws {
    var noise = Noise(seed: 6)
    let lattice = try Lattice(period: period, isLine: true)
    let chances = (0..<2000).compactMap { _ in
      SpectralPeaks(of: noise.plane(1, 512), lattice: lattice).highest(ofBand: period)?.chance
    }
    #expect(chances.count == 2000)
    let below = Double(chances.count { $0 < 0.05 }) / 2000
    #expect((0.03...0.07).contains(below), "\(below)")
  }

  @Test func gradientsOfSignalsAreMeasuredAlongTheirSamples() throws {
    var noise = Noise(seed: 7)
    var lattice = try GradientLattice(period: 4, isLine: true, border: 4)
    for _ in 0..<50 {
      // Every fourth sample twice as strong.
      let values = (0..<256).map { Float(noise.normal()) * ($0.isMultiple(of: 4) ? 2 : 1) }
      try lattice.add(Tensor([1, 1, 1, 256], values))
    }
    let finding = try lattice.finding()
    // Energies 4, 1, 1, 1: mean 7/4, variance 27/16.
    #expect(abs(finding.cv2Corrected - 27.0 / 49) < 0.05)
    #expect(finding.verdict == .artifact && finding.bands.map(\.period) == [2, 4])
    #expect(finding.controls.allSatisfy { abs($0.cv2Corrected) < 0.02 })
  }

  @Test func fastLengthsAreTheLargestWithoutPrimesAboveFive() {
    for limit in 1...600 {
      func isFast(_ number: Int) -> Bool {
        var rest = number
        for prime in [2, 3, 5] { while rest.isMultiple(of: prime) { rest /= prime } }
        return rest == 1
      }
      #expect(FourierTransform.fastLength(atMost: limit) == (1...limit).last(where: isFast))
    }
  }
}
