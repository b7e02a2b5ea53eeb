import GinghamDifferentiation
import GinghamLattices
import GinghamNetworks
import GinghamSignals
import GinghamTensors
import Testing

@testable import GinghamFeatureVisualization

@Suite struct ConditioningTests {
  private let gradient = noise([2, 3, 32, 24], seed: 3)

  @Test func laplacianNormalizationIsThatOfStridedConvolutions() throws {
    let golden = try goldenArrays()
    let found = try GradientConditioning.laplacian(try #require(golden["pyramid.gradient"]))
    expectClose(found, try #require(golden["pyramid.normalized"]), tolerance: 1e-5)
  }

  @Test func theNotchLeavesNothingOfTheLattice() throws {
    let notched = try GradientConditioning.notch(8)(gradient)
    for plane in try Plane.planes(of: notched) {
      #expect(try SignedLatticeEnergy(of: plane, lattice: Lattice(period: 8)).share < 1e-10)
    }
    #expect(notched.rootMeanSquare > 0.8 * gradient.rootMeanSquare)
  }

  @Test func dividingByFrequencyKeepsTheStrengthAndTurnsTheSpectrum() throws {
    let softened = try GradientConditioning.inverseFrequency(gradient)
    #expect(abs(softened.rootMeanSquare - gradient.rootMeanSquare) < 1e-4)
    let (before, after) = (PowerSpectrum(of: gradient).power, PowerSpectrum(of: softened).power)
    // Power falls with the square of frequency: 8/32 and 2/32 cycles a pixel.
    let ratio = (after[0, 0, 2, 0] / before[0, 0, 2, 0]) / (after[0, 0, 8, 0] / before[0, 0, 8, 0])
    #expect(abs(ratio - 16) < 0.01)
  }

  @Test func blurAndLowPassRemoveFineDetail() throws {
    for conditioning: GradientConditioning in [.blur(2), .lowPass(20)] {
      let soft = try conditioning(gradient)
      #expect(TotalVariationPenalty.values(of: soft)[0] < 0.3 * TotalVariationPenalty.values(of: gradient)[0])
    }
  }
}
