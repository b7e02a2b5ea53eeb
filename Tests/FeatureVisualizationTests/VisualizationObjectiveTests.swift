import GinghamDifferentiation
@testable import GinghamFeatureVisualization
import GinghamTensors
import Testing

@Suite struct VisualizationObjectiveTests {
  private static let shape: Shape = [4, 3, 5, 6]
  private let activations = noise(shape, seed: 2)

  /// Derivatives against central differences, and the weight on both.
  private func expectExact(_ objective: any Objective, sourceLocation: SourceLocation = #_sourceLocation) throws {
    func evaluate(_ activations: Tensor, weight: Float = 1) throws -> (Double, Tensor) {
      var cotangents = [Tensor(activations.shape)]
      let values = try objective.evaluate([activations], addingTo: &cotangents, weight: weight)
      #expect(values.count == 4)
      return (values.reduce(0) { $0 + Double($1) }, cotangents[0])
    }
    let (value, gradient) = try evaluate(activations)
    for seed: UInt64 in 30..<33 {
      let direction = noise(Self.shape, seed: seed)
      let expected = try slope({ try evaluate($0).0 }, at: activations, along: direction, step: 3e-3)
      #expect(
        abs(dot(gradient, direction) - expected) < 2e-3 * dot(gradient, gradient).squareRoot() * 10,
        sourceLocation: sourceLocation)
    }
    let (doubled, twice) = try evaluate(activations, weight: -2)
    #expect(abs(doubled + 2 * value) < 1e-4 * max(1, abs(value)), sourceLocation: sourceLocation)
    expectClose(twice, gradient.map { -2 * $0 }, sourceLocation: sourceLocation)
  }

  @Test func everyObjectiveKnowsItsDerivative() throws {
    let direction: [Float] = [0.5, -1, 0.8]
    try expectExact(EachChannelObjective(layer: "a", channels: [2, 0]))
    try expectExact(CosineDirectionObjective(layer: "a", direction: direction))
    try expectExact(CosineDirectionObjective(layer: "a", direction: direction, power: 0))
    try expectExact(CosineDirectionObjective(layer: "a", direction: direction, power: 1, position: .centre))
    try expectExact(CosineDirectionObjective(layer: "a", direction: direction, power: 3, position: .at(y: 4, x: 5)))
    try expectExact(DiversityObjective(layer: "a"))
    try expectExact(DiversityObjective(layer: "a", pictures: 2))
    let reference = noise([1, 3, 5, 6], seed: 2).plus(noise([1, 3, 5, 6], seed: 9), times: 0.5)
    try expectExact(ReferenceObjective(.caricature, layer: "a", reference: reference))
    try expectExact(ReferenceObjective(.inversion, layer: "a", reference: reference))
  }

  @Test func aZeroPowerIsThePlainDirection() throws {
    let direction: [Float] = [0.5, -1, 0.8]
    var (a, b) = ([Tensor(Self.shape)], [Tensor(Self.shape)])
    let plain = try DirectionObjective(layer: "a", direction: direction)
      .evaluate([activations], addingTo: &a, weight: 1)
    let cosine = try CosineDirectionObjective(layer: "a", direction: direction, power: 0)
      .evaluate([activations], addingTo: &b, weight: 1)
    #expect(zip(plain, cosine).allSatisfy { abs($0 - $1) < 1e-5 })
    expectClose(a[0], b[0])
  }

  @Test func diversityIsLowestForEqualPictures() throws {
    let same = Tensor.stacked([Tensor](repeating: activations.sample(0), count: 4))
    func value(_ activations: Tensor) throws -> Float {
      var cotangents = [Tensor(activations.shape)]
      return try DiversityObjective(layer: "a").evaluate([activations], addingTo: &cotangents, weight: 1).reduce(0, +)
    }
    // Four equal Gram matrices: 12 pairs of similarity 1 over 4 pictures.
    #expect(abs(try value(same) + 3) < 1e-4)
    #expect(try value(activations) > -3)
  }

  @Test func differencesClimbOneAndDescendTheOther() throws {
    // Compounded multipliers have turned a − b into −(a + b).
    let (a, b) = (ChannelObjective(layer: "a", channel: 0), ChannelObjective(layer: "a", channel: 1))
    let difference = WeightedSum([(1, a), (-1, b)])
    var cotangents = [Tensor(Self.shape)]
    _ = try difference.evaluate([activations], addingTo: &cotangents, weight: 1)
    #expect(cotangents[0][0, 0, 2, 2] > 0)
    #expect(cotangents[0][0, 1, 2, 2] < 0)
    let nested = WeightedSum([(2, difference), (-3, b)])
    var outer = [Tensor(Self.shape)]
    _ = try nested.evaluate([activations], addingTo: &outer, weight: 1)
    #expect(abs(outer[0][0, 0, 2, 2] - 2.0 / 30) < 1e-6)
    #expect(abs(outer[0][0, 1, 2, 2] + 5.0 / 30) < 1e-6)
  }

  @Test func referencesAndDirectionsMustFit() {
    var cotangents = [Tensor(Self.shape)]
    #expect(throws: ObjectiveError.self) {
      try ReferenceObjective(.caricature, layer: "a", reference: Tensor([1, 3, 4, 4]))
        .evaluate([activations], addingTo: &cotangents, weight: 1)
    }
    #expect(throws: ObjectiveError.self) {
      try CosineDirectionObjective(layer: "a", direction: [1, 2], position: .centre)
        .evaluate([activations], addingTo: &cotangents, weight: 1)
    }
    #expect(throws: ObjectiveError.self) {
      try EachChannelObjective(layer: "a", channels: [3]).evaluate([activations], addingTo: &cotangents, weight: 1)
    }
  }
}
