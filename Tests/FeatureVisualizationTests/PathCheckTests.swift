@testable import GinghamFeatureVisualization
import GinghamSignals
import GinghamTensors
import Testing

/// Similarities against closed forms, and chances where they are known.
@Suite struct PathCheckTests {
  private static let layers = [("a", 5), ("b", 4)]

  private func profile(_ a: [Float], _ b: [Float] = [1, 2, 3, 4]) -> PathCheck.Profile {
    .init(Self.layers.map { (name: $0.0, channels: $0.1) }, means: a + b)
  }

  @Test func similarityIsSpearmansCorrelation() {
    // 1 − 6·Σd²/(n(n² − 1)) without ties.
    func similarity(_ x: [Float], _ y: [Float]) -> Double { profile(x).similarity(to: profile(y), at: 0) ?? .nan }
    let found = similarity([1, 2, 3, 4, 5], [5, 6, 7, 8, 7.5])
    // The last two change places: Σd² = 2.
    #expect(abs(found - 0.9) < 1e-6)
    // Ties share their ranks: as the room Signals has it.
    let (tied, other): ([Float], [Float]) = ([1, 1, 3, 0, 2], [4, 2, 2, 2, 9])
    let expected = rankCorrelation(tied.map(Double.init), other.map(Double.init)) ?? .nan
    #expect(abs(similarity(tied, other) - expected) < 1e-6)
    let turned = profile([1, 2, 3, 4, 5], [4, 3, 2, 1]).similarity(to: profile([1, 2, 3, 4, 5]), at: 1) ?? .nan
    #expect(abs(turned + 1) < 1e-6)
    #expect(profile([2, 2, 2, 2, 2]).similarity(to: profile([1, 2, 3, 4, 5]), at: 0) == nil)
  }

  @Test func chancesAreShares() throws {
    let own = [profile([1, 2, 3, 4, 5]), profile([1, 2, 3, 5, 4]), profile([2, 1, 3, 4, 5])]
    let others = [profile([5, 4, 3, 2, 1]), profile([1, 5, 2, 4, 3]), profile([3, 3.5, 1, 2, 4])]
    // One of the unit's own photographs: as near as they come.
    let alike = PathCheck(of: own[0], among: own, and: others).layers[0]
    #expect(alike.othersAsNear == 0.25)
    #expect(alike.ownAsFar == 1)
    #expect(try #require(alike.normalized) > 1)
    // One of the others: within them, and apart from every photograph of the unit.
    let strange = PathCheck(of: others[0], among: own, and: others).layers[0]
    #expect(strange.ownAsFar == 0.25)
    #expect(strange.othersAsNear == 1)
    #expect(try #require(strange.normalized) < 0)
    // Means over pairs, by hand.
    let pairs = [(0, 1), (0, 2), (1, 2)].map { own[$0].similarity(to: own[$1], at: 0) ?? .nan }
    #expect(abs(try #require(alike.own) - pairs.reduce(0, +) / 3) < 1e-9)
    let all = others.flatMap { other in own.map { other.similarity(to: $0, at: 0) ?? .nan } }
    #expect(abs(try #require(alike.others) - all.reduce(0, +) / 9) < 1e-9)
    // Where all are equal nothing is nearer than chance, and there is no scale.
    let equal = PathCheck(of: own[0], among: own, and: others).layers[1]
    #expect(equal.othersAsNear == 1 && equal.ownAsFar == 1 && equal.normalized == nil)
  }

  /// Pictures drawn alike: each share is below 1/n in 1/n of the cases.
  @Test func chanceHoldsItsLevelAmongEquals() {
    var (near, far, count) = (0, 0, 0)
    for trial in 0..<300 {
      let all = (0..<12).map { index in
        let values = noise([5], seed: UInt64(trial * 50 + index)).scalars
        return profile(values)
      }
      let layer = PathCheck(of: all[0], among: Array(all[1..<3]), and: Array(all[3...])).layers[0]
      near += layer.othersAsNear <= 0.1 ? 1 : 0
      far += layer.ownAsFar <= 0.34 ? 1 : 0
      count += 1
    }
    // At most one in ten: 30 of 300 and three deviations. Ties make it fewer.
    #expect(near <= 46 && near > 5, "\(near) of \(count)")
    #expect(far > 30, "\(far) of \(count)")
  }
}
