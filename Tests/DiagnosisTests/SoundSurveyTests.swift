import Foundation
import GinghamLattices
import GinghamTestSupport
import Testing

@testable import GinghamDiagnosis

/// Sounds of two seconds at 16 kHz, made for the purpose.
private struct SyntheticSound {
  static let length = 32_768
  static let rate = 16_000

  static func noise(seed: UInt64) -> [Double] {
    var noise = Noise(seed: seed)
    return (0..<length).map { _ in 0.1 * noise.normal() }
  }

  /// Twelve steady tones with eight harmonics each, and noise 40 dB below.
  static func tones(seed: UInt64) -> [Double] {
    var noise = Noise(seed: seed)
    var values = [Double](repeating: 0, count: length)
    for _ in 0..<12 {
      let pitch = Double.random(in: 80...1500, using: &noise)
      for harmonic in 1...8 where pitch * Double(harmonic) < Double(rate) / 2 {
        let size = Double.random(in: 0.2...1, using: &noise) / pow(Double(harmonic), 1.5)
        let (step, start) = (
          2 * Double.pi * pitch * Double(harmonic) / Double(rate), Double.random(in: 0...6.28, using: &noise)
        )
        for index in values.indices { values[index] += size * sin(step * Double(index) + start) }
      }
    }
    let deviation = (values.reduce(0) { $0 + $1 * $1 } / Double(length)).squareRoot()
    return values.map { 0.1 * $0 / deviation + 0.001 * noise.normal() }
  }

  /// A grid of a period with random levels, so many dB below full scale.
  static func grid(period: Int, decibels: Double, seed: UInt64) -> [Double] {
    var noise = Noise(seed: seed)
    // Nothing of it repeats with a shorter period.
    let half = (0..<max(1, period / 2)).map { _ in noise.normal() }
    let levels = half + half.map { -$0 }
    let size = (levels.reduce(0) { $0 + $1 * $1 } / Double(period)).squareRoot()
    return (0..<length).map { pow(10, decibels / 20) * levels[$0 % period] / size }
  }
}

@Suite struct SoundSurveyTests {
  private static let periods = [2, 4, 8, 16]

  private func lattice(_ values: [Double]) throws -> PictureLatticeFinding {
    let sample = SoundSample(
      SamplePlace("sound"), channels: [Plane(height: 1, width: values.count, values: values)], rate: 16_000)
    return try SoundSurvey(periods: Self.periods, seeksLocked: false).measure(sample).sound.figures.lattice
  }

  @Test func noiseHasNoLattice() throws {
    let alarms = try (0..<200).filter { try lattice(SyntheticSound.noise(seed: UInt64($0))).verdict == .artifact }
    #expect(alarms.isEmpty)
  }

  @Test func tonesOfMusicAreNoLattice() throws {
    let alarms = try (0..<200).filter { try lattice(SyntheticSound.tones(seed: UInt64($0))).verdict == .artifact }
    #expect(alarms.count <= 2, "\(alarms)")
  }

  /// 1 kHz at a rate of 16 kHz lies on the lattice of 16, and is one of its four tones only.
  @Test func aTestToneIsNoLattice() throws {
    var noise = Noise(seed: 3)
    let tone = (0..<SyntheticSound.length).map { 0.1 * sin(2 * .pi * Double($0) / 16) + 0.001 * noise.normal() }
    #expect(try lattice(tone).verdict == .clean)
  }

  @Test(arguments: periods) func gridsFortyDecibelsBelowAreFound(period: Int) throws {
    var found = 0
    for seed: UInt64 in 0..<10 {
      let grid = SyntheticSound.grid(period: period, decibels: -60, seed: seed)
      let finding = try lattice(zip(SyntheticSound.tones(seed: 100 + seed), grid).map(+))
      let periods = finding.bands.filter { $0.verdict == .artifact }.map(\.period)
      #expect(periods.isEmpty || periods == [period], "seed \(seed)")
      if periods == [period] { found += 1 }
    }
    // A grid whose power lies on few of its tones may be missed.
    #expect(found >= 9)
  }

  @Test func sharesAreThoseOfTheGrid() throws {
    let noise = SyntheticSound.noise(seed: 5)
    let grid = SyntheticSound.grid(period: 4, decibels: -20, seed: 1)
    let share = try #require(try lattice(zip(noise, grid).map(+)).bands.first { $0.period == 4 }?.share)
    // Equal power each; the triangle of 4 samples takes (4² · 2 + 1)/(3 · 4³) … of the noise: see its taps.
    let taps = try TriangleFilter(period: 4).taps
    let kept = 1 - 2 * taps[3] + taps.reduce(0) { $0 + $1 * $1 }
    #expect(abs(share - 1 / (1 + kept)) < 0.01)
  }

  @Test func tonesAreTheMultiplesThatBelongToThePeriod() {
    #expect(SoundFigures.tones(ofPeriod: 2, rate: 16_000) == [8000])
    #expect(SoundFigures.tones(ofPeriod: 8, rate: 16_000) == [2000, 6000])
    #expect(SoundFigures.tones(ofPeriod: 6, rate: 48_000) == [8000])
  }

  @Test func longSoundsAreCutAndSilentPiecesLeftOut() {
    var values = [Double](repeating: 0, count: 3 * SoundSample.pieceLength + 5)
    values[SoundSample.pieceLength + 1] = 1
    let sample = SoundSample(
      SamplePlace("sound"), channels: [Plane(height: 1, width: values.count, values: values)], rate: nil)
    #expect(sample.pieces.count == 1 && sample.pieces[0][0, 1] == 1)
  }
}
