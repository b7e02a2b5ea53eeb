import Foundation
import GinghamTestSupport
import Testing

@testable import GinghamLattices

/// The scans that read a map once against sums written down as they are defined, over random sizes.
@Suite struct LatticeScanTests {
  /// Var_p(μ_p) and Var(f) of the map cropped to a multiple of the period, pixel by pixel.
  private func variances(_ map: Plane, period: Int) -> (between: Double, total: Double) {
    let (rows, columns) = (map.height / period * period, map.width / period * period)
    var sums = [Double](repeating: 0, count: period * period)
    var all: [Double] = []
    for y in 0..<rows {
      for x in 0..<columns {
        sums[y % period * period + x % period] += map[y, x]
        all.append(map[y, x])
      }
    }
    func variance(_ values: [Double]) -> Double {
      let mean = values.reduce(0, +) / Double(values.count)
      return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    }
    return (variance(sums.map { $0 * Double(period * period) / Double(rows * columns) }), variance(all))
  }

  @Test func severalLatticesAtOnceAreEachTheirDefinition() throws {
    var noise = Noise(seed: 70)
    for _ in 0..<20 {
      let (height, width) = (Int.random(in: 16...70, using: &noise), Int.random(in: 16...70, using: &noise))
      var map = noise.plane(height, width)
      for index in map.values.indices { map.values[index] += 1000 }
      let periods = [2, 3, 4, 5, 7, 8, 13, 16]
      let found = try SignedLatticeEnergy.energies(of: map, lattices: periods.map { try Lattice(period: $0) })
      for (period, energy) in zip(periods, found) {
        let expected = variances(map, period: period)
        #expect(isClose(energy.variance, expected.total, 1e-9))
        #expect(isClose(energy.share, expected.between / expected.total, 1e-9), "\(height)×\(width), \(period)")
        #expect(isClose(energy.bands.values.reduce(0, +), energy.share, 1e-9))
      }
    }
  }

  @Test func bandsSumToTheirLatticeOverRandomSizes() throws {
    var noise = Noise(seed: 71)
    for _ in 0..<30 {
      let period = Int.random(in: 2...24, using: &noise)
      let map = noise.plane(
        Int.random(in: period...90, using: &noise), Int.random(in: period...90, using: &noise)
      ).squared
      let table = try PhaseTable(means: map, lattice: Lattice(period: period))
      let unevenness = Unevenness(of: table)
      #expect(isClose(table.bands.values.reduce(0, +), table.variance, 1e-11), "period \(period)")
      #expect(isClose(unevenness.bands.values.reduce(0, +), unevenness.cv2, 1e-11))
      #expect(unevenness.bands.keys.sorted() == table.lattice.bandPeriods)
    }
  }

  @Test func theHighPassIsTheMapLessItsTriangleOverRandomSizes() throws {
    var noise = Noise(seed: 72)
    for period in [1, 2, 3, 4, 6, 7, 8, 16, 32] {
      let map = noise.plane(2 * period + Int.random(in: 1...9, using: &noise), 2 * period + 7)
      let filter = try TriangleFilter(period: period)
      let found = try #require(filter.highPassed(map))
      let taps = filter.taps
      for y in 0..<found.height {
        for x in stride(from: 0, to: found.width, by: 3) {
          var smooth = 0.0
          for i in taps.indices {
            for j in taps.indices { smooth += taps[i] * taps[j] * map[y + i + 1, x + j + 1] }
          }
          #expect(isClose(found[y, x], map[y + period, x + period] - smooth), "period \(period)")
        }
      }
    }
  }

  /// Sums that follow each other's differences must not drift away over a large picture.
  @Test func theHighPassKeepsItsDigitsOnLargeMaps() throws {
    var noise = Noise(seed: 73)
    let map = noise.plane(2000, 90)
    let filter = try TriangleFilter(period: 32)
    let whole = try #require(filter.highPassed(map))
    let part = try #require(filter.highPassed(map.crop(rows: 1900..<2000, columns: 0..<90)))
    for y in 0..<part.height {
      for x in 0..<part.width { #expect(isClose(whole[1900 + y, x], part[y, x], 1e-11)) }
    }
  }

  /// Each doubling of the cascade beside the filter of that period itself.
  @Test func theCascadeGivesTheDetailOfEveryDoubledPeriod() throws {
    var noise = Noise(seed: 74)
    for first in [2, 3, 4, 5] {
      let map = noise.plane(12 * first + Int.random(in: 0...9, using: &noise), 10 * first)
      var cascade = DetailCascade(of: map, filter: try TriangleFilter(period: first))
      for period in [first, 2 * first, 4 * first] {
        if period > first { try cascade.doublePeriod() }
        let expected = try #require(try TriangleFilter(period: period).highPassed(map))
        let size = try #require(cascade.size)
        #expect(size == (expected.height, expected.width))
        var rows = 0
        cascade.forEachRow { row, line in
          rows += 1
          for x in 0..<size.width { #expect(abs(Double(line[x]) - expected[row, x]) < 2e-6, "period \(period)") }
        }
        #expect(rows == expected.height)
      }
      try cascade.doublePeriod()
      #expect(cascade.size == nil, "a filter wider than the map leaves nothing")
      cascade.forEachRow { _, _ in Issue.record("there are no rows") }
    }
  }
}
