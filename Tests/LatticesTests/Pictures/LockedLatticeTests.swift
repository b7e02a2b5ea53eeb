import Foundation
import GinghamLattices
import GinghamTestSupport
import Testing

/// Grids that no single picture shows, found in what all pictures of a set have alike, and sets without one.
@Suite struct LockedLatticeTests {
  /// Detail that falls with frequency as a photograph's does, of unit variance.
  private func texture(_ noise: inout Noise, side: Int) throws -> Plane {
    let rough = noise.plane(side + 8, side + 8)
    var smooth = Plane(height: side, width: side) { y, x in
      var sum = 0.0
      for dy in 0..<5 {
        for dx in 0..<5 {
          let weight = Double((3 - abs(dy - 2)) * (3 - abs(dx - 2)))
          sum += weight * rough[y + dy, x + dx]
        }
      }
      return sum
    }
    let deviation = smooth.variance.squareRoot()
    for index in smooth.values.indices { smooth.values[index] /= deviation }
    return smooth
  }

  private func finding(
    pictures: Int, side: Int = 64, periods: [Int] = [2, 4, 8], seed: UInt64,
    grid: (_ picture: Int, _ y: Int, _ x: Int) -> Double
  ) throws -> (locked: LockedLatticeFinding, pooled: PictureLatticeFinding) {
    var noise = Noise(seed: seed)
    var locked = try LockedLattice(periods: periods)
    let lattice = try PictureLattice(periods: periods)
    var pool = PictureLatticePool(lattice)
    for picture in 0..<pictures {
      let channels = try (0..<3).map { _ in
        let texture = try texture(&noise, side: side)
        return Plane(height: side, width: side) { y, x in 0.5 + 0.1 * texture[y, x] + grid(picture, y, x) }
      }
      if let part = try locked.picture(channels) { locked.add(part) }
      for channel in channels { pool.add(try lattice.measure(channel)) }
    }
    return (try #require(try locked.finding()), try pool.finding())
  }

  private func checkerboard(_ y: Int, _ x: Int) -> Double { (y + x).isMultiple(of: 2) ? 1 : -1 }

  @Test func aGridBelowEveryPicturesDetailIsFoundInAllOfThem() throws {
    let amplitude = 0.0012
    let (locked, pooled) = try finding(pictures: 32, seed: 1) { _, y, x in amplitude * checkerboard(y, x) }
    let band = try #require(locked.bands.first { $0.period == 2 })
    #expect(pooled.verdict == .clean)
    #expect(band.isLocked)
    #expect(band.peakFrequency == [0.5, 0.5])
    // The wave's own root mean square, high-passed without loss.
    #expect(abs(band.levels / (255 * amplitude) - 1) < 0.1, "\(band.levels)")
    #expect(band.coherence > 0.5)
    #expect(!(locked.bands.first { $0.period == 4 }?.isLocked ?? true))
    #expect(SetVerdict(pooled: pooled, locked: locked) == .faint)
    #expect(SetVerdict(period: 4, pooled: pooled, locked: locked) == .clean)
  }

  @Test func aStrongGridIsAnArtifact() throws {
    let (locked, pooled) = try finding(pictures: 8, seed: 2) { _, y, x in 0.05 * checkerboard(y, x) }
    #expect(pooled.verdict == .artifact)
    #expect(SetVerdict(pooled: pooled, locked: locked) == .artifact)
  }

  @Test func setsWithoutAGridAreClean() throws {
    for seed in 10..<40 {
      let (locked, pooled) = try finding(pictures: 12, seed: UInt64(seed)) { _, _, _ in 0 }
      #expect(SetVerdict(pooled: pooled, locked: locked) == .clean, "seed \(seed): \(locked.bands)")
    }
  }

  /// Faces all stand in the middle: the mean picture then has edges of its own at every frequency.
  @Test func subjectsThatAreAlignedAreNoGrid() throws {
    let (locked, pooled) = try finding(pictures: 32, seed: 3) { _, y, x in
      let (dy, dx) = (Double(y) - 30.5, Double(x) - 33.2)
      return (dy * dy / 1.4 + dx * dx).squareRoot() < 19 ? 0.25 : 0
    }
    #expect(SetVerdict(pooled: pooled, locked: locked) == .clean, "\(locked.bands)")
  }

  @Test func aPeriodThatNoLayerHasIsTheControlsOwn() throws {
    let (locked, _) = try finding(pictures: 16, seed: 4) { _, y, x in
      0.004 * cos(2 * .pi * Double(y + x) / 3)
    }
    #expect(!locked.isLocked)
    #expect((locked.controls.first { $0.period == 3 }?.meanPeakDecibels ?? 0) > 20)
  }

  /// As faint as what JPEG's interpolated colours leave on photographs.
  @Test func aGridOfNoShareIsNone() throws {
    let (locked, pooled) = try finding(pictures: 64, seed: 8) { _, y, x in 0.0003 * checkerboard(y, x) }
    let band = try #require(locked.bands.first)
    #expect((band.meanPeakDecibels ?? 0) > 10)
    #expect(band.share < 1e-4)
    #expect(SetVerdict(pooled: pooled, locked: locked) == .clean)
  }

  /// Planks, a fence: one picture's own pattern at a frequency of the lattice stands out of the mean picture too.
  @Test func oneLoudPictureIsNotTheSet() throws {
    let (locked, _) = try finding(pictures: 12, seed: 9) { picture, _, x in
      picture == 3 ? 0.05 * cos(2 * .pi * 3 / 8 * Double(x)) : 0
    }
    let band = try #require(locked.bands.first { $0.period == 8 })
    #expect((band.peakDecibels ?? 0) > 15 && (band.meanPeakDecibels ?? 0) > 15 && band.share > 1e-4, "\(band)")
    #expect(!locked.isLocked, "\(band)")
  }

  /// No size is there often enough by itself.
  @Test func picturesOfMixedSizesAreJudgedTogether() throws {
    var noise = Noise(seed: 31)
    var locked = try LockedLattice(periods: [2, 4])
    for picture in 0..<12 {
      let (height, width) = (64 + 4 * (picture % 4), 58 + 2 * picture)
      let detail = noise.plane(height, width)
      let map = Plane(height: height, width: width) { y, x in 0.5 + 0.1 * detail[y, x] + 0.02 * checkerboard(y, x) }
      if let part = try locked.picture([map]) { locked.add(part) }
    }
    let found = try #require(try locked.finding())
    // The detail lacks four pixels at each side.
    #expect(found.pictures == 12 && found.height == 56 && found.width == 50)
    #expect(found.bands.first { $0.period == 2 }?.isLocked == true)
    #expect(found.bands.first { $0.period == 4 }?.isLocked == false)
  }

  @Test func aFewPicturesHaveNoSay() throws {
    let (locked, _) = try finding(pictures: 7, seed: 5) { _, y, x in 0.01 * checkerboard(y, x) }
    #expect(locked.pictures == 7)
    #expect(!locked.isLocked)
    #expect((locked.bands.first?.meanPeakDecibels ?? 0) > 10)
  }

  /// White noise and a wave of amplitude a: the coherent share of the frequency is a²/(a² + σ²/n) by the spectrum.
  @Test func coherenceAndShareAreThoseOfTheSpectrum() throws {
    let (side, pictures, amplitude) = (72, 24, 0.05)
    var noise = Noise(seed: 6)
    var locked = try LockedLattice(periods: [2])
    for _ in 0..<pictures {
      let white = noise.plane(side, side)
      let channel = Plane(height: side, width: side) { y, x in white[y, x] + amplitude * checkerboard(y, x) }
      if let part = try locked.picture([channel]) { locked.add(part) }
    }
    let band = try #require(try locked.finding()?.bands.first)
    let pixels = Double((side - 8) * (side - 8))
    // The triangle of 4 takes (44/64)² · … of white noise away; what stays has this variance.
    let kept = 1 - 2 * (1.0 / 4) * (1.0 / 4) + pow(44.0 / 256, 2)
    let expected = amplitude * amplitude / (amplitude * amplitude + 1 / pixels)
    #expect(abs(band.coherence - expected) < 0.1, "\(band.coherence) and \(expected)")
    #expect(abs(band.share / (amplitude * amplitude / (kept + amplitude * amplitude)) - 1) < 0.15, "\(band.share)")
  }

  @Test func constantAndSmallPicturesSayNothing() throws {
    let locked = try LockedLattice(periods: [2])
    #expect(try locked.picture([Plane(height: 64, width: 64, repeating: 0.5)]) == nil)
    var noise = Noise(seed: 7)
    #expect(try locked.picture([noise.plane(10, 10)]) == nil)
    #expect(try locked.picture([]) == nil)
    #expect(try locked.finding() == nil)
  }
}
