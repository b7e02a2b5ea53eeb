import GinghamTensors
import Testing

@testable import GinghamLattices
@testable import GinghamVerbs

/// What repairs are weighed by.
@Suite struct GridGradeTests {
  private func grade(_ bands: [(period: Int, verdict: Verdict, share: Double)]) -> GridGrade {
    var measured = RepairMeasurement(outputs: Tensor([1], [0]))
    measured.pictures = PictureLatticeFinding(
      bands: bands.map {
        .init(
          period: $0.period, share: $0.share, null: 0, control: 0, controlPeriod: 3, peakDecibels: nil,
          peakFrequency: nil, evenDecibels: nil, chance: nil, fScore: nil, verdict: $0.verdict)
      }, controls: [], skippedPeriods: [], maps: 3, isConstant: false)
    return GridGrade(measured)
  }

  @Test func stepsAreWhatIsLeftOfTheVerdicts() {
    let start = grade([(2, .artifact, 0.04), (4, .artifact, 0.02)])
    #expect(start.steps(since: start) == 4)
    #expect(grade([(4, .artifact, 0.02)]).steps(since: start) == 2)
    #expect(abs(grade([(2, .artifact, 0.01), (4, .artifact, 0.03)]).steps(since: start) - 2.5) < 1e-12)
    #expect(grade([]).steps(since: start) == 0)
    // What was not there counts in full.
    #expect(grade([(8, .artifact, 0.001)]).steps(since: start) == 2)
  }

  @Test func aFifthOfOneBandIsAnImprovement() {
    let start = grade([(2, .artifact, 0.04), (4, .artifact, 0.02)])
    #expect(grade([(2, .artifact, 0.04), (4, .artifact, 0.016)]).improves(on: start))
    #expect(!grade([(2, .artifact, 0.04), (4, .artifact, 0.0161)]).improves(on: start))
    #expect(grade([(2, .artifact, 0.04)]).improves(on: start))
    #expect(!grade([(2, .artifact, 0.001), (8, .artifact, 0.01)]).improves(on: start))
  }
}
