import Foundation
import GinghamDifferentiation
import GinghamLattices
import GinghamModels
import GinghamNetworks
import GinghamPrediction
import GinghamSignals
import GinghamTensors
import Testing

@testable import GinghamAttribution

@Suite struct SurrogateMethodTests {
  private let model: Model
  private let engine: any Differentiator
  private let pixels: Tensor
  private let gradient: Tensor

  init() throws {
    model = try ModelSource("random:strided_stack?depth=2&width=4&size=48&seed=2").load()
    engine = try EngineChoice(.reference64).differentiator(for: model.network, team: ThreadTeam(threads: 1))
    pixels = Tensor(model.inputShape(batch: 1)) {
      NormalSequence(seed: 1, name: "pixels").fill($0, mean: 0.5, deviation: 0.25)
    }
    gradient = try Gradient().attribute(pixels, to: Self.objective, by: engine).map
  }

  private static let objective = LayerObjective(layer: "output")

  private func map(_ method: some AttributionMethod) throws -> Tensor {
    try method.attribute(pixels, to: Self.objective, by: engine).map
  }

  /// By a slow transform of its own: the lattice's bins become zero, all others stay.
  @Test func theNotchTakesLatticeBinsOnly() throws {
    let notched = try map(LatticeNotchedGradient(period: 4))
    let (before, after) = (
      FourierTransform(height: 48, width: 48).forward(gradient).scalars,
      FourierTransform(height: 48, width: 48).forward(notched).scalars
    )
    let half = 25
    let scale = before.map(abs).max() ?? 0
    for index in before.indices {
      let (row, column) = (index / 2 / half % 48, index / 2 % half)
      let isLattice = row.isMultiple(of: 12) && column.isMultiple(of: 12) && (row, column) != (0, 0)
      #expect(abs(after[index] - (isLattice ? 0 : before[index])) < 1e-5 * scale)
    }
    let cosine = try notched.cosine(to: gradient)
    #expect(cosine > 0.5 && cosine < 1)
  }

  @Test func theLowPassKeepsItsDiscOnly() throws {
    // 20 cycles over 224 pixels are 4.29 over 48.
    let smooth = try map(LowPassedGradient(cutoff: 20))
    let transform = FourierTransform(height: 48, width: 48)
    let (before, after) = (transform.forward(gradient).scalars, transform.forward(smooth).scalars)
    let scale = before.map(abs).max() ?? 0
    for index in before.indices {
      let (row, column) = (index / 2 / 25 % 48, index / 2 % 25)
      let distance = hypot(Double(min(row, 48 - row)), Double(column))
      #expect(abs(after[index] - (distance <= 20.0 * 48 / 224 ? before[index] : 0)) < 1e-5 * scale)
    }
    #expect(try map(LowPassedGradient(cutoff: 224)).cosine(to: gradient) > 1 - 1e-9)
  }

  @Test func measuredEqualisationIsExactlyEven() throws {
    func unevenness(_ map: Tensor) throws -> Double {
      var lattice = try GradientLattice(period: 4)
      try lattice.add(map)
      return try lattice.finding().cv2
    }
    #expect(try unevenness(gradient) > 0.1)
    #expect(try unevenness(try map(PhaseEqualisedGradient(.measured, period: 4))) < 1e-9)
  }

  @Test func predictedEqualisationDividesByTheRootOfThePrediction() throws {
    let evened = try map(PhaseEqualisedGradient(.predicted, period: 4))
    let phases = try #require(
      try GradientPrediction(model.bound(), target: model.network.outputs[0]).phases(at: model.network.inputs[0].value))
    #expect(phases.period == 4)
    let mean = phases.mean
    for index in 0..<(3 * 48 * 48) {
      let energy = phases.values[index / 48 % 48 % 4 * 4 + index % 4]
      let expected = Double(gradient.scalars[index]) * (mean / energy).squareRoot()
      #expect(abs(Double(evened.scalars[index]) - expected) < 1e-5 * abs(expected) + 1e-12)
    }
  }

  @Test func theCosineOfTheGradientToItselfIsOne() throws {
    #expect(abs(try gradient.cosine(to: gradient) - 1) < 1e-12)
    #expect(abs(try gradient.map { -3 * $0 }.cosine(to: gradient) + 1) < 1e-12)
    #expect(try Tensor(gradient.shape).cosine(to: gradient) == 0)
  }

  @Test func latticesMustFitAndTargetsMustBeOne() throws {
    #expect(throws: AttributionError.self) { try map(LatticeNotchedGradient(period: 49)) }
    #expect(throws: ArtifactError.self) { try map(PhaseEqualisedGradient(.measured, period: 49)) }
    let two = WeightedSum([(1, LayerObjective(layer: "conv1")), (1, LayerObjective(layer: "conv2"))])
    #expect(throws: ArtifactError.self) {
      try PhaseEqualisedGradient(.predicted, period: 4).attribute(pixels, to: two, by: engine)
    }
  }
}
