import GinghamAdversarialProbing
import Testing

@testable import GinghamVerbs

struct ProbeTextTests {
  private func attack(_ name: String, _ epsilon: Float, success: Double, atEightBits: Double) -> ProbeFindings.Attack {
    ProbeFindings.Attack(
      name: name, norm: .linf, epsilon: epsilon / 255, epsilonText: "\(epsilon)/255", success: success,
      successAtEightBits: atEightBits, successWithin: success, accuracy: 1 - success,
      accuracyAtEightBits: 1 - atEightBits, isBaseline: false)
  }

  /// Everything is turned from 2/255 on by the first attack; the second never holds what it has, nor does the third at
  /// 8 bits.
  @Test func budgetsThatSayNothingMoreShareARow() {
    let findings = ProbeFindings(
      model: "net", labels: .predicted, norm: .linf, seed: 0, cleanAccuracy: 1, pictures: [], misclassified: [],
      attacks: [
        attack("pgd", 1, success: 0.5, atEightBits: 0.5), attack("pgd", 2, success: 1, atEightBits: 1),
        attack("pgd", 4, success: 1, atEightBits: 1), attack("fgsm", 1, success: 1, atEightBits: 1),
        attack("fgsm", 2, success: 0.5, atEightBits: 0.5), attack("fgsm", 4, success: 1, atEightBits: 1),
        attack("deepfool", 1, success: 1, atEightBits: 0), attack("deepfool", 2, success: 1, atEightBits: 0),
        attack("deepfool", 4, success: 1, atEightBits: 1),
      ], minimal: [], warnings: [])
    #expect(
      findings.rows.map { "\($0[0]) \($0[2])" } == [
        "pgd 1.0/255", "pgd from 2.0/255", "fgsm 1.0/255", "fgsm 2.0/255", "fgsm 4.0/255", "deepfool 1.0/255",
        "deepfool 2.0/255", "deepfool 4.0/255",
      ])
  }
}
