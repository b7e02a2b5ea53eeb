import GinghamTensors
import Testing

@testable import GinghamAdversarialProbing

/// Against torchattacks 3.5.1 and a plain PyTorch writing of the paper (notebooks-scripts/golden/momentum.py).
@Suite struct MomentumTests {
  private let golden: GoldenNet
  private let classifier: Classifier

  init() throws {
    golden = try GoldenNet()
    classifier = try golden.classifier()
  }

  private static let budgets: [PerturbationNorm: Float] = [.linf: 8 / 255, .l2: 0.6]

  @Test(arguments: PerturbationNorm.allCases, [Float(1), 0.5])
  func picturesAgreeForEveryNumberOfSteps(norm: PerturbationNorm, momentum: Float) throws {
    let arrays = try GoldenNet.arrays("momentum")
    let name = "\(norm.rawValue).\(momentum == 1 ? "1" : "\(momentum)")"
    let expected = try #require(arrays[name])
    let batch = try golden.batch()
    for (row, steps) in [1, 2, 3, 5, 10, 20].enumerated() {
      let attack = MomentumFastGradient(norm: norm, steps: steps, momentum: momentum)
      let result = try attack.run(batch, epsilons: [try #require(Self.budgets[norm])], against: classifier)[0]
      #expect(largestDifference(result.raw, expected.sample(row)) <= 1e-5, "\(name) after \(steps) steps")
      #expect(result.outcomes.allSatisfy { $0.losses.count == steps + 1 })
    }
    #expect(classifier.predictions == (try #require(arrays[name + ".classes"])).scalars.map(Int.init))
  }

  /// What is left without momentum is the descent whose steps together just reach the border.
  @Test(arguments: PerturbationNorm.allCases) func withoutMomentumItIsADescent(norm: PerturbationNorm) throws {
    let batch = try golden.batch()
    let epsilon = try #require(Self.budgets[norm])
    let plain = ProjectedGradientDescent(norm: norm, steps: 7, relativeStepSize: 1.0 / 7)
    let found = try MomentumFastGradient(norm: norm, steps: 7, momentum: 0)
      .run(batch, epsilons: [epsilon], against: classifier)[0]
    let expected = try plain.run(batch, epsilons: [epsilon], against: classifier)[0]
    #expect(largestDifference(found.raw, expected.raw) <= 1e-6)
    #expect(found.outcomes.map(\.steps) == expected.outcomes.map(\.steps))
  }
}

@Suite struct AttackKindTests {
  @Test func kindsHaveNamesOfTheirOwn() {
    #expect(Set(AttackKind.all.map(\.name)).count == AttackKind.all.count)
    #expect(AttackKind.all.allSatisfy { AttackKind(named: $0.name) == $0 && !$0.summary.isEmpty })
    #expect(AttackKind(named: "magic") == nil)
  }

  @Test func attacksWithoutATargetedFormRefuseTargets() throws {
    let golden = try GoldenNet()
    let classifier = try golden.classifier()
    let batch = try golden.batch(targets: golden.labels.map { ($0 + 2) % 7 })
    for attack in AttackKind.all.map({ $0.attack(AttackOptions(steps: 2)) }) {
      if attack.isTargetable {
        #expect(throws: Never.self) { try attack.run(batch, epsilons: [0.1], against: classifier) }
      } else {
        #expect(throws: ProbingError.noTargetedForm(attack: attack.name)) {
          try attack.run(batch, epsilons: [0.1], against: classifier)
        }
      }
    }
  }
}
