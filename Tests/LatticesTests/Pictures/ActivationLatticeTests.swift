import GinghamLattices
import GinghamTestSupport
import Testing

@Suite struct ActivationLatticeTests {
  private func checkerboard(_ y: Int, _ x: Int) -> Double { (y + x).isMultiple(of: 2) ? 1 : -1 }

  /// White noise of unit variance through 1 − T, T the triangle of 4 along both axes, keeps 1 − 2T₀ + Σ T².
  private let kept = 1 - 2.0 / 16 + (44.0 / 256) * (44.0 / 256)

  @Test func aLockedWaveHasItsShareWhateverTheNoise() throws {
    let (amplitude, samples, side) = (0.4, 12, 40)
    var noise = Noise(seed: 1)
    var lattice = try ActivationLattice(periods: [2, 4])
    for _ in 0..<samples {
      try lattice.add(
        (0..<3).map { _ in
          let white = noise.plane(side, side)
          return Plane(height: side, width: side) { y, x in white[y, x] + amplitude * checkerboard(y, x) }
        })
    }
    let bands = try lattice.bands()
    #expect(bands.map(\.period) == [2, 4])
    let expected = amplitude * amplitude / (kept + amplitude * amplitude)
    #expect(abs(bands[0].share - expected) < 0.02, "\(bands[0])")
    #expect(abs(bands[0].lockedShare - expected) < 0.02, "\(bands[0])")
    #expect((bands[0].peakDecibels ?? 0) > 15)
    // Nothing but noise at the frequencies of 4 alone.
    #expect(abs(bands[1].share - bands[1].null) < 0.6 * bands[1].null, "\(bands[1])")
    #expect(bands[1].lockedShare < 2 * bands[1].null / Double(samples))
  }

  /// A wave whose sign is the samples' own is there in each, and in their mean is not.
  @Test func aWaveOfEitherSignIsNotLocked() throws {
    var noise = Noise(seed: 2)
    var lattice = try ActivationLattice(periods: [2])
    for sample in 0..<10 {
      let white = noise.plane(32, 32)
      let sign: Double = sample.isMultiple(of: 2) ? 1 : -1
      try lattice.add([Plane(height: 32, width: 32) { y, x in white[y, x] + sign * checkerboard(y, x) }])
    }
    let band = try #require(try lattice.bands().first)
    #expect(band.share > 0.4)
    #expect(band.lockedShare < 0.01)
  }

  /// Energies are added before they are divided: a channel of zeros changes nothing.
  @Test func deadChannelsHaveNoSay() throws {
    var noise = Noise(seed: 3)
    let live = noise.plane(32, 32)
    var alone = try ActivationLattice(periods: [2])
    var together = try ActivationLattice(periods: [2])
    try alone.add([live])
    try together.add([Plane(height: 32, width: 32), live])
    #expect(try alone.bands() == together.bands())
  }

  @Test func periodsThatMapsAreTooSmallForHaveNoFigures() throws {
    var noise = Noise(seed: 4)
    var lattice = try ActivationLattice(periods: [2, 8])
    try lattice.add([noise.plane(16, 16)])
    #expect(try lattice.bands().map(\.period) == [2])
    #expect(throws: ArtifactError.self) { try ActivationLattice(periods: [1]) }
  }
}
