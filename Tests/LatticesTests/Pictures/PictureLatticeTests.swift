import Foundation
import GinghamTensors
import GinghamTestSupport
import Testing

@testable import GinghamLattices

@Suite struct PictureLatticeTests {
  /// Natural-looking texture: white noise smoothed at several scales.
  private func texture(_ noise: inout Noise, _ height: Int, _ width: Int) throws -> Plane {
    var sum = Plane(height: height, width: width)
    for period in [2, 4, 8, 16] {
      let layer = try TriangleFilter(period: period).smoothed(noise.plane(height, width), border: .reflect)
      for index in sum.values.indices { sum.values[index] += Double(period * period) * layer.values[index] / 50 }
    }
    return sum
  }

  @Test func aFaintGridIsFoundAndTextureIsNot() throws {
    var noise = Noise(seed: 30)
    let lattice = try PictureLattice()
    for period in [2, 4, 8, 16] {
      let clean = try (0..<3).map { _ in try texture(&noise, 160, 144) }
      #expect(try lattice.finding(ofPicture: clean).verdict == .clean)
      let marked = clean.map { map in
        Plane(height: 160, width: 144) { y, x in
          map[y, x] + (y % period == 0 && x % period == 0 ? 0.15 * Double(period) : 0)
        }
      }
      let finding = try lattice.finding(ofPicture: marked)
      #expect(finding.bands.first { $0.period == period }?.verdict == .artifact, "period \(period)")
      #expect(finding.bands.filter { $0.period > period }.allSatisfy { $0.verdict == .clean })
    }
  }

  @Test func whitenessIsTheNullInEveryBand() throws {
    var noise = Noise(seed: 31)
    let lattice = try PictureLattice(periods: [2, 4, 8])
    let channels = try (0..<300).map { _ in try lattice.measure(noise.plane(48, 48)) }
    for period in lattice.periods {
      let bands = channels.compactMap { $0.bands[period] }
      let share = bands.reduce(0) { $0 + $1.share } / Double(bands.count)
      let gain = bands[0].null
      // The triangle takes power from all other frequencies: white noise of variance 1 keeps 1 − 2t₀² + (Σt²)² of it.
      let taps = try TriangleFilter(period: PictureLattice.filterPeriod(for: period)).taps
      let peak = taps.max() ?? 0
      let square = taps.reduce(0) { $0 + $1 * $1 }
      #expect(abs(share * (1 - 2 * peak * peak + square * square) / gain - 1) < 0.15, "period \(period)")
    }
  }

  @Test func constantPicturesHaveNothingToMeasure() throws {
    let finding = try PictureLattice(periods: [2, 4]).finding(
      ofPicture: [Plane](repeating: Plane(height: 40, width: 40, repeating: 0.7), count: 3))
    #expect(finding.isConstant && finding.verdict == .clean)
    #expect(finding.bands.allSatisfy { $0.share == 0 && $0.peakDecibels == nil })
  }

  @Test func smallPicturesSkipLongPeriodsAndTinyOnesAreRefused() throws {
    var noise = Noise(seed: 32)
    let lattice = try PictureLattice()
    let finding = try lattice.finding(ofPicture: [noise.plane(33, 40)])
    #expect(finding.bands.map(\.period) == [2, 4, 8])
    #expect(finding.skippedPeriods == [16, 32])
    #expect(throws: ArtifactError.self) { try lattice.measure(noise.plane(11, 100)) }
    #expect(throws: ArtifactError.noMaps) { try lattice.finding(pooling: []) }
    #expect(throws: ArtifactError.self) { try PictureLattice(periods: [1]) }
    #expect(throws: ArtifactError.self) { try PictureLattice(periods: []) }
  }

  @Test func setsMayMixSizes() throws {
    var noise = Noise(seed: 33)
    let lattice = try PictureLattice(periods: [2, 16])
    let channels = try [(40, 40), (100, 90)].map { try lattice.measure(noise.plane($0, $1)) }
    let finding = try lattice.finding(pooling: channels)
    #expect(finding.bands.map(\.period) == [2, 16] && finding.maps == 2)
  }

  /// Large pictures share one spectrum among their bands, small ones have one for each.
  @Test func peaksOfLargeAndSmallPicturesAreTheSamePeaks() throws {
    var noise = Noise(seed: 38)
    let lattice = try PictureLattice(periods: [2, 8])
    let channels = try [(88, 80), (40, 44)].map { height, width in
      let base = noise.plane(height, width)
      return try lattice.measure(
        Plane(height: height, width: width) { y, x in base[y, x] + ((y + x).isMultiple(of: 2) ? 2 : -2) })
    }
    for set in [[channels[0]], [channels[1]], channels] {
      let two = try #require(try lattice.finding(pooling: set).bands.first)
      #expect(two.verdict == .artifact && two.peakFrequency == [0.5, 0.5])
      #expect((two.peakDecibels ?? 0) > 20)
    }
  }

  @Test func gatheringOneByOneIsMeasuringTogether() throws {
    var noise = Noise(seed: 36)
    let lattice = try PictureLattice(periods: [2, 4])
    let channels = try (0..<5).map { _ in try lattice.measure(noise.plane(48, 40)) }
    var pool = PictureLatticePool(lattice)
    for channel in channels { pool.add(channel) }
    #expect(try pool.finding() == lattice.finding(pooling: channels))
    var spectra = SpectrumPool()
    for channel in channels { spectra.add(channel) }
    let found = try #require(spectra.commonest)
    #expect(found.maps == 5)
    // In units of the variance, as many as there are pixels sum to their number.
    let sum = found.power.values.reduce(0, +)
    #expect(isClose(sum / Double(found.power.values.count), 1, 0.02))
    spectra.add(try lattice.measure(noise.plane(80, 80)))
    #expect(spectra.commonest?.maps == 5)
  }

  @Test func aPeriodMayBeSoughtInSpectraThatWereAddedUp() throws {
    var noise = Noise(seed: 37)
    let maps = try (0..<3).map { _ in
      let base = try texture(&noise, 96, 96)
      return Plane(height: 96, width: 96) { y, x in base[y, x] + (y % 6 == 0 && x % 6 == 0 ? 1.2 : 0) }
    }
    var spectrum = WindowedSpectrum(height: 96, width: 96)
    for map in maps {
      var one = WindowedSpectrum(height: 96, width: 96)
      one.add(map)
      spectrum.add(one)
    }
    let search = try PeriodSearch()
    #expect(try search.search(spectrum) == search.search(maps))
    #expect(try search.search(spectrum)?.wholePeriod == 6)
  }

  @Test func findingsCarryTheDocumentedKeys() throws {
    var noise = Noise(seed: 34)
    let data = try PictureLattice().finding(ofPicture: [noise.plane(40, 40)]).json()
    let object = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    let band = try #require((object["bands"] as? [[String: Any]])?.first)
    for key in ["period", "share", "null", "control", "peak_db", "verdict"] { #expect(band[key] != nil, "\(key)") }
  }

  @Test func searchFindsWholeAndFractionalPeriods() throws {
    var noise = Noise(seed: 35)
    let search = try PeriodSearch()
    for period in [2.0, 3, 5, 8, 12, 2.74, 6.4] {
      let base = try texture(&noise, 192, 192)
      let marked = Plane(height: 192, width: 192) { y, x in
        var value = base[y, x]
        // A comb of the first harmonics, as a resized grid has.
        for harmonic in 1...3 where Double(harmonic) / period < 0.5001 {
          let turn = 2 * Double.pi * Double(harmonic) / period
          value += 0.25 * (cos(turn * Double(y)) + cos(turn * Double(x)))
        }
        return value
      }
      let found = try #require(try search.search([marked]), "period \(period)")
      #expect(abs(found.period - period) < 0.02 * period, "period \(period), found \(found.period)")
      #expect(found.wholePeriod == (period == period.rounded() ? Int(period) : nil), "period \(period)")
      #expect(try search.search([base]) == nil)
    }
    #expect(throws: ArtifactError.self) { try search.search([noise.plane(8, 8)]) }
  }
}
