import Foundation
import GinghamTensors
import Testing

@testable import GinghamSignals

@Suite struct PowerSpectrumTests {
  @Test(arguments: [(8, 8), (7, 9), (6, 5), (1, 4), (224, 223)])
  func sumIsTheMapsEnergy(height: Int, width: Int) {
    let map = randomTensor([1, 1, height, width], seed: 5)
    let power = PowerSpectrum(of: map).power.scalars.reduce(0.0) { $0 + Double($1) }
    let energy = Double(height * width) * dot(map, map)
    #expect(abs(power / energy - 1) < 1e-5)
  }

  @Test(arguments: [(8, 8), (7, 9), (6, 5)])
  func oppositeFrequenciesHaveEqualPower(height: Int, width: Int) {
    let power = PowerSpectrum(of: randomTensor([height, width], seed: 6)).power
    for y in 0..<height {
      for x in 0..<width {
        let mirrored = power[(height - y) % height, (width - x) % width]
        #expect(abs(power[y, x] - mirrored) <= 1e-4 * max(1, mirrored))
      }
    }
  }

  @Test func aCheckerboardHasItsPowerInTheCorner() {
    let board = Tensor([1, 1, 6, 8], (0..<48).map { ($0 / 8 + $0 % 8).isMultiple(of: 2) ? 1 : -1 })
    let power = PowerSpectrum(of: board).power
    #expect(abs(power[0, 0, 3, 4] - 48 * 48) < 1e-2)
    #expect(power.scalars.reduce(0, +) - power[0, 0, 3, 4] < 1e-6)
  }

  @Test(arguments: [(4, 6), (5, 7), (1, 1), (4, 3)])
  func shiftingPutsFrequencyZeroInTheMiddleAndBack(height: Int, width: Int) {
    var map = Tensor([2, height, width])
    map[1, 0, 0] = 1
    #expect(map.frequencyShifted[1, height / 2, width / 2] == 1)
    let noise = randomTensor([2, height, width], seed: 7)
    #expect(noise.frequencyShifted.frequencyUnshifted == noise)
  }

  @Test func rollingMovesDownAndRightAndWraps() {
    let map = Tensor([2, 3], [0, 1, 2, 3, 4, 5])
    #expect(map.rolled(by: (1, 1)).scalars == [5, 3, 4, 2, 0, 1])
    #expect(map.rolled(by: (-1, -1)) == map.rolled(by: (1, 2)))
  }

  @Test func aPlaneWaveOfAnyDirectionLandsOnItsRing() {
    for (fy, fx) in [(0, 5), (5, 0), (3, 4), (-4, 3)] {
      let wave = Tensor(
        [32, 32],
        (0..<1024).map { Float(cos(2 * Double.pi * Double(fy * ($0 / 32) + fx * ($0 % 32)) / 32)) })
      let profile = PowerSpectrum(of: wave).radialAverage
      #expect(profile.count == 17)
      #expect(profile.indices.max { profile[$0] < profile[$1] } == 5)
      #expect(profile.enumerated().allSatisfy { $0.offset == 5 || $0.element < 1e-6 * profile[5] })
    }
  }

  @Test func whiteNoiseHasAFlatProfile() {
    let profile = PowerSpectrum(of: randomTensor([64, 1, 48, 64], seed: 8)).radialAverage
    let expected = 48.0 * 64 / 3
    #expect(profile.dropFirst().allSatisfy { abs($0 / expected - 1) < 0.12 })
  }
}
