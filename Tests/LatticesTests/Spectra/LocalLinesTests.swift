import GinghamTensors
import Testing

@testable import GinghamLattices

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Lines that repeat, on a lattice or off it.
@Suite struct LocalLinesTests {
  private func noise(_ seed: UInt64, side: Int = 144, smoothings: Int = 0) -> Plane {
    var random = SeededGenerator(seed: seed, name: "lines")
    var plane = Plane(
      height: side, width: side,
      values: (0..<(side * side)).map { _ in 0.5 + Double.random(in: -0.2...0.2, using: &random) })
    for _ in 0..<smoothings {
      let last = plane
      for y in 0..<side {
        for x in 0..<side {
          let (down, right) = ((y + 1) % side, (x + 1) % side)
          plane[y, x] = (last[y, x] + last[down, x] + last[y, right] + last[down, right]) / 4
        }
      }
    }
    return plane
  }

  private func adding(_ amplitude: Double, period: Double, turn: Double, to plane: Plane) -> Plane {
    var plane = plane
    let angle = turn * .pi / 180
    for y in 0..<plane.height {
      for x in 0..<plane.width {
        plane[y, x] += amplitude * cos(2 * .pi * (Double(y) * cos(angle) + Double(x) * sin(angle)) / period)
      }
    }
    return plane
  }

  @Test func noiseHasNoneHoweverSmooth() throws {
    for seed in 0..<3 {
      let one = try #require(LocalLines(of: [noise(UInt64(seed))]))
      #expect((9.5...12.5).contains(one.decibels))
      let three = try #require(LocalLines(of: (0..<3).map { noise(UInt64(10 * seed + $0 + 100)) }))
      #expect((5.5...8).contains(three.decibels))
      let smooth = try #require(LocalLines(of: [noise(UInt64(seed), smoothings: 1)]))
      #expect(smooth.decibels < 20)
    }
  }

  /// A wave of amplitude a has (a/2·Σw)² in a window, noise of variance v has v·Σw²: of Hann windows of N×N,
  /// a²/4·(N/2)⁴ over v·(3N/8)². The rings' geometric means lie 2.5 dB below the mean.
  @Test(arguments: [(2.8, 0.0), (4.7, 30.0), (2.5, 45.0), (4.0, 0.0)])
  func aLineStandsAsHighAsItsPowerSays(period: Double, turn: Double) throws {
    let amplitude = 0.1
    let found = try #require(LocalLines(of: [adding(amplitude, period: period, turn: turn, to: noise(1))]))
    let variance = 0.4 * 0.4 / 12
    let (half, squares) = (24.0 * 24 * 24 * 24, 18.0 * 18)
    let expected = 10 * log10(amplitude * amplitude / 4 * half / (variance * squares)) + 2.5
    // Between bins a line loses up to 2.9 dB, and some of it is in its own surroundings.
    #expect(found.decibels < expected + 1 && found.decibels > expected - 6)
    #expect(abs(found.period / period - 1) < 0.06)
  }

  @Test func anEdgeIsNoLine() throws {
    var plane = noise(3, smoothings: 1)
    for y in 0..<plane.height { for x in 0..<plane.width where x + y / 3 > 90 { plane[y, x] += 0.3 } }
    #expect(try #require(LocalLines(of: [plane])).decibels < 20)
  }

  @Test func smallPicturesHaveNone() {
    #expect(LocalLines(of: [noise(1, side: 47)]) == nil)
    #expect(LocalLines(of: []) == nil)
  }
}
