import GinghamNetworks
import GinghamPrediction
import GinghamTensors
import GinghamTestSupport
import Testing

@testable import GinghamRewriting

/// Weights that are brought to equal phase sums, seen through an independent count of these sums.
@Suite struct EqualPhaseSumsTests {
  private func random(_ shape: Shape, seed: UInt64) -> Tensor {
    Tensor(shape) { NormalSequence(seed: seed, name: "weight").fill($0) }
  }

  @Test(arguments: [(4, 2, 1), (3, 2, 1), (5, 3, 0)])
  func evenedFiltersPaintEvenlyAndKeepTheirMeanSum(kernel: Int, stride: Int, padding: Int) throws {
    let weight = random([3, 2, kernel, kernel], seed: 9)
    let window = Window(kernel, stride: stride, padding: padding)
    let evened = weight.withEqualPhaseSums(on: window)
    let (before, after) = (try PhaseSums(weight: weight, window: window), try PhaseSums(weight: evened, window: window))
    #expect(before.meanDeviation > 0.1)
    #expect(after.meanDeviation < 1e-5)
    let means = [1.0, -2, 0.5]
    for (a, b) in zip(before.painted(by: means), after.painted(by: means)) {
      #expect(isClose(a.reduce(0, +), b.reduce(0, +), 1e-5))
    }
    let again = evened.withEqualPhaseSums(on: window)
    #expect(again.scalars.elementsEqual(evened.scalars) { abs($0 - $1) < 1e-6 })
  }

  @Test func aPhaseWithoutTapsStaysEmpty() throws {
    let window = Window(2, stride: 3)
    let sums = try PhaseSums(
      weight: random([1, 1, 2, 2], seed: 2).withEqualPhaseSums(on: window), window: window)
    let grid = sums.painted(by: [1])[0]
    #expect(sums.tapCounts.count { $0 == 0 } == 5)
    for (count, value) in zip(sums.tapCounts, grid) where count == 0 { #expect(value == 0) }
    let live = zip(sums.tapCounts, grid).filter { $0.0 > 0 }.map(\.1)
    #expect(live.allSatisfy { isClose($0, live[0], 1e-6) })
  }

  /// Of all changes that make the sums equal the least one moves every tap of a phase alike.
  @Test func everyTapOfAPhaseMovesAlike() {
    let weight = random([1, 1, 5, 5], seed: 3)
    let evened = weight.withEqualPhaseSums(on: Window(5, stride: 2))
    var moves: [Int: [Float]] = [:]
    for tap in 0..<25 {
      moves[tap / 5 % 2 * 2 + tap % 5 % 2, default: []].append(evened.scalars[tap] - weight.scalars[tap])
    }
    for phase in moves.values { #expect(phase.allSatisfy { abs($0 - phase[0]) < 1e-6 }) }
  }
}
