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
  /// Stars before a night, a subject on a white table: nothing is saturated, however much of the picture is empty.
  @Test(arguments: [0.0, 1.0]) func aBackgroundIsNotSaturated(_ end: Double) {
    let subject = Plane(height: 20, width: 20) { y, x in
      (5..<10).contains(y) && (5..<10).contains(x) ? 0.5 : end
    }
    let found = LevelStatistics(of: [subject, subject, subject])
    #expect(isClose(found.endShare, 375 / 400))
    #expect(found.saturatedShare == 0)
  }

  @Test func whatTheBackgroundDoesNotReachIsSaturated() {
    // A hole of 4 pixels within the subject.
    let grey = Plane(height: 20, width: 20) { y, x in
      switch (y, x) {
      case (6...7, 6...7): 0
      case (5...10, 5...10): 0.5
      default: 0
      }
    }
    #expect(isClose(LevelStatistics(of: [grey]).saturatedShare, 4 / 400))
    // The night comes as near as a diagonal, which does not lead in; a step along the row does.
    var touched = grey
    touched[5, 5] = 0
    #expect(isClose(LevelStatistics(of: [touched]).saturatedShare, 4 / 400))
    touched[5, 6] = 0
    #expect(LevelStatistics(of: [touched]).saturatedShare == 0)
    // A colour is no background: one channel is at its end alone.
    let full = Plane(height: 20, width: 20, repeating: 1)
    #expect(isClose(LevelStatistics(of: [full, Plane(height: 20, width: 20, repeating: 0.5)]).saturatedShare, 0.5))
  }

  @Test func bothEndsAreSaturatedWhereverTheyLie() {
    let halves = Plane(height: 10, width: 10) { y, _ in y < 3 ? 0 : y < 5 ? 1 : 0.5 }
    #expect(isClose(LevelStatistics(of: [halves]).saturatedShare, 0.4))
    var driven = SyntheticPhotograph(seed: 203)
    driven.contrast = 3
    #expect(LevelStatistics(of: driven.channels).saturatedShare > 0.5)
  }
}
