import Foundation
import Testing

@testable import GinghamSignals

@Suite struct FDistributionTests {
  /// Simpson's rule over the density of F with `a` and `b` degrees of freedom.
  private func upperTail(_ a: Double, _ b: Double, _ x: Double) -> Double {
    let constant = exp(lgamma((a + b) / 2) - lgamma(a / 2) - lgamma(b / 2)) * pow(a / b, a / 2)
    func density(_ t: Double) -> Double { constant * pow(t, a / 2 - 1) * pow(1 + a * t / b, -(a + b) / 2) }
    let (steps, end) = (20000, 400.0)
    let width = (end - x) / Double(steps)
    return (0...steps).reduce(0.0) { sum, step in
      let weight = step == 0 || step == steps ? 1.0 : step.isMultiple(of: 2) ? 2 : 4
      return sum + weight * density(x + width * Double(step))
    } * width / 3
  }

  @Test func tailsOfFisherFMatchTheirIntegral() {
    for denominator in [20, 40, 80] {
      for x in [0.5, 1, 3, 8] {
        let two = FDistribution.upperTailOfTwo(x, denominator: denominator)
        let one = FDistribution.upperTailOfOne(x, denominator: denominator)
        #expect(abs(two - upperTail(2, Double(denominator), x)) < 1e-6)
        #expect(abs(one - upperTail(1, Double(denominator), x)) < 1e-5)
      }
    }
  }

  /// The published two-sided 5 % and 1 % points of Student's t.
  @Test(arguments: [(1, 12.7062, 0.05), (2, 4.3027, 0.05), (3, 3.1824, 0.05), (5, 2.5706, 0.05), (7, 3.4995, 0.01)])
  func tailsOfStudentAreThoseOfItsTables(degrees: Int, t: Double, chance: Double) {
    #expect(abs(FDistribution.upperTailOfOne(t * t, denominator: degrees) - chance) < 2e-5)
  }
}
