import GinghamSignals
import GinghamTensors
import Testing

@testable import GinghamLattices

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Grids that were resized or turned since they were painted.
@Suite struct MovedGridTests {
  /// What repeats with a period that need not be whole along axes turned by some degrees: the product of two rows of
  /// bumps, below the Nyquist frequency, over noise that was smoothed twice.
  private func picture(
    period: Double, turn: Double = 0, levels: Double, side: Int = 256, seed: UInt64 = 1, crossings: Bool = true
  ) -> Plane {
    var random = SeededGenerator(seed: seed, name: "moved grid")
    var noise = Plane(
      height: side, width: side,
      values: (0..<(side * side)).map { _ in Double.random(in: -0.3...0.3, using: &random) })
    for _ in 0..<2 {
      let last = noise
      for y in 1..<(side - 1) {
        for x in 1..<(side - 1) {
          noise[y, x] = (last[y, x] + last[y - 1, x] + last[y + 1, x] + last[y, x - 1] + last[y, x + 1]) / 5
        }
      }
    }
    let angle = turn * .pi / 180
    let frequency = 2 * Double.pi / period
    // Harmonics below the Nyquist frequency.
    let harmonics = (1...3).filter { Double($0) / period < 0.48 }
    func bumps(_ u: Double) -> Double { harmonics.reduce(0) { $0 + cos(Double($1) * frequency * u) } }
    for y in 0..<side {
      for x in 0..<side {
        let u = Double(y) * cos(angle) + Double(x) * sin(angle)
        let v = Double(x) * cos(angle) - Double(y) * sin(angle)
        let (a, b) = (bumps(u), bumps(v))
        let grid = crossings ? (1 + a) * (1 + b) - 1 : a + b
        noise[y, x] = 0.5 + noise[y, x] / 4 + levels / 255 * grid
      }
    }
    return noise
  }

  private func found(_ map: Plane, periods: [Int] = [2, 4, 8]) throws -> PictureLatticeFinding {
    try PictureLattice(periods: periods, seeksMoved: true).finding(ofPicture: [map])
  }

  @Test(arguments: [(4.4, 0.0), (3.6, 0.0), (4.0, 2.0), (8.8, -3.0), (2.2, 0.0), (6.3, 1.0)])
  func periodAndTurnAreMeasured(period: Double, turn: Double) throws {
    let finding = try found(picture(period: period, turn: turn, levels: 2))
    let moved = try #require(finding.moved)
    #expect(moved.verdict == .artifact && finding.verdict == .artifact)
    #expect(abs(moved.period / period - 1) < 0.005)
    #expect(abs(moved.turn - turn) < 0.1)
    #expect(moved.isStraight == (turn == 0))
    #expect(!moved.isUnmoved)
  }

  @Test func largePicturesAreSearchedInPieces() throws {
    let moved = try #require(try found(picture(period: 4.4, turn: 2, levels: 1, side: 560)).moved)
    #expect(moved.verdict == .artifact && abs(moved.period - 4.4) < 0.03 && abs(moved.turn - 2) < 0.1)
  }

  @Test func texturesRulesAndGridsWhereTheyWerePaintedAreNoMovedOnes() throws {
    for seed in 0..<8 {
      let moved = try found(picture(period: 4, levels: 0, seed: UInt64(seed))).moved
      #expect(moved?.verdict != .artifact)
    }
    // Lines along both axes add up: nothing is at their crossings.
    #expect(try found(picture(period: 6.3, levels: 3, crossings: false)).moved?.verdict != .artifact)
    // The bands' own.
    let whole = try found(picture(period: 4, levels: 2))
    #expect(whole.bands.contains { $0.period == 4 && $0.verdict == .artifact })
    #expect(whole.moved?.verdict != .artifact)
    // A whole period that nobody asked for is found by its own name.
    let odd = try #require(try found(picture(period: 5, levels: 2)).moved)
    #expect(odd.verdict == .artifact && odd.isUnmoved && abs(odd.period - 5) < 0.02)
  }

  @Test func aSetShowsWhatMostOfItsPicturesShow() throws {
    let lattice = try PictureLattice(periods: [2, 4], seeksMoved: true)
    func set(_ levels: [Double]) throws -> MovedGrid? {
      try lattice.finding(
        pooling: levels.enumerated().flatMap {
          try lattice.measure(picture: [picture(period: 4.4, levels: $1, seed: UInt64($0))])
        }
      ).moved
    }
    #expect(try set([2, 2, 0])?.verdict == .artifact)
    #expect(try set([2, 0, 0]) == nil)
  }

  @Test func chancesFallWithTheScore() {
    let chances = stride(from: 0, through: 12, by: 0.1).map(MovedGrid.chance)
    #expect(zip(chances, chances.dropFirst()).allSatisfy { $0 >= $1 })
    #expect(chances[0] == 1 && chances.last.map { $0 > 0 && $0 < 1e-3 } == true)
  }

  @Test func smallPicturesAndOthersThatDoNotAskAreNotSearched() throws {
    #expect(try found(picture(period: 4.4, levels: 2, side: 100)).moved == nil)
    #expect(try PictureLattice(periods: [2]).finding(ofPicture: [picture(period: 4.4, levels: 2)]).moved == nil)
  }
}
