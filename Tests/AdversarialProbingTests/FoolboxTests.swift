import GinghamTensors
import Testing

@testable import GinghamAdversarialProbing

/// Iterate by iterate against foolbox 3.3.4 on a small random net, random starts off
/// (notebooks-scripts/golden/adversarial.py).
@Suite struct FoolboxTests {
  private static let linf: Float = 8 / 255
  private static let l2: Float = 0.6
  private let golden: GoldenNet
  private let classifier: Classifier

  init() throws {
    golden = try GoldenNet()
    classifier = try golden.classifier()
  }

  /// - Parameter steps: of the iterates that are stored.
  private func expectEqual(
    _ name: String, steps: [Int], targets: [Int]? = nil, _ attack: (Int) -> any Attack, epsilon: Float
  ) throws {
    let expected = try golden[name]
    #expect(expected.shape[0] == steps.count)
    let batch = try golden.batch(targets: targets)
    for (index, step) in steps.enumerated() {
      let result = try attack(step).run(batch, epsilons: [epsilon], against: classifier)[0]
      #expect(largestDifference(result.raw, expected.sample(index)) <= 1e-5, "\(name) after \(step) steps")
      if index == steps.count - 1 {
        // A minimum-norm attack's budget may cut its end off, so its raw end is what foolbox speaks of.
        let predictions = try classifier.predictions(of: result.raw)
        if targets == nil { #expect(predictions == (try golden.classes(name)), "\(name)") }
      }
    }
  }

  @Test func fastGradient() throws {
    try expectEqual("fgsm.linf", steps: [1], { _ in FastGradient(norm: .linf) }, epsilon: Self.linf)
    try expectEqual("fgsm.l2", steps: [1], { _ in FastGradient(norm: .l2) }, epsilon: Self.l2)
  }

  @Test func projectedGradientDescent() throws {
    // foolbox holds the step size at ε/30 and ε/40 whatever the number of steps.
    try expectEqual(
      "pgd.linf", steps: [1, 2, 3, 5, 10, 20, 40],
      { ProjectedGradientDescent(norm: .linf, steps: $0) }, epsilon: Self.linf)
    try expectEqual(
      "pgd.l2", steps: [1, 2, 3, 5, 10, 20, 50], { ProjectedGradientDescent(norm: .l2, steps: $0) }, epsilon: Self.l2)
    #expect(ProjectedGradientDescent(norm: .linf).steps == 40)
    #expect(ProjectedGradientDescent(norm: .l2).steps == 50)
  }

  @Test func targetedDescent() throws {
    try expectEqual(
      "targeted.linf", steps: [1, 20, 40], targets: golden.labels.map { ($0 + 2) % 7 },
      { ProjectedGradientDescent(norm: .linf, steps: $0) }, epsilon: Self.linf)
  }

  @Test func deepFool() throws {
    for (name, norm) in [("deepfool.l2", PerturbationNorm.l2), ("deepfool.linf", .linf)] {
      try expectEqual(
        name, steps: [1, 2, 3, 5, 10, 20, 50], { DeepFool(norm: norm, steps: $0) }, epsilon: norm == .l2 ? 5 : 0.9)
    }
  }
}
