import Foundation
import Testing

@testable import GinghamArtifacts

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
    let (fine, coarse) = (ColorBanding(of: smooth), ColorBanding(of: banded))
    #expect(fine.levels == 256 && fine.emptyBinShare == 0 && fine.meanRampRun == 1)
    #expect(coarse.levels == 16 && coarse.meanRampRun == 16 && coarse.longestRampRun == 16)
    #expect(isClose(coarse.emptyBinShare, 225 / 241.0))
    let flat = ColorBanding(of: Plane(height: 3, width: 3, repeating: 0.5))
    #expect(flat.levels == 1 && flat.emptyBinShare == 0 && flat.meanRampRun == 0)
  }
}
