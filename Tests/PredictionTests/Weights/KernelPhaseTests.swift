import GinghamLattices
import GinghamNetworks
import GinghamTensors
import GinghamTestSupport
import Testing

@testable import GinghamPrediction

@Suite struct KernelPhaseTests {
  @Test func sumsAndPowersArePhasesOfTheActualTaps() throws {
    // [1, 2, 1]⊗[1, 2, 1] at stride 2: even sums, 2:1 powers an axis.
    let taps: [Float] = [1, 2, 1]
    let weight = Tensor([1, 1, 3, 3], (0..<9).map { taps[$0 / 3] * taps[$0 % 3] })
    let found = try KernelPhases(weight: weight, window: Window(3, stride: 2))
    #expect(found.powers.values == [4, 8, 8, 16])
    #expect(found.meanSumDeviation < 1e-12)
    #expect(isClose(found.architectural, 19.0 / 81))
    #expect(isClose(found.learned, 19.0 / 81))
    #expect(isClose(found.ratio ?? 0, 1))
    let spoilt: [Float] = [0.1, 0.1, 0.1, 0.44]
    let even = try KernelPhases(
      weight: Tensor([1, 1, 1, 4], spoilt), window: Window(kernel: [1, 4], strides: [1, 2]))
    #expect(isClose(even.sumDeviations[0], 0.17 / 0.37, 1e-6))
    #expect(even.ratio == nil && even.learned > 0.1)
  }

  @Test func paddingAndDilationMoveTapsToTheirPhases() throws {
    let weight = Tensor([1, 1, 1, 3], [1, 10, 100])
    let window = Window(
      kernel: [1, 3], strides: [1, 4], dilations: [1, 3], padding: .explicit(before: [0, 1], after: [0, 0]))
    // Taps at −1, 2, 5.
    #expect(try KernelPhases(weight: weight, window: window).powers.values == [0, 10000, 100, 1])
    #expect(throws: ArtifactError.self) { try KernelPhases(weight: weight, window: Window(3)) }
  }

  @Test func aSubPixelConvolutionCountsAsTheTransposedOneItAmountsTo() throws {
    var noise = Noise(seed: 60)
    var net = TestNetwork(side: 8)
    let alike = (0..<9).map { _ in Float(noise.normal()) }
    let weight = net.weight([4, 1, 3, 3]) { alike[$0 % 9] }
    net.value = net.network.append("conv", .convolution(Convolution(Window(3, padding: 1))), net.value, weight)
    let conv = net.value
    net.apply("shuffle", .depthToSpace(blockSize: 2, order: .columnFirst))
    let found = try #require(try net.bound().kernelPhases()[conv])
    // Filters that start alike paint every phase alike.
    #expect(found.meanSumDeviation < 1e-6 && found.learned < 1e-12)
    #expect(found.strides == [2, 2])
  }

  @Test func rearrangedFiltersMatchTheOneDimensionalForm() {
    let filters: [[Double]] = [[1, 2, 3], [4, 5, 6]]
    // As a 1×3 kernel over 2×2 blocks whose rows repeat.
    var weight = Tensor([4, 1, 1, 3])
    for phase in 0..<4 {
      for tap in 0..<3 { weight[phase, 0, 0, tap] = Float(filters[phase % 2][tap]) }
    }
    let kernel = weight.subPixelKernel(block: 2, order: .columnFirst)
    #expect(kernel.shape == [1, 1, 2, 6])
    let expected = EquivalentKernel.subPixelConvolution(filters).map(Float.init)
    #expect(kernel.scalars == expected + expected)
  }

  /// A million phases, of which one has a tap: its sum against the mean of all, var = s²(n − 1)/n² over |s|/n.
  @Test func phasesWithoutTapsCount() throws {
    let weight = Tensor([64, 64, 1, 1], repeating: 0.5)
    let found = try KernelPhases(weight: weight, window: Window(kernel: [1, 1], strides: [1024, 1024]))
    #expect(found.sumDeviations.count == 64 * 64)
    #expect(isClose(found.meanSumDeviation, Double((1 << 20) - 1).squareRoot(), 1e-6))
  }

  @Test func manyLayersOfLargeStridesHaveOneLimit() throws {
    func network(layers: Int) throws -> BoundNetwork {
      var net = TestNetwork(side: 8)
      for _ in 0..<layers { net.conv(1, 1024) }
      return try net.bound()
    }
    #expect(throws: ArtifactError.self) { _ = try network(layers: 70).kernelPhases() }
    #expect(try network(layers: 3).kernelPhases().count == 3)
  }
}
