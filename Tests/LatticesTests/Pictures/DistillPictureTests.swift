import Foundation
import GinghamImaging
import GinghamTestSupport
import Testing

@testable import GinghamLattices

/// The pictures of Odena, Dumoulin & Olah (2016), whose captions say which layers made them.
@Suite struct DistillPictureTests {
  struct Set: CustomStringConvertible {
    var prefix: String
    /// Shares in percent, computed with NumPy from the definition: median over pictures × RGB, high-pass of period 4.
    var two: Double
    var four: Double
    var three: Double
    var twoIsArtifact: Bool
    var fourIsArtifact: Bool
    var description: String { prefix }
  }

  static let sets = [
    Set(prefix: "fix_zero", two: 0.02, four: 5.03, three: 1.05, twoIsArtifact: false, fourIsArtifact: false),
    Set(prefix: "fix_one", two: 6.95, four: 1.93, three: 1.43, twoIsArtifact: true, fourIsArtifact: false),
    Set(prefix: "fix_two", two: 3.45, four: 18.86, three: 0.53, twoIsArtifact: true, fourIsArtifact: true),
    Set(prefix: "style_artifacts", two: 9.30, four: 4.62, three: 0.04, twoIsArtifact: true, fourIsArtifact: true),
    Set(prefix: "style_clean", two: 0.04, four: 1.00, three: 0.12, twoIsArtifact: false, fourIsArtifact: false),
  ]

  private func pictures(_ prefix: String) throws -> [[Plane]] {
    let folder = try #require(Bundle.module.resourceURL).appendingPathComponent("Golden/distill")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    return try names.filter { $0.hasPrefix(prefix) && $0.hasSuffix(".png") }.map {
      let picture = try Picture(contentsOf: folder.appendingPathComponent($0).path, transparency: .dropped)
      return try Plane.planes(of: picture.rgb.pixels)
    }
  }

  @Test(arguments: sets) func sharesAndVerdictsAgreeWithTheCaption(_ set: Set) throws {
    let lattice = try PictureLattice(periods: [2, 4])
    let pictures = try pictures(set.prefix)
    let finding = try lattice.finding(pooling: pictures.flatMap { try lattice.measure(picture: $0) })
    #expect(finding.maps == 3 * pictures.count)
    let two = try #require(finding.bands.first { $0.period == 2 })
    let four = try #require(finding.bands.first { $0.period == 4 })
    let three = try #require(finding.controls.first { $0.period == 3 })
    #expect(abs(100 * two.share - set.two) < 0.3)
    #expect(abs(100 * four.share - set.four) < 0.3)
    #expect(abs(100 * three.share - set.three) < 0.3)
    #expect(two.verdict == (set.twoIsArtifact ? .artifact : .clean))
    #expect(four.verdict == (set.fourIsArtifact ? .artifact : .clean))
    #expect(two.controlPeriod == 3)
  }

  @Test func nullsAreThoseOfWhiteNoise() throws {
    let lattice = try PictureLattice(periods: [2, 4])
    let small = try lattice.finding(ofPicture: pictures("fix_zero")[0])
    #expect(isClose(small.bands[0].null, 3.0 / 575) && isClose(small.bands[1].null, 12.0 / 575))
    let large = try lattice.finding(ofPicture: pictures("style_clean")[0])
    #expect(large.bands[0].null < 0.0003 && large.bands[1].null < 0.0009)
  }

  @Test func theMosaicOfTheStyledPictureIsFoundWithoutKnowingItsPeriod() throws {
    let found = try #require(try PeriodSearch().search(pictures("style_artifacts")[0]))
    #expect(found.wholePeriod == 2 || found.wholePeriod == 4)
    #expect(found.explainedShare > 0.5)
  }
}
