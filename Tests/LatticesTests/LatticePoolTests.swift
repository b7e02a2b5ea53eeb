import Foundation
import GinghamSignals
import GinghamTensors
import Testing

@testable import GinghamLattices

@Suite struct LatticePoolTests {
  private static let survey = LatticeSurvey(period: 4, layers: [2: "a", 4: "b"])

  private func maps(_ count: Int, height: Int = 45, width: Int = 38) -> [Tensor] {
    (0..<count).map { number in
      Tensor([1, 3, height, width]) { target in
        NormalSequence(seed: UInt64(number), name: "map").fill(target, mean: 0, deviation: 1)
        for index in target.indices where index % width % 2 == 0 { target[index] *= 1.5 }
      }
    }
  }

  private func pool(_ maps: [Tensor]) throws -> LatticePool {
    var pool = try LatticePool(maps[0], by: Self.survey)
    for map in maps.dropFirst() { try pool.add(map) }
    return pool
  }

  @Test func itSaysWhatTheSurveySaysOfAllMaps() throws {
    let maps = maps(5)
    let pool = try pool(maps)
    #expect(try Self.survey.finding(of: pool) == Self.survey.finding(of: maps))
    #expect(pool.count == 5)
  }

  /// Against the mean over the spectra of all maps at once.
  @Test(arguments: [45, 1]) func itsSpectrumIsTheMeanOfTheMaps(height: Int) throws {
    let maps = maps(4, height: height)
    let pool = try pool(maps)
    let rows = height == 1 ? 1 : 44
    let columns = 36
    let energies = try maps.map { map in
      let energy = try #require(try Plane.energies(of: map).first).cropped(toMultipleOf: 4)
      let mean = energy.mean
      return Tensor([1, rows, columns], energy.values.map { Float($0 - mean) })
    }
    let expected = PowerSpectrum(of: .stacked(energies)).mean
    #expect(pool.meanPower.shape == [rows, columns])
    // In units of a power of two, which moves no digit.
    let unit = Float(sign: .plus, exponent: Int(try #require(pool.totalPower.values.max()).exponent), significand: 1)
    #expect(pool.meanPower.scalars == expected.scalars.map { $0 / unit })
    for (sum, mean) in zip(pool.totalPower.values, expected.scalars) {
      #expect(abs(sum - 4 * Double(mean)) <= 1e-5 * abs(sum) + 1e-9)
    }
  }

  @Test func partsGiveTheSameBitsAndOutliveTheirProcess() throws {
    let maps = maps(6)
    let whole = try pool(maps)
    var parts: LatticePool?
    for (index, map) in maps.enumerated() {
      try LatticePool.add(LatticePool(map, by: Self.survey), to: &parts)
      guard index == 2 else { continue }
      let data = try PropertyListEncoder().encode(parts)
      parts = try PropertyListDecoder().decode(LatticePool?.self, from: data)
    }
    let found = try #require(parts)
    #expect(try Self.survey.finding(of: found) == Self.survey.finding(of: whole))
    #expect(found.meanPower.scalars == whole.meanPower.scalars)
    #expect(found.lattice.phases == whole.lattice.phases)
  }

  @Test func mapsOfOtherSizesAreRefused() throws {
    var pool = try pool(maps(1))
    #expect(throws: ArtifactError.self) { try pool.add(maps(1, height: 40)[0]) }
    #expect(throws: ArtifactError.self) { try pool.add(LatticePool(maps(1, width: 40)[0], by: Self.survey)) }
    #expect(pool.count == 1)
  }
}
