import GinghamLattices
import GinghamTestSupport
import Testing

@testable import GinghamPrediction

@Suite struct EquivalentLayerTests {
  @Test func notationGivesTheEquivalentKernel() throws {
    let nearest = try EquivalentLayer(parsing: "nearest2:1,10,100")
    // rev(k) * (1, 1): (c, b + c, a + b, a).
    #expect(nearest.kernel == [100, 110, 11, 1] && nearest.stride == 2)
    #expect(nearest.phaseSums == [111, 111] && nearest.sumDeviation == 0)
    let bilinear = try EquivalentLayer(parsing: "bilinear2: 1, 10, 100")
    // rev(k) * (½, 1, ½).
    #expect(bilinear.kernel == [50.0, 105.0, 60.5, 6.0, 0.5])
    #expect(bilinear.phaseSums.allSatisfy { isClose($0, 111) })
    let subpixel = try EquivalentLayer(parsing: "subpixel:1,2;3,4")
    #expect(subpixel.kernel == [2, 4, 1, 3] && subpixel.stride == 2)
    #expect(subpixel.phaseSums == [3, 7])
  }

  @Test func learnedTapsMayCompensateOrSpoil() throws {
    let even = try EquivalentLayer(parsing: "deconvolution2:1,2,1")
    #expect(even.phaseSums == [2, 2] && even.sumDeviation == 0)
    // Powers 2 and 4: CV² = (1/3)².
    #expect(isClose(even.powerUnevenness, 1.0 / 9))
    let uneven = try EquivalentLayer(parsing: "deconvolution2:.1,.1,.1,.44")
    #expect(isClose(uneven.sumDeviation, 0.17 / 0.37))
    let both = try EquivalentLayer(parsing: "deconvolution2:1,3,3,1")
    #expect(both.sumDeviation == 0 && both.powerUnevenness == 0)
  }

  @Test func badNotationIsExplained() {
    for text in [
      "", "nearest2", "nearest:1,2", "nearest0:1", "nearest2:", "nearest2:1,x", "nearest2:1;2", "linear2:1,2",
      "subpixel:1,2", "subpixel:1,2;3", "subpixel3:1,2;3,4", "deconvolution99:1", "nearest2:inf",
    ] {
      #expect(throws: ArtifactError.self, "\(text)") { try EquivalentLayer(parsing: text) }
    }
  }
}
