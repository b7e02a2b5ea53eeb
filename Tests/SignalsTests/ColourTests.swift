import GinghamTensors
import Testing

@testable import GinghamSignals

@Suite struct ColourTests {
  /// L*a*b* of the sRGB primaries under D65 (Lindbloom's colour calculator, two decimals).
  @Test(arguments: [
    (SIMD3(1.0, 0, 0), SIMD3(53.24, 80.09, 67.20)), (SIMD3(0, 1.0, 0), SIMD3(87.73, -86.18, 83.18)),
    (SIMD3(0, 0, 1.0), SIMD3(32.30, 79.19, -107.86)), (SIMD3(1.0, 1, 1), SIMD3(100, 0, 0)),
    (SIMD3(0.0, 0, 0), SIMD3(0, 0, 0)),
  ])
  func primariesHaveTheirPublishedCoordinates(colour: SIMD3<Double>, lab: SIMD3<Double>) {
    let difference = CIELAB.encode(sRGB: colour) - lab
    #expect(max(abs(difference.x), abs(difference.y), abs(difference.z)) < 0.02)
  }

  @Test func conversionsInvertEachOther() {
    let picture = randomTensor([2, 3, 5, 4], seed: 31).map { abs($0) }
    let lab = picture.mapColours(CIELAB.encode)
    #expect(largestDifference(lab.mapColours(CIELAB.sRGB), picture) < 1e-5)
    #expect(largestDifference(picture.mapColours(SRGB.linear).mapColours(SRGB.encoded), picture) < 1e-6)
  }

  @Test func transferCurveIsContinuousAndAnchored() {
    #expect(SRGB.linear(1.0) == 1 && SRGB.linear(0.0) == 0)
    #expect(abs(SRGB.linear(0.5) - 0.21404114) < 1e-8)
    #expect(abs(SRGB.linear(0.04045) - SRGB.linear(0.0404501)) < 1e-7)
    #expect(SRGB.linear(-0.5) == -SRGB.linear(0.5))
  }
}
