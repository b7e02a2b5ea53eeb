import Testing

@testable import GinghamAdversarialProbing

@Suite struct DescentOptionsTests {
  private func descent(_ norm: PerturbationNorm, steps: Int?) throws -> ProjectedGradientDescent {
    let attack = AttackKind.projectedGradientDescent.attack(AttackOptions(norm: norm, steps: steps))
    return try #require(attack as? ProjectedGradientDescent)
  }

  /// Steps that cannot reach the border of the budget would make a weak attack look like a robust network.
  @Test(arguments: [PerturbationNorm.linf, .l2])
  func anyNumberOfStepsReachesTheBorder(norm: PerturbationNorm) throws {
    for steps in [1, 3, 10, 20, 39] {
      let attack = try descent(norm, steps: steps)
      #expect(attack.steps == steps)
      let reach = Double(steps) * attack.relativeStepSize
      #expect(abs(reach - (norm == .linf ? 4.0 / 3 : 1.25)) < 1e-12, "\(steps) steps reach \(reach)")
    }
    for steps in [nil, 50, 200] {
      let attack = try descent(norm, steps: steps)
      #expect(attack.relativeStepSize == ProjectedGradientDescent(norm: norm).relativeStepSize)
    }
  }
}
