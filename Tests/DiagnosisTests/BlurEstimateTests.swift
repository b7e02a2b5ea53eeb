import GinghamLattices
import GinghamTestSupport
import Testing

@testable import GinghamDiagnosis

@Suite struct BlurEstimateTests {
  private func estimate(_ exponent: Double, _ sigma: Double, seed: UInt64) throws -> BlurEstimate {
    var picture = SyntheticPhotograph(seed: seed)
    (picture.exponent, picture.sigma) = (exponent, sigma)
    return try #require(BlurEstimate(of: Plane.luma(of: picture.channels)))
  }

  @Test func theDeviationOfTheBlurIsFoundWhateverThePowerLaw() throws {
    for exponent in [1.6, 2.0, 2.6] {
      for (index, sigma) in [1.0, 1.5, 2, 3].enumerated() {
        let found = try estimate(exponent, sigma, seed: UInt64(100 + index))
        #expect(abs(found.sigma / sigma - 1) < 0.15, "σ \(sigma), exponent \(exponent): \(found)")
      }
      let sharp = try estimate(exponent, 0, seed: 110)
      #expect(sharp.sigma < 0.4, "exponent \(exponent): \(sharp)")
      #expect(abs(sharp.exponent - exponent) < 0.3, "exponent \(exponent): \(sharp)")
    }
  }

  @Test func moreBlurIsMore() throws {
    for seed in 120..<124 {
      let found = try [0, 0.6, 0.9, 1.3, 2, 3, 4.5].map { try estimate(2.2, $0, seed: UInt64(seed)).sigma }
      #expect(zip(found, found.dropFirst()).allSatisfy(<), "\(found)")
    }
  }

  @Test func nothingIsNotBlurred() {
    #expect(BlurEstimate(of: Plane(height: 64, width: 64, repeating: 0.5)) == nil)
    #expect(BlurEstimate(of: Plane(height: 4, width: 4) { y, x in Double(y ^ x) / 4 }) == nil)
  }
}
