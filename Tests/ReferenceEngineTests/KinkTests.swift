import GinghamNetworks
import GinghamTensors
import Testing

/// Gradients where a function has no derivative: the choices of PyTorch, one test a kink.
@Suite struct KinkTests {
  private func slopes(_ function: Pointwise, at points: [Double]) throws -> [Double] {
    let node = try SingleNode<Double>(.pointwise(function), [[points.count]])
    return try node.gradients([points], [points.map { _ in 1 }])[0]
  }

  @Test func reluPassesNothingAtZero() throws {
    #expect(try slopes(.relu, at: [-1, 0, 1]) == [0, 0, 1])
  }

  @Test func leakyReLUHasItsSlopeAtZero() throws {
    #expect(try slopes(.leakyReLU(slope: 0.25), at: [-1, 0, 1]) == [0.25, 0.25, 1])
  }

  @Test func clipPassesNothingAtEitherEnd() throws {
    #expect(try slopes(.clip(minimum: 0, maximum: 6), at: [0, 3, 6]) == [0, 1, 0])
  }

  @Test func hardSigmoidPassesNothingAtEitherEnd() throws {
    #expect(try slopes(.hardSigmoid(alpha: 0.25, beta: 0.5), at: [-2, 0, 2]) == [0, 0.25, 0])
  }

  @Test func hardSwishPassesNothingAtMinusThreeAndEverythingAtThree() throws {
    #expect(try slopes(.hardSwish, at: [-3, 3]) == [0, 1])
  }

  @Test func absoluteValueIsFlatAtZero() throws {
    #expect(try slopes(.absolute, at: [-2, 0, 2]) == [-1, 0, 1])
  }

  @Test func exponentialUnitsContinueFromBelowAtZero() throws {
    #expect(try slopes(.elu(alpha: 1), at: [0]) == [1])
    #expect(try slopes(.elu(alpha: 0.5), at: [0]) == [0.5])
  }

  @Test func squareRootIsInfinitelySteepAtZero() throws {
    #expect(try slopes(.sqrt, at: [0]) == [.infinity])
  }

  @Test func shrinkingIsFlatAtItsThreshold() throws {
    #expect(try slopes(.shrink(lambda: 1, bias: 0), at: [-1, 1]) == [0, 0])
  }

  @Test func poolingTiesGoToTheFirstElementInRowMajorOrder() throws {
    let node = try SingleNode<Double>(.maxPool(MaxPool(Window(2, stride: 2))), [[1, 1, 2, 4]])
    #expect(try node.gradients([[1, 5, 2, 2, 5, 5, 2, 2]], [[1, 10]])[0] == [0, 1, 10, 0, 0, 0, 0, 0])
  }

  @Test func paddingNeverWinsAPool() throws {
    let node = try SingleNode<Double>(.maxPool(MaxPool(Window(3, stride: 2, padding: 1))), [[1, 1, 2, 2]])
    #expect(try node.value([[-4, -3, -2, -1]])[0] == [-1])
    #expect(try node.plan.gradients(for: [[1]])[0] == [0, 0, 0, 1])
  }

  @Test func poolsOfInfinitiesAndNaNsKeepThem() throws {
    let node = try SingleNode<Double>(.maxPool(MaxPool(Window(2, stride: 2))), [[1, 1, 2, 4]])
    let infinite = -Double.infinity
    let output = try node.value([[infinite, infinite, 1, .nan, infinite, infinite, 3, 2]])[0]
    #expect(output[0] == infinite && output[1].isNaN)
    #expect(try node.plan.gradients(for: [[1, 1]])[0] == [1, 0, 0, 1, 0, 0, 0, 0])
  }

  @Test func tiedMaximaShareTheirGradient() throws {
    let reduction = Reduction(.maximum, axes: .listed([0]))
    let node = try SingleNode<Double>(.reduce(reduction), [[4]])
    #expect(try node.gradients([[3, 1, 3, 3]], [[6]])[0] == [2, 0, 2, 2])
    let pair = try SingleNode<Double>(.elementwise(.maximum), [[1], [1]])
    #expect(try pair.gradients([[2], [2]], [[1]]) == [[0.5], [0.5]])
  }

  @Test func normOfZerosIsFlat() throws {
    let node = try SingleNode<Double>(.reduce(Reduction(.l2, axes: .listed([0]))), [[3]])
    #expect(try node.gradients([[0, 0, 0]], [[1]])[0] == [0, 0, 0])
  }

  @Test func powersOfZeroFollowPyTorch() throws {
    let node = try SingleNode<Double>(.elementwise(.power), [[4], [4]])
    let gradients = try node.gradients([[0, 0, 0, -2], [0, 1, 0.5, 3]], [[1, 1, 1, 1]])
    #expect(gradients[0] == [0, 1, .infinity, 12])
    #expect(gradients[1][0] == 0 && gradients[1][1] == 0 && gradients[1][2] == 0 && gradients[1][3].isNaN)
  }
}
