import GinghamLattices
import GinghamNetworks
import GinghamPrediction
import GinghamTensors
import GinghamTestSupport
import Testing

@Suite struct PhaseSumsTests {
  private func random(_ shape: Shape, seed: UInt64) -> Tensor {
    Tensor(shape) { NormalSequence(seed: seed, name: "weight").fill($0) }
  }

  /// Counting every tap where a transposed convolution puts it, one input pixel after the other.
  private func paintedByHand(
    _ weight: Tensor, means: [Double], stride: Int, padding: Int, dilation: Int, groups: Int
  ) -> [[Double]] {
    let (inputs, perGroup, kernel) = (weight.shape[0], weight.shape[1], weight.shape[2])
    let (side, positions) = (12 * stride, 24)
    return (0..<(perGroup * groups)).map { output in
      var canvas = [[Double]](repeating: [Double](repeating: 0, count: side), count: side)
      for input in 0..<inputs where input / (inputs / groups) == output / perGroup {
        for (y, x, t, u) in combinations(positions, positions, kernel, kernel) {
          // Far from the borders: positions begin well in front of the canvas.
          let row = (y - 6) * stride + t * dilation - padding
          let column = (x - 6) * stride + u * dilation - padding
          guard (0..<side).contains(row), (0..<side).contains(column) else { continue }
          canvas[row][column] += means[input] * Double(weight[input, output % perGroup, t, u])
        }
      }
      let middle = 4 * stride
      return (0..<(stride * stride)).map { canvas[middle + $0 / stride][middle + $0 % stride] }
    }
  }

  private func combinations(_ a: Int, _ b: Int, _ c: Int, _ d: Int) -> [(Int, Int, Int, Int)] {
    (0..<a).flatMap { a in (0..<b).flatMap { b in (0..<c).flatMap { c in (0..<d).map { (a, b, c, $0) } } } }
  }

  @Test(arguments: [
    (4, 2, 1, 1, 1), (3, 2, 1, 1, 1), (5, 2, 2, 1, 1), (3, 2, 0, 2, 1), (6, 3, 2, 1, 2), (2, 3, 0, 1, 1),
  ])
  func aConstantIsPaintedAsTapByTap(kernel: Int, stride: Int, padding: Int, dilation: Int, groups: Int) throws {
    let weight = random([2 * groups, 2, kernel, kernel], seed: 3)
    let means = (0..<(2 * groups)).map { 0.5 + Double($0) }
    let window = Window(
      kernel: [kernel, kernel], strides: [stride, stride], dilations: [dilation, dilation],
      padding: .explicit(before: [padding, padding], after: [padding, padding]))
    let sums = try PhaseSums(weight: weight, window: window, groups: groups)
    let expected = paintedByHand(
      weight, means: means, stride: stride, padding: padding, dilation: dilation, groups: groups)
    for (found, hand) in zip(sums.painted(by: means), expected) {
      for (a, b) in zip(found, hand) { #expect(isClose(a, b, 1e-6)) }
    }
  }

  @Test func theOverlapOfEqualWeightsIsTheTapsPerPhase() throws {
    let weight = Tensor([1, 1, 3, 3], repeating: 0.5)
    let sums = try PhaseSums(weight: weight, window: Window(3, stride: 2))
    #expect(sums.tapCounts == [4, 2, 2, 1])
    for grid in [sums.painted(by: [2])[0], sums.paintedByOverlap([2])[0]] {
      #expect(zip(grid, [4, 2, 2, 1]).allSatisfy { isClose($0, $1) })
    }
    let even = try PhaseSums(weight: random([3, 2, 4, 4], seed: 1), window: Window(4, stride: 2, padding: 1))
    // Kernel 4 divides: equal weights would paint evenly, the learned ones do not.
    for grid in even.paintedByOverlap([1, 2, 3]) { #expect(grid.allSatisfy { isClose($0, grid[0], 1e-9) }) }
    #expect(even.meanDeviation > 0.3)
  }

  @Test func weightsThatDoNotFitAreRefused() {
    #expect(throws: ArtifactError.self) {
      try PhaseSums(weight: Tensor([2, 2, 3, 3]), window: Window(4, stride: 2))
    }
    #expect(throws: ArtifactError.self) {
      try PhaseSums(weight: Tensor([3, 2, 3, 3]), window: Window(3, stride: 2), groups: 2)
    }
  }

  /// A weight of one tap may have as many phases as its strides multiply to.
  @Test func tablesThatGrowWithTheStrideHaveALimit() throws {
    let window = Window(kernel: [1, 1], strides: [1024, 1024])
    #expect(throws: ResourceLimitError.self) {
      _ = try PhaseSums(weight: random([16, 16, 1, 1], seed: 1), window: window)
    }
    #expect(throws: ResourceLimitError.self) {
      _ = try PhaseSums(
        weight: random([1, 1, 1, 1], seed: 1), window: Window(kernel: [1, 1], strides: [1 << 32, 1 << 32]))
    }
    let sums = try PhaseSums(
      weight: random([16, 16, 1, 1], seed: 1), window: window, limits: ResourceLimits(factor: 8))
    #expect(sums.phaseCount == 1 << 20)
  }
}
