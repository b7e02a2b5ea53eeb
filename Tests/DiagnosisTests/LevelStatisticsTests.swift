import GinghamLattices
import GinghamTestSupport
import Testing

@testable import GinghamDiagnosis

@Suite struct LevelStatisticsTests {
  @Test func theBitDepthIsFound() throws {
    var last = 9.0
    for bits in stride(from: 8, to: 2, by: -1) {
      var picture = SyntheticPhotograph(seed: 200)
      (picture.bits, picture.contrast) = (bits, 0.25)
      let found = try #require(LevelStatistics(of: picture.channels).bits)
      #expect(abs(found - Double(bits)) < 0.15, "\(bits) bits: \(found)")
      #expect(found < last)
      last = found
    }
  }

  @Test func narrowAndSmallPicturesAreNotBanded() throws {
    var dark = SyntheticPhotograph(seed: 201)
    (dark.brightness, dark.contrast) = (0.1, 0.04)
    #expect(try #require(LevelStatistics(of: dark.channels).bits) > 7.9)
    // Too few samples to fill every level.
    var small = SyntheticPhotograph(seed: 202)
    (small.height, small.width) = (32, 32)
    #expect(LevelStatistics(of: small.channels).bits == nil)
    #expect(LevelStatistics(of: [Plane(height: 100, width: 100, repeating: 0.3)]).bits == nil)
  }

  @Test func whatPilesUpAtTheEndsIsCounted() {
    let half = Plane(height: 10, width: 10) { y, _ in y < 3 ? 0 : y < 5 ? 1 : 0.5 }
    #expect(isClose(LevelStatistics(of: [half]).endShare, 0.5))
    #expect(LevelStatistics.histogram(of: [half])[128] == 50)
  }
}
