import Foundation
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

  /// Detail at all scales, as photographs have it, about twenty levels of it.
  private func photograph(_ noise: inout Noise, side: Int = 128) throws -> Plane {
    var sum = Plane(height: side, width: side, repeating: 0.5)
    for period in [2, 4, 8, 16, 32] {
      let layer = try TriangleFilter(period: period).smoothed(noise.plane(side, side), border: .reflect)
      for index in sum.values.indices { sum.values[index] += 0.003 * Double(period * period) * layer.values[index] }
    }
    return sum
  }

  /// A decoder's grid along rows or columns alone, faint and over everything.
  @Test(arguments: [2, 4, 8], [0.5, 1, 2, 4]) func aFaintGridAlongOneAxisIsNoRule(period: Int, levels: Double) throws {
    var noise = Noise(seed: 93)
    // One place of P is raised: deviation √(P − 1)/P.
    let height = levels / 255 * Double(period) / Double(period - 1).squareRoot()
    for down in [false, true] {
      let base = try photograph(&noise)
      let channels = (0..<3).map { _ in
        Plane(height: 128, width: 128) { y, x in
          rounded(base[y, x] + ((down ? y : x).isMultiple(of: period) ? height : 0))
        }
      }
      let finding = try PictureLattice(periods: [2, 4, 8]).finding(ofPicture: channels)
      let found = try #require(finding.bands.first { $0.period == period })
      #expect(found.verdict == .artifact && found.content == nil, "down: \(down), \(found)")
    }
  }

  /// Whatever the pitch, some of a rule's multiples lie on a lattice.
  @Test func paperWithLinesIsNoGrid() throws {
    var noise = Noise(seed: 94)
    var seen = 0
    for pitch in 2...24 {
      for ink in [10.0, 40, 120] {
        let map = Plane(height: 128, width: 128) { y, _ in
          rounded(0.95 - ((y + 5).isMultiple(of: pitch) ? ink / 255 : 0) + 0.004 * noise.normal())
        }
        let finding = try PictureLattice(periods: [2, 4, 8, 16]).finding(ofPicture: [map, map, map])
        #expect(finding.verdict == .clean, "pitch \(pitch), ink \(ink)")
        seen += finding.bands.count { $0.content == .rules }
      }
    }
    #expect(seen > 40)
  }

  /// Nothing is drawn in smooth noise, however steep its spectrum: a line by chance would take a faint grid for rules.
  @Test(arguments: [96, 256]) func noiseHasNoLines(side: Int) throws {
    var noise = Noise(seed: 97)
    var seen = 0
    for _ in 0..<60 {
      var map = Plane(height: side, width: side, repeating: 0.5)
      for period in [2, 4, 8] {
        let layer = try TriangleFilter(period: period).smoothed(noise.plane(side, side), border: .reflect)
        for index in map.values.indices { map.values[index] += 0.002 * Double(period * period) * layer.values[index] }
      }
      let surface = try #require(try PictureLattice(periods: [2, 4, 8]).measure(map).surface)
      if surface.strongestLine > 0 { seen += 1 }
    }
    #expect(seen <= 2)
  }

  /// Words of random letters of 5×7 in lines, white between them.
  @Test func aPageOfTextIsNoGrid() throws {
    var noise = Noise(seed: 95)
    for pitch in [8, 12, 16] {
      var page = Plane(height: 160, width: 160, repeating: 1)
      for top in stride(from: 3, to: 150, by: pitch) {
        let end = 90 + Int(noise.next() % 60)
        for left in stride(from: 4, to: end, by: 6) where noise.next() % 6 != 0 {
          let letter = noise.next()
          for y in 0..<7 where top + y < 160 {
            for x in 0..<5 where letter >> UInt64(y * 5 + x) & 1 == 1 { page[top + y, left + x] = 0.1 }
          }
        }
      }
      let finding = try PictureLattice(periods: [2, 4, 8, 16]).finding(ofPicture: [page, page, page])
      #expect(finding.verdict == .clean, "pitch \(pitch): \(finding.bands)")
    }
  }

  @Test func orderedDitherIsNamed() throws {
    var noise = Noise(seed: 96)
    let order = [[0.0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]
    for step in [8.0, 32] {
      let channels = try (0..<3).map { _ in
        let base = try photograph(&noise)
        return Plane(height: 128, width: 128) { y, x in
          min(max(step * ((255 * base[y, x] / step) + order[y % 4][x % 4] / 16 - 0.47).rounded(), 0), 255) / 255
        }
      }
      let finding = try PictureLattice(periods: [2, 4, 8]).finding(ofPicture: channels)
      #expect(finding.verdict == .clean, "\(finding.bands)")
      #expect(finding.bands.contains { $0.content == .orderedDither }, "step \(step): \(finding.bands)")
    }
    // All levels occur.
    #expect(OrderedDither(in: try photograph(&noise)) == nil)
  }

  /// A wave of another period than the lattices': its power, and none of the noise's.
  @Test func linesOfOtherPitchesHaveTheirShare() {
    var noise = Noise(seed: 97)
    let (side, amplitude) = (240, 0.5)
    func map(_ period: Double) -> Tensor {
      let wave = (0..<side).map { y -> Double in amplitude * 2.0.squareRoot() * cos(2 * Double.pi * Double(y) / period)
      }
      return Plane(height: side, width: side) { y, _ in noise.normal() + wave[y] }.tensor
    }
    let share = AxisLines.strongest(in: map(5), besides: [2, 4, 8])
    // a²/4 of a wave of amplitude a over the variance of all.
    #expect(abs(share - amplitude * amplitude / 2 / (1 + amplitude * amplitude)) < 0.02, "\(share)")
    #expect(AxisLines.strongest(in: map(4), besides: [2, 4, 8]) < 0.001)
  }
}
