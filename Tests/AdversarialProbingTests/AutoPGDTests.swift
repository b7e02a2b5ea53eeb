import GinghamTensors
import Testing

@testable import GinghamAdversarialProbing

/// Against a plain PyTorch writing of the algorithm (notebooks-scripts/golden/adversarial.py).
@Suite struct AutoPGDTests {
  private let golden: GoldenNet
  private let classifier: Classifier

  init() throws {
    golden = try GoldenNet()
    classifier = try golden.classifier()
  }

  @Test(arguments: [PerturbationNorm.linf, .l2], AutoPGD.Loss.allCases)
  func iteratesAgree(norm: PerturbationNorm, loss: AutoPGD.Loss) throws {
    for steps in [100, 30] {
      let attack = AutoPGD(norm: norm, loss: loss, steps: steps, startsRandomly: false)
      let name = "apgd-\(loss.rawValue).\(norm.rawValue).\(steps)"
      let result = try attack.run(golden.batch(), epsilons: [norm == .linf ? 8 / 255 : 0.6], against: classifier)[0]
      #expect(largestDifference(result.raw, try golden[name]) <= 1e-5, "\(name)")
      #expect(try classifier.predictions(of: result.raw) == golden.classes(name), "\(name)")
      let losses = try golden[name + ".losses"]
      for sample in 0..<3 {
        let found = result.outcomes[sample].losses
        #expect(found.count == steps + 1)
        for (step, value) in found.enumerated() {
          // The ratio divides by z₍₁₎ − z₍₃₎, so rounding shows with the square of its value.
          let precision = loss == .crossEntropy ? 1e-5 : max(4e-5, 2e-6 * abs(value))
          #expect(abs(value - losses[step, sample]) <= precision * max(1, abs(value)), "\(name), step \(step)")
        }
      }
    }
  }

  @Test func checkpointsAreThePapers() {
    #expect(AutoPGD.checkpoints(steps: 100) == [21, 40, 56, 69, 79, 86, 92, 98])
  }

  /// The golden runs halve steps, so that the rule is not compared on runs that never use it.
  @Test func stepsAreHalvedWhereTheTwinHalvesThem() throws {
    for name in ["apgd-ce.linf.100", "apgd-dlr.l2.100"] {
      let reductions = try golden[name + ".reductions"]
      let losses = try golden[name + ".losses"]
      #expect(reductions.scalars.contains(1))
      var progress = AutoPGDProgress((0..<3).map { losses[0, $0] }, steps: 100)
      var found: [[Float]] = []
      for step in 0..<100 {
        for sample in 0..<3 { _ = progress.note(losses[step + 1, sample], sample: sample, step: step) }
        let stalled = progress.stalled(after: step)
        if !stalled.isEmpty { found.append([Float(step)] + (0..<3).map { stalled.contains($0) ? 1 : 0 }) }
      }
      let expected = (0..<reductions.shape[0]).map { row in (0..<4).map { reductions[row, $0] } }
        .filter { $0.dropFirst().contains(1) }
      #expect(found == expected, "\(name)")
    }
  }
}
