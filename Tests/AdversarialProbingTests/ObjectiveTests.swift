import Foundation
import GinghamDifferentiation
import GinghamReferenceEngine
import GinghamTensors
import Testing

@testable import GinghamAdversarialProbing

@Suite struct LogitObjectiveTests {
  private let logits: [Float] = [2, -1, 0.5, 3, 0, 1.25, -2, 4, -3, 0.75]

  private func evaluate(_ objective: some LogitObjective, _ rows: [Float]) throws -> (
    values: [Float], gradient: [Float]
  ) {
    var cotangents = [Tensor([2, 5])]
    let values = try objective.evaluate([Tensor([2, 5], rows)], addingTo: &cotangents, weight: 1)
    return (values, cotangents[0].scalars)
  }

  private func expectDerivative(_ objective: some LogitObjective, at rows: [Float]) throws {
    let (_, gradient) = try evaluate(objective, rows)
    for index in rows.indices {
      let width: Float = 1e-2 * max(abs(rows[index]), 0.05)
      func sum(_ offset: Float) throws -> Float {
        var moved = rows
        moved[index] += offset
        return try evaluate(objective, moved).values.reduce(0, +)
      }
      let expected = (try sum(width) - sum(-width)) / (2 * width)
      #expect(abs(gradient[index] - expected) <= 2e-3 * max(1, abs(expected)), "\(index)")
    }
  }

  @Test func derivativesAreThoseOfFiniteDifferences() throws {
    try expectDerivative(CrossEntropyObjective([3, 0]), at: logits)
    try expectDerivative(CrossEntropyObjective([1, 2], isTargeted: true), at: logits)
    try expectDerivative(LogitRatioObjective([3, 0]), at: logits)
    try expectDerivative(LogitRatioObjective([0, 2]), at: logits)
    let probabilities: [Float] = [0.1, 0.2, 0.4, 0.05, 0.25, 0.3, 0.3, 0.1, 0.1, 0.2]
    try expectDerivative(CrossEntropyObjective([3, 0], output: .probabilities), at: probabilities)
  }

  @Test func hugeLogitsDoNotOverflow() throws {
    let (values, gradient) = try evaluate(
      CrossEntropyObjective([0, 1]), [1e4, 0, 0, 0, 0, 1e4, 0, 0, 0, 0])
    #expect(values == [0, 1e4])
    let isFinite = gradient.allSatisfy { $0.isFinite }
    #expect(isFinite)
  }

  @Test func theRatioIgnoresScaleAndShift() throws {
    let plain = try evaluate(LogitRatioObjective([3, 0]), logits).values
    let scaled = try evaluate(LogitRatioObjective([3, 0]), logits.map { 7 * $0 - 20 }).values
    #expect(zip(plain, scaled).allSatisfy { abs($0 - $1) < 1e-5 })
    // (3 − 2)/(3 − 0.5) for the top class, and the rival's lead where another class is asked about.
    #expect(abs(plain[0] + 0.4) < 1e-6)
  }

  /// A softmax behind the net must not change what an attack climbs.
  @Test func probabilitiesGiveTheGradientOfTheLogits() throws {
    let golden = try GoldenNet()
    let plain = try golden.classifier()
    let softmax = try golden.classifier(.probabilities)
    let expected = try plain.valuesAndGradient(of: CrossEntropyObjective(golden.labels), at: golden.pictures)
    let found = try softmax.valuesAndGradient(
      of: CrossEntropyObjective(golden.labels, output: .probabilities), at: golden.pictures)
    #expect(zip(expected.values, found.values).allSatisfy { abs($0 - $1) < 1e-5 })
    let scale = expected.gradient.scalars.map(abs).max() ?? 0
    #expect(scale > 0)
    #expect(largestDifference(expected.gradient, found.gradient) <= 1e-4 * scale)
    #expect(ClassifierOutput.looksLikeProbabilities(try softmax.outputs(of: golden.pictures), count: 7))
    #expect(!ClassifierOutput.looksLikeProbabilities(try plain.outputs(of: golden.pictures), count: 7))
  }

  /// The cross-entropy is a sum, so a picture's gradient does not depend on who else is in the batch.
  @Test func picturesDoNotFeelEachOther() throws {
    let golden = try GoldenNet()
    let classifier = try golden.classifier()
    let together = try classifier.valuesAndGradient(of: CrossEntropyObjective(golden.labels), at: golden.pictures)
    let alone = try classifier.valuesAndGradient(
      of: CrossEntropyObjective([golden.labels[1]]), at: golden.pictures.sample(1))
    #expect(largestDifference(together.gradient.sample(1), alone.gradient) <= 1e-6)
  }

  @Test func twoClassesAreTooFewForTheRatio() {
    var cotangents = [Tensor([1, 2])]
    #expect(throws: ProbingError.tooFewClasses(attack: "the DLR loss", needed: 3, found: 2)) {
      try LogitRatioObjective([0]).evaluate([Tensor([1, 2], [1, 2])], addingTo: &cotangents, weight: 1)
    }
  }
}
