import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors
import Testing

/// Departures from the true derivative, against their definitions worked out by hand.
@Suite struct BackwardRuleTests {
  private let x: [Double] = [-2, -1, 1, 2, 0, 5]
  private let cotangent: [Double] = [1, -1, 1, -1, 3, 2]

  private func gradient(
    _ rule: BackwardRules.ReLU, of function: Pointwise = .relu, _ x: [Double], _ cotangent: [Double], batch: Int = 1
  ) throws -> [Double] {
    let node = try SingleNode<Double>(.pointwise(function), [[batch, x.count / batch]], rules: rule)
    return try node.gradients([x], [cotangent])[0]
  }

  @Test func exactPassesActiveUnits() throws {
    #expect(try gradient(.exact, x, cotangent) == [0, 0, 1, -1, 0, 2])
  }

  @Test func guidedPassesPositiveGradientsOfActiveUnits() throws {
    #expect(try gradient(.guided, x, cotangent) == [0, 0, 1, 0, 0, 2])
  }

  @Test func deconvolutionPassesPositiveGradients() throws {
    #expect(try gradient(.deconvolution, x, cotangent) == [1, 0, 1, 0, 3, 2])
  }

  @Test func redirectionWakesUpPicturesThatWouldGetNothing() throws {
    // The first picture has an active unit; the second one has none, so that what pushes up gets through.
    let x: [Double] = [-1, -1, 2, -1, -1, 0]
    let cotangent: [Double] = [1, -1, 1, 1, -1, 2]
    #expect(try gradient(.redirected, x, cotangent, batch: 2) == [0, 0, 1, 1, 0, 2])
  }

  @Test func rulesHoldForBoundedRectifiersAndNothingElse() throws {
    let bounded = Pointwise.clip(minimum: 0, maximum: 4)
    #expect(try gradient(.guided, of: bounded, x, cotangent) == [0, 0, 1, 0, 0, 0])
    let smooth = try gradient(.guided, of: .silu, x, cotangent)
    #expect(smooth == (try gradient(.exact, of: .silu, x, cotangent)))
    #expect(smooth.contains { $0 < 0 })
  }

  @Test func smoothingFiltersWhatANodeSendsBack() throws {
    // A pointwise convolution by 2 sends back twice its cotangent; one spike becomes the outer product of the taps.
    let node = try SingleNode<Double>(
      .convolution(Convolution(Window(1))), [[1, 1, 3, 4], [1, 1, 1, 1]], wanted: [0], smoothing: [0.25, 0.5, 0.25])
    var spike = [Double](repeating: 0, count: 12)
    spike[1 * 4 + 3] = 8
    let gradient = try node.gradients([spike, [2]], [spike])[0]
    #expect(gradient == [0, 0, 1, 2, 0, 0, 2, 4, 0, 0, 1, 2])
  }

  @Test func smoothingWithAnEvenNumberOfTapsIsRefused() {
    #expect(throws: EngineError.self) {
      try SingleNode<Double>(.pointwise(.relu), [[1, 1, 3, 3]], smoothing: [0.5, 0.5])
    }
  }
}
