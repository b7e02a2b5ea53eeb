import GinghamSignals
import Testing

@testable import GinghamImaging

@Suite struct ColourMapTests {
  @Test(arguments: [ColourMap.sequential, .diverging, .blues, .grey]) func equalStepsLookEqual(map: ColourMap) {
    for count in [32, 100, 256] {
      let colours = (0...count).map { map.colour(at: Double($0) / Double(count)) }
      let steps = zip(colours, colours.dropFirst()).map { CIELAB.difference($0, $1) }
      let mean = steps.reduce(0, +) / Double(count)
      #expect(steps.allSatisfy { abs($0 / mean - 1) < 0.05 }, "\(steps.min() ?? 0)…\(steps.max() ?? 0) around \(mean)")
    }
  }

  @Test func sequentialGrowsLighterThroughout() {
    let lightness = (0...256).map { CIELAB.encode(sRGB: ColourMap.sequential.colour(at: Double($0) / 256)).x }
    #expect(zip(lightness, lightness.dropFirst()).allSatisfy { $0 < $1 })
    #expect(lightness[0] < 5 && lightness[256] > 95)
  }

  @Test func divergingDarkensAlikeOnBothSidesOfWhite() {
    let lab = (0...512).map { CIELAB.encode(sRGB: ColourMap.diverging.colour(at: Double($0) / 512)) }
    #expect(zip(lab[256...], lab[257...]).allSatisfy { $0.x > $1.x })
    for step in 0...256 { #expect(abs(lab[256 - step].x - lab[256 + step].x) < 0.3) }
    #expect(abs(lab[256].y) < 0.01 && abs(lab[256].z) < 0.01 && lab[256].x > 96.9)
    // Negative is blue, positive is red.
    #expect(lab[0].z < -30 && lab[512].y > 30 && lab[512].z > 15)
  }

  /// A colour no screen can show would be clipped and break the evenness unseen.
  @Test(arguments: [ColourMap.sequential, .diverging, .blues]) func everyColourCanBeShown(map: ColourMap) {
    #expect(map.colours.allSatisfy { $0.min() >= 0 && $0.max() <= 1 })
    #expect(map.colours.filter { $0.min() == 0 || $0.max() == 1 }.isEmpty)
  }
}
