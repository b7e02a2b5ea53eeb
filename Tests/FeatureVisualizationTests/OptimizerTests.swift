@testable import GinghamFeatureVisualization
import GinghamTensors
import Testing

@Suite struct OptimizerTests {
  @Test(arguments: [(OptimizerKind.sgd, Float(0.1)), (.adam, 0.05), (.nadam, 0.05)])
  func stepsAreThoseOfPyTorch(kind: OptimizerKind, rate: Float) throws {
    let golden = try goldenArrays()
    let gradients = try #require(golden["optimizer.gradients"])
    var optimizer = Optimizer(kind, rate: rate)
    var parameters = Tensor([1, 40])
    for step in 0..<6 { optimizer.ascend(&parameters, along: gradients.sample(step)) }
    expectClose(parameters, try #require(golden["optimizer.\(kind.rawValue)"]), tolerance: 2e-6)
  }

  @Test func normalizedStepsHaveTheSameLengthForEachPicture() {
    var optimizer = Optimizer(.normalized, rate: 0.5)
    var parameters = Tensor([2, 4])
    optimizer.ascend(&parameters, along: Tensor([2, 4], [1, -1, 3, 3, 100, -100, 300, 300]))
    #expect(parameters.scalars == [0.25, -0.25, 0.75, 0.75, 0.25, -0.25, 0.75, 0.75])
    optimizer.ascend(&parameters, along: Tensor([2, 4]))
    #expect(parameters.isFinite)
  }
}
