import GinghamTensors
import GinghamTestSupport
import Testing

@testable import GinghamLattices

/// What is drawn at the period of a lattice is no grid of a decoder's.
@Suite struct RegularContentTests {
  private let side = 96

  private func band(_ period: Int, of map: Plane) throws -> PictureLatticeFinding.Band {
    try #require(try PictureLattice(periods: [2, 4, 8]).finding(ofPicture: [map]).bands.first { $0.period == period })
  }

  /// To eight bits.
  private func rounded(_ value: Double) -> Double { (255 * min(max(value, 0), 1)).rounded() / 255 }

  @Test(arguments: [2, 4, 8]) func rulesAlongTheAxesAreNoGrid(period: Int) throws {
    var noise = Noise(seed: 90)
    for both in [false, true] {
      let map = Plane(height: side, width: side) { y, x in
        let lines = (y % period == 0 ? 0.2 : 0) + (both && x % period == 0 ? 0.2 : 0)
        return 0.5 + lines + 0.01 * noise.normal()
      }
      let found = try band(period, of: map)
      #expect(found.share > 0.2 && (found.peakDecibels ?? 0) > 20)
      #expect(found.content == .rules && found.verdict == .clean, "both: \(both)")
    }
  }

  /// What a transposed convolution of kernel P + 1 at stride P paints on a constant, squared as a rectifier's power is.
  @Test(arguments: [2, 4, 8]) func whatLayersPaintHasCrossings(period: Int) throws {
    var noise = Noise(seed: 91)
    let map = Plane(height: side, width: side) { y, x in
      let counts = Double((y % period == 0 ? 2 : 1) * (x % period == 0 ? 2 : 1))
      return 0.5 + 0.01 * counts * counts + 0.004 * noise.normal()
    }
    let found = try band(period, of: map)
    #expect(found.verdict == .artifact && found.content == nil)
  }

  /// A single frequency off the axes, as learned phase sums leave it.
  @Test func aCheckerboardIsNoRule() throws {
    var noise = Noise(seed: 92)
    let map = Plane(height: side, width: side) { y, x in
      0.5 + ((y + x).isMultiple(of: 2) ? 0.02 : -0.02) + 0.02 * noise.normal()
    }
    #expect(try band(2, of: map).verdict == .artifact)
  }

  /// Half of the picture is one colour to the last bit: nothing was painted there.
  @Test func plainAreasSpeakAgainstAGrid() throws {
    func map(plain: Double) -> Plane {
      Plane(height: side, width: side) { y, x in
        if x < side / 2 { return rounded(plain) }
        return rounded(0.5 + (y % 2 == 0 && x % 2 == 0 ? 0.2 : 0) + 0.05 * Double((y / 7 + x / 5) % 3))
      }
    }
    let drawn = try band(2, of: map(plain: 0.8))
    #expect(drawn.content == .plainAreas && drawn.verdict == .clean)
    // White may be clipped, and says nothing.
    #expect(try band(2, of: map(plain: 1)).verdict == .artifact)
  }

  @Test func aRampOfEightBitsHasSteps() throws {
    for step in [2.0, 4, 8] {
      let map = Plane(height: side, width: side) { _, x in rounded(0.2 + Double(x) / step / 255) }
      #expect(try PictureLattice(periods: [2, 4, 8]).finding(ofPicture: [map, map, map]).verdict == .clean, "\(step)")
    }
  }

  @Test func cellsAreCountedFromTheFirstPixel() {
    let map = Plane(height: 4, width: 6) { y, x in x < 2 ? 0.5 : x < 4 ? Double(y) / 8 : 1 }
    // Of six cells two are plain and two white; the first row of the middle ones holds a 0 that is no cell.
    #expect(map.plainShare(ofCells: 2) == 0.5)
    #expect(map.plainShare(ofCells: 7) == 0)
  }
}
