import Foundation
import GinghamLattices
import GinghamSignals
import GinghamTestSupport
import Testing

@testable import GinghamDiagnosis

@Suite struct PictureFaultTests {
  @Test func blockinessIsTheRatioOfStepsAcrossAndWithinBlocks() throws {
    // Steps of 3 at block boundaries, 1 within.
    func level(_ position: Int) -> Double { Double(position + 2 * (position / 4)) }
    let blocks = Plane(height: 17, width: 17) { y, x in level(y) + level(x) }
    let found = try Blockiness(of: blocks, period: 4)
    #expect(isClose(found.atOrigin, 3))
    #expect(isClose(found.strongest, 3))
    #expect(found.byOffset[1] < 1)
    #expect(try Blockiness(of: Plane(height: 9, width: 9, repeating: 2), period: 2).byOffset == [1, 1])
    let onlyBoundaries = Plane(height: 9, width: 9) { y, x in Double(y / 4 + x / 4) }
    #expect(try Blockiness(of: onlyBoundaries, period: 4).atOrigin == .infinity)
    #expect(throws: ArtifactError.self) { try Blockiness(of: Plane(height: 4, width: 9), period: 4) }
  }

  @Test func blurLowersTheLaplacianAndSteepensTheSpectrum() throws {
    var noise = Noise(seed: 20)
    let sharp = noise.plane(64, 64)
    let blurred = try TriangleFilter(period: 3).smoothed(sharp, border: .reflect)
    let (before, after) = (try Sharpness(of: sharp), try Sharpness(of: blurred))
    // White noise under the stencil (1, 1, −4, 1, 1) has variance 20; a disc of radius ¼ covers π/16 of the plane.
    #expect(abs(before.laplacianVariance - 20) < 2)
    #expect(abs(before.spectralSlope ?? 9) < 0.3)
    #expect(abs(before.highFrequencyShare - (1 - Double.pi / 16)) < 0.03)
    #expect(after.laplacianVariance < 0.1 * before.laplacianVariance)
    #expect((after.spectralSlope ?? 0) < -2)
    #expect(after.highFrequencyShare < 0.2)
    #expect(after.normalizedTotalVariation < before.normalizedTotalVariation)
    let flat = try Sharpness(of: Plane(height: 8, width: 8, repeating: 0.2))
    #expect(flat.spectralSlope == nil && flat.highFrequencyShare == 0 && flat.normalizedTotalVariation == 0)
  }

  @Test func cosineSpectrumMatchesItsDefinition() throws {
    var noise = Noise(seed: 21)
    let map = noise.plane(6, 5)
    let found = CosineSpectrum.magnitudes(of: map)
    for k in 0..<6 {
      for l in 0..<5 {
        var sum = 0.0
        for y in 0..<6 {
          for x in 0..<5 {
            sum +=
              map[y, x] * cos(.pi * (Double(y) + 0.5) * Double(k) / 6) * cos(.pi * (Double(x) + 0.5) * Double(l) / 5)
          }
        }
        sum *= ((k == 0 ? 1.0 : 2.0) / 6).squareRoot() * ((l == 0 ? 1.0 : 2.0) / 5).squareRoot()
        #expect(isClose(found[k, l], abs(sum), 1e-5))
      }
    }
    let pooled = try CosineSpectrum(of: [map, map]).logMagnitude
    #expect(isClose(pooled[2, 3], log(found[2, 3] + 1e-12)))
  }

  @Test func radialSpectrumOfAWaveIsOneRing() throws {
    let wave = Plane(height: 32, width: 32) { _, x in cos(2 * .pi * Double(x) * 5 / 32) }
    let spectrum = try RadialSpectrum(of: [wave])
    let strongest = spectrum.power.indices.max { spectrum.power[$0] < spectrum.power[$1] }
    #expect(strongest == 5)
    #expect(isClose(spectrum.frequencies[5], 5 / 32.0))
    #expect(spectrum.highFrequencyShare < 1e-9)
    let fine = Plane(height: 32, width: 32) { _, x in cos(2 * .pi * Double(x) * 11 / 32) }
    #expect(try RadialSpectrum(of: [fine]).highFrequencyShare > 0.999)
    #expect(throws: ArtifactError.self) { try RadialSpectrum(of: [wave, Plane(height: 8, width: 8)]) }
  }

  @Test func bandedRampsShowEmptyBinsAndLongRuns() {
    let smooth = Plane(height: 4, width: 256) { _, x in Double(x) / 255 }
    let banded = Plane(height: 4, width: 256) { _, x in Double(x / 16 * 16) / 255 }
    let (fine, coarse) = (ColourBanding(of: smooth), ColourBanding(of: banded))
    #expect(fine.levels == 256 && fine.emptyBinShare == 0 && fine.meanRampRun == 1)
    #expect(coarse.levels == 16 && coarse.meanRampRun == 16 && coarse.longestRampRun == 16)
    #expect(isClose(coarse.emptyBinShare, 225 / 241.0))
    let flat = ColourBanding(of: Plane(height: 3, width: 3, repeating: 0.5))
    #expect(flat.levels == 1 && flat.emptyBinShare == 0 && flat.meanRampRun == 0)
  }

  /// Stretches of a line between two steps of one sign, followed pixel by pixel.
  private func rampRuns(_ line: [Int]) -> [Int] {
    var (runs, length, entered): ([Int], Int, Int) = ([], 1, 0)
    for index in line.indices.dropFirst() {
      let direction = (line[index] - line[index - 1]).signum()
      if direction == 0 {
        length += 1
        continue
      }
      if direction == entered { runs.append(length) }
      (length, entered) = (1, direction)
    }
    return runs
  }

  @Test func rampsAreFollowedAlongRowsAndColumns() {
    var noise = Noise(seed: 22)
    for (height, width) in [(1, 1), (1, 9), (9, 1), (17, 33), (40, 16), (23, 5)] {
      let map = Plane(
        height: height, width: width,
        values: (0..<(height * width)).map { _ in Double(Int.random(in: 0...3, using: &noise)) / 255 })
      let levels = map.values.map { Int(($0 * 255).rounded()) }
      let rows = (0..<height).flatMap { y in rampRuns((0..<width).map { levels[y * width + $0] }) }
      let runs = rows + (0..<width).flatMap { x in rampRuns((0..<height).map { levels[$0 * width + x] }) }
      let found = ColourBanding(of: map)
      #expect(found.longestRampRun == runs.max() ?? 0, "\(height)×\(width)")
      let mean = runs.isEmpty ? 0 : Double(runs.reduce(0, +)) / Double(runs.count)
      #expect(isClose(found.meanRampRun, mean), "\(height)×\(width)")
    }
  }

  @Test func theRadialSpectrumIsTheMeanOverRings() throws {
    var noise = Noise(seed: 23)
    for (height, width) in [(16, 16), (15, 16), (16, 15), (21, 34)] {
      let map = noise.plane(height, width)
      let found = try RadialSpectrum(of: [map])
      let expected = PowerSpectrum(of: map.tensor).radialAverage
      #expect(found.power.count == expected.count)
      for (a, b) in zip(found.power, expected) { #expect(isClose(a, b, 1e-4), "\(height)×\(width)") }
    }
  }

  @Test func stepsAreSummedAlongBothAxes() {
    let map = Plane(height: 2, width: 3, values: [0, 1, 3, 5, 5, 1])
    let steps = StepProfile(of: map)
    #expect(steps.down == [5 + 4 + 2] && steps.across == [1 + 0, 2 + 4] && steps.totalVariation == 18)
    #expect(StepProfile(of: Plane(height: 1, width: 1)).totalVariation == 0)
  }

  @Test func faultsOfAPictureAreThoseOfItsLuma() throws {
    var noise = Noise(seed: 24)
    let channels = (0..<3).map { _ in noise.plane(32, 24) }
    let luma = Plane.luma(of: channels)
    #expect(isClose(luma[3, 5], 0.299 * channels[0][3, 5] + 0.587 * channels[1][3, 5] + 0.114 * channels[2][3, 5]))
    let faults = try PictureFaults(of: channels, luma: luma, spectrum: RadialSpectrum(of: [luma]), periods: [2, 8, 24])
    #expect(faults.sharpness == (try Sharpness(of: luma)))
    #expect(faults.blockiness.map(\.period) == [2, 8])
    #expect(isClose(faults.blockiness[1].atOrigin, try Blockiness(of: luma, period: 8).atOrigin))
    // Noise around zero has no 8-bit levels.
    #expect(faults.banding == nil)
    let pooled = try #require(PictureFaults(median: [faults, faults]))
    #expect(pooled.sharpness == faults.sharpness && PictureFaults(median: []) == nil)
  }
}
