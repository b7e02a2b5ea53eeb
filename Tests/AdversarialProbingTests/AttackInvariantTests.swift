import GinghamTensors
import Testing

@testable import GinghamAdversarialProbing

/// What must hold for every attack whatever the network.
@Suite struct AttackInvariantTests {
  private let golden: GoldenNet
  private let classifier: Classifier

  init() throws {
    golden = try GoldenNet()
    classifier = try golden.classifier()
  }

  /// All that are registered, so that a new one is tested with the others.
  private static let attacks: [any Attack] = PerturbationNorm.allCases.flatMap { norm in
    AttackKind.all.map { $0.attack(AttackOptions(norm: norm, steps: 20, restarts: 2, startsRandomly: true)) }
  }

  private static func budgets(_ norm: PerturbationNorm) -> [Float] {
    norm == .linf ? [0, 0.5 / 255, 2 / 255, 8 / 255, 0.3] : [0, 0.05, 0.3, 1, 5]
  }

  @Test(arguments: attacks.indices)
  func budgetsHoldBeforeAndAfterRounding(index: Int) throws {
    let attack = Self.attacks[index]
    let batch = try AttackBatch(
      pictures: golden.pictures.map { ($0 * 255).rounded() / 255 }, labels: golden.labels)
    let budgets = Self.budgets(attack.norm)
    for (epsilon, result) in zip(budgets, try attack.run(batch, epsilons: budgets, against: classifier, seed: 3)) {
      for (sample, distances) in result.rounded.distances(to: batch.pictures).enumerated() {
        #expect(distances[attack.norm] <= Double(epsilon) * (1 + 1e-5) + 1e-7, "\(attack.name) at \(epsilon)")
        #expect(
          result.outcomes[sample].distances[attack.norm] <= Double(epsilon) * (1 + 1e-5) + 1e-7,
          "\(attack.name) at \(epsilon)")
      }
      for pictures in [result.raw, result.clipped, result.rounded] {
        #expect(pictures.scalars.allSatisfy { (0...1).contains($0) })
      }
      #expect(result.rounded.scalars.allSatisfy { abs($0 * 255 - ($0 * 255).rounded()) < 1e-3 })
    }
  }

  @Test(arguments: attacks.indices)
  func aBudgetOfZeroIsTheIdentity(index: Int) throws {
    let attack = Self.attacks[index]
    var labels = golden.labels
    labels[1] = (labels[1] + 1) % 7
    let batch = try AttackBatch(pictures: golden.pictures, labels: labels)
    let result = try attack.run(batch, epsilons: [0], against: classifier)[0]
    #expect(result.clipped == golden.pictures)
    #expect(result.outcomes.map(\.success) == [false, true, false])
  }

  @Test(arguments: attacks.indices)
  func equalSeedsGiveEqualBytesWhateverTheBatch(index: Int) throws {
    let attack = Self.attacks[index]
    let epsilon = Self.budgets(attack.norm)[3]
    let names = ["a", "b", "c"]
    let batch = try AttackBatch(pictures: golden.pictures, labels: golden.labels, names: names)
    let first = try attack.run(batch, epsilons: [epsilon], against: classifier, seed: 5)[0]
    let second = try attack.run(batch, epsilons: [epsilon], against: classifier, seed: 5)[0]
    #expect(first.raw == second.raw)
    #expect(first.outcomes == second.outcomes)
    let order = [2, 0, 1]
    let shuffled = try AttackBatch(
      pictures: .stacked(order.map(golden.pictures.sample)), labels: order.map { golden.labels[$0] },
      names: order.map { names[$0] })
    let third = try attack.run(shuffled, epsilons: [epsilon], against: classifier, seed: 5)[0]
    for (place, sample) in order.enumerated() {
      #expect(largestDifference(third.raw.sample(place), first.raw.sample(sample)) <= 1e-5, "\(attack.name)")
    }
  }

  @Test(arguments: attacks.indices)
  func maskedPixelsStayAsTheyAre(index: Int) throws {
    let attack = Self.attacks[index]
    let mask = PixelMask(height: 12, width: 12) { y, x in (y + x) % 3 == 0 }
    let batch = try golden.batch(masks: [mask, mask, mask])
    let result = try attack.run(
      batch, epsilons: [Self.budgets(attack.norm)[3]], against: classifier, seed: 1)[0]
    for sample in 0..<3 {
      for channel in 0..<3 {
        for pixel in 0..<144 where !mask.isOpen[pixel] {
          let (y, x) = (pixel / 12, pixel % 12)
          #expect(result.raw[sample, channel, y, x] == golden.pictures[sample, channel, y, x])
        }
      }
      #expect(result.outcomes[sample].rawDistances.l0 <= mask.count)
      #expect(result.outcomes[sample].rawDistances.l0 > 0)
    }
  }

  @Test func theLossRises() throws {
    for norm in PerturbationNorm.allCases {
      let epsilon = Self.budgets(norm)[3]
      let batch = try golden.batch()
      for attack in [ProjectedGradientDescent(norm: norm), AutoPGD(norm: norm, steps: 30)] as [any Attack] {
        for outcome in try attack.run(batch, epsilons: [epsilon], against: classifier)[0].outcomes {
          #expect((outcome.losses.max() ?? 0) > (outcome.losses.first ?? 0) + 0.1)
        }
      }
    }
  }

  @Test func aTargetedAttackMovesTowardsItsTarget() throws {
    let targets = golden.labels.map { ($0 + 3) % 7 }
    let batch = try golden.batch(targets: targets)
    func probabilities(_ pictures: Tensor) throws -> [Float] {
      try classifier.values(of: CrossEntropyObjective(targets), at: pictures)
    }
    let clean = try probabilities(golden.pictures)
    let attacks: [any Attack] = [
      ProjectedGradientDescent(norm: .linf), ProjectedGradientDescent(norm: .l2), AutoPGD(norm: .linf, steps: 20),
      FastGradient(norm: .l2),
    ]
    for attack in attacks {
      let result = try attack.run(
        batch, epsilons: [Self.budgets(attack.norm)[3]], against: classifier, seed: 0)[0]
      #expect(zip(try probabilities(result.clipped), clean).allSatisfy { $0 < $1 }, "\(attack.name)")
      for (outcome, target) in zip(result.outcomes, targets) {
        #expect(outcome.success == (outcome.prediction == target))
      }
    }
  }

  @Test func moreRestartsAreNeverWeaker() throws {
    for norm in PerturbationNorm.allCases {
      for epsilon in Self.budgets(norm).dropFirst() {
        var last = 0
        for restarts in 1...4 {
          let attack = ProjectedGradientDescent(norm: norm, steps: 3, startsRandomly: true, restarts: restarts)
          let result = try attack.run(golden.batch(), epsilons: [epsilon], against: classifier, seed: 2)[0]
          let successes = result.outcomes.count { $0.success }
          #expect(successes >= last)
          last = successes
        }
      }
    }
  }

  @Test func anEarlyStopKeepsTheFirstSuccess() throws {
    let attack = ProjectedGradientDescent(norm: .linf, stopsEarly: true)
    let whole = ProjectedGradientDescent(norm: .linf)
    let (stopped, full) = (
      try attack.run(golden.batch(), epsilons: [0.3], against: classifier)[0],
      try whole.run(golden.batch(), epsilons: [0.3], against: classifier)[0]
    )
    for (early, late) in zip(stopped.outcomes, full.outcomes) {
      let steps = try #require(early.steps)
      #expect(steps > 0 && steps < 40)
      #expect(early.success)
      #expect(early.steps == late.steps)
      #expect(early.losses == Array(late.losses.prefix(steps + 1)))
      #expect(early.distances.linf < late.distances.linf)
    }
  }

  @Test func theSmallestBudgetIsOneThatSucceeds() throws {
    let attack = ProjectedGradientDescent(norm: .linf, stopsEarly: true)
    var labels = golden.labels
    labels[2] = (labels[2] + 1) % 7
    let batch = try AttackBatch(pictures: golden.pictures, labels: labels)
    let found = try MinimalEpsilon(of: attack, first: 1 / 255, largest: 1, halvings: 7)
      .search(batch, against: classifier)
    #expect(found[2] == 0)
    for sample in 0..<2 {
      let epsilon = try #require(found[sample])
      let single = try AttackBatch(pictures: golden.pictures.sample(sample), labels: [golden.labels[sample]])
      #expect(try attack.run(single, epsilons: [epsilon], against: classifier)[0].outcomes[0].success)
      #expect(try !attack.run(single, epsilons: [epsilon * 0.97], against: classifier)[0].outcomes[0].success)
    }
    let unreachable = try MinimalEpsilon(of: attack, first: 1e-7, largest: 1e-6).search(
      golden.batch(), against: classifier)
    #expect(unreachable == [nil, nil, nil])
  }

  @Test func successWithinABudgetNeverFalls() {
    let curve = SuccessCurve(
      epsilons: [1, 2, 3],
      outcomes: [[false, true, false], [true, true, true], [false, false, true], [false, false, false]])
    #expect(curve.success == [0.25, 0.5, 0.5])
    #expect(curve.successWithin == [0.25, 0.5, 0.75])
  }

  /// Uniform noise fills its box, Gaussian noise has the length it was given.
  @Test func noiseHasTheSizeItShould() throws {
    let grey = Tensor([2, 3, 40, 40], repeating: 0.5)
    let batch = try AttackBatch(pictures: grey, labels: [0, 0], names: ["a", "b"])
    var box = grey
    RandomStart(norm: .linf, seed: 0, purpose: "test").move(&box, of: batch, epsilons: [0.1, 0.2])
    for (sample, epsilon) in [Float(0.1), 0.2].enumerated() {
      let changes = box.sample(sample).scalars.map { $0 - 0.5 }
      #expect(changes.allSatisfy { abs($0) <= epsilon + 1e-6 })
      let variance = changes.reduce(0) { $0 + $1 * $1 } / Float(changes.count)
      #expect(abs(variance / (epsilon * epsilon / 3) - 1) < 0.05)
    }
    for isOnSurface in [true, false] {
      var ball = grey
      RandomStart(norm: .l2, seed: 0, purpose: "test", isOnSurface: isOnSurface)
        .move(&ball, of: batch, epsilons: [2, 3])
      let distances = ball.distances(to: grey).map(\.l2)
      #expect(abs(distances[0] / 2 - 1) < 1e-3)
      #expect(distances[0] <= 2 + 1e-5 && distances[1] <= 3 + 1e-5)
    }
    #expect(box.sample(0) != box.sample(1))
  }
}

@Suite struct BadBatchTests {
  @Test func whatCannotBeAttackedIsRefused() throws {
    let golden = try GoldenNet()
    let classifier = try golden.classifier()
    let attack = FastGradient()
    #expect(throws: ProbingError.self) {
      try AttackBatch(pictures: golden.pictures.map { $0 * 255 }, labels: [0, 0, 0])
    }
    #expect(throws: ProbingError.wrongCount(what: "labels", expected: 3, found: 2)) {
      try AttackBatch(pictures: golden.pictures, labels: [0, 0])
    }
    #expect(throws: ProbingError.wrongMask(expected: [12, 12], found: [11, 12])) {
      let mask = PixelMask(height: 11, width: 12) { _, _ in true }
      _ = try golden.batch(masks: [mask, mask, mask])
    }
    #expect(throws: ProbingError.emptyMask) {
      let mask = PixelMask(height: 12, width: 12) { _, _ in false }
      _ = try golden.batch(masks: [mask, mask, mask])
    }
    #expect(throws: ProbingError.labelOutOfRange(label: 7, classes: 7)) {
      try attack.run(
        AttackBatch(pictures: golden.pictures, labels: [7, 0, 0]), epsilons: [0.1], against: classifier)
    }
    for epsilon: Float in [-0.1, 1.5, .nan] {
      #expect(throws: ProbingError.self) {
        try attack.run(golden.batch(), epsilons: [epsilon], against: classifier)
      }
    }
    #expect(throws: ProbingError.self) {
      try DeepFool().run(golden.batch(targets: [0, 1, 2]), epsilons: [1], against: classifier)
    }
  }

  @Test func budgetsAreRead() throws {
    #expect(try Epsilon(parsing: "8/255").value == 8 / 255)
    #expect(try Epsilon(parsing: " 0.03 ").value == 0.03)
    #expect(try Epsilon(parsing: "0").value == 0)
    for text in ["", "8/", "/255", "8/0", "8//255", "eight", "nan", "inf", "-1/255", "8/-255", "1/2/3"] {
      #expect(throws: ProbingError.self) { try Epsilon(parsing: text) }
    }
    #expect(throws: ProbingError.self) { try Epsilon(parsing: "8").check(for: .linf, elements: 100) }
    try Epsilon(parsing: "8").check(for: .l2, elements: 100)
    #expect(throws: ProbingError.self) { try Epsilon(parsing: "11").check(for: .l2, elements: 100) }
    #expect(Epsilon.usual(for: .linf).count == 6)
  }
}

@Suite struct EightBitRoundingTests {
  /// The nearest level wherever the budget has room, so that rounding costs an attack as little as it must.
  @Test func roundingIsToTheNearestWhereThereIsRoom() {
    let clean = Tensor([1, 1, 1, 4], [100, 100, 0, 255].map { $0 / 255 })
    let moved = Tensor([1, 1, 1, 4], [103.6, 97.6, 2.4, 253.3].map { $0 / 255 })
    let wide = EightBitRounding.rounded(moved, around: clean, norm: .linf, epsilons: [8 / 255])
    #expect(wide.scalars.map { ($0 * 255).rounded() } == [104, 98, 2, 253])
    let narrow = EightBitRounding.rounded(moved, around: clean, norm: .linf, epsilons: [3.7 / 255])
    #expect(narrow.scalars.map { ($0 * 255).rounded() }.prefix(3) == [103, 98, 2])
    let least = EightBitRounding.rounded(moved, around: clean, norm: .linf, epsilons: [0.9 / 255])
    #expect(least == clean)
  }

  /// Of the changes rounded away from the clean picture, the one that was rounded up the most goes back first.
  @Test func aLengthIsKeptByTakingBackWhatWasRoundedUpMost() {
    let clean = Tensor([1, 1, 1, 3], [100, 100, 100].map { $0 / 255 })
    let moved = Tensor([1, 1, 1, 3], [101.6, 101.9, 100.2].map { $0 / 255 })
    let squares: Float = 2.56 + 3.61 + 0.04
    let epsilon = squares.squareRoot() / 255
    let rounded = EightBitRounding.rounded(moved, around: clean, norm: .l2, epsilons: [epsilon])
    #expect(rounded.scalars.map { ($0 * 255).rounded() } == [101, 102, 100])
  }
}
