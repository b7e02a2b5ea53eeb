import GinghamNetworks
import GinghamPrediction
import GinghamTensors
import Testing

@testable import GinghamRewriting

/// Rewritten kernels against closed forms.
@Suite struct KernelRewriteTests {
  private func separable(_ rows: [Double], _ columns: [Double]) -> Tensor {
    Tensor([1, 1, rows.count, columns.count], rows.flatMap { row in columns.map { Float(row * $0) } })
  }

  private func layer(_ weight: Tensor, stride: Int, padding: Int = 0) -> LayerUnderRewrite {
    LayerUnderRewrite(
      transposed: weight, Window(weight.shape[2], stride: stride, padding: padding),
      inputs: (weight.shape[0], 6, 7))
  }

  private func fitError(of layer: LayerUnderRewrite, _ method: RewriteMethod) throws -> Double {
    try #require(layer.rewritten(method).rewrite.fitError)
  }

  private func expect(_ found: Tensor?, _ expected: Tensor, within tolerance: Float = 1e-5) throws {
    let found = try #require(found)
    #expect(found.shape == expected.shape)
    for (a, b) in zip(found.scalars, expected.scalars) { #expect(abs(a - b) <= tolerance, "\(found.scalars)") }
  }

  /// Odena, Dumoulin & Olah 2016: nearest ×2 and (a, b, c) is the transposed convolution with (c, b + c, a + b, a).
  @Test func theFitFindsTheConvolutionBehindANearestResize() throws {
    let (a, b, c) = (0.7, -0.3, 1.9)
    let painted = [c, b + c, a + b, a]
    let rewritten = layer(separable(painted, painted), stride: 2, padding: 1)
    try expect(rewritten.weight(after: .nearest), separable([a, b, c], [a, b, c]))
    #expect(try fitError(of: rewritten, .nearest) < 1e-6)
  }

  @Test(arguments: [2, 3, 4], [1, 2, 3, 5])
  func everyKernelBehindAResizeIsFound(scale: Int, taps: Int) throws {
    let rows = (0..<taps).map { Double(($0 * 5 + 2) % 7) - 2.5 }
    let columns = (0..<taps).map { Double(($0 * 3 + 1) % 5) - 1.2 }
    let nearest = separable(
      EquivalentKernel.nearestResizeConvolution(rows, scale: scale),
      EquivalentKernel.nearestResizeConvolution(columns, scale: scale))
    try expect(
      layer(nearest, stride: scale).weight(after: .nearest, RewriteOptions(kernel: taps)), separable(rows, columns))
    let linear = separable(
      EquivalentKernel.linearResizeConvolution(rows, scale: scale),
      EquivalentKernel.linearResizeConvolution(columns, scale: scale))
    try expect(
      layer(linear, stride: scale).weight(after: .bilinear, RewriteOptions(kernel: taps)), separable(rows, columns))
    #expect(try fitError(of: layer(nearest, stride: scale), .nearest) < 1e-6)
    #expect(try fitError(of: layer(linear, stride: scale), .bilinear) < 1e-6)
  }

  /// Along one axis the kernels behind a nearest ×2 are all but the alternating one: (1, −1, 1, −1)/2 is what a fit of
  /// four taps loses, and nothing else.
  @Test func theFitErrorIsTheAlternatingPart() throws {
    let row = [0.9, -0.4, 0.3, 1.1]
    let even = EquivalentKernel.nearestResizeConvolution([1, 2, -1], scale: 2)
    let lost = (row[0] - row[1] + row[2] - row[3]) / 2
    let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let error = try fitError(of: layer(separable(row, even), stride: 2), .nearest)
    #expect(abs(error - abs(lost) / norm) < 1e-6)
  }

  /// The nearest point of a subspace is known by its error standing at right angles to it.
  @Test(arguments: [(4, 2), (3, 2), (5, 2), (5, 3), (6, 4), (2, 4)])
  func equalPhaseSumsComeByTheLeastChange(kernel: Int, stride: Int) throws {
    let learned = scattered([2, 3, kernel, kernel])
    let padded = (kernel + stride - 1) / stride * stride
    let even = try #require(try layer(learned, stride: stride, padding: 1).weight(after: .equalise))
    #expect(even.shape == [2, 3, padded, padded])
    let offset = (padded - kernel) / 2
    for filter in 0..<6 {
      func tap(_ y: Int, _ x: Int) -> (old: Double, new: Double) {
        let inside = (offset..<(offset + kernel)).contains(y) && (offset..<(offset + kernel)).contains(x)
        return (
          inside ? Double(learned[filter / 3, filter % 3, y - offset, x - offset]) : 0,
          Double(even[filter / 3, filter % 3, y, x])
        )
      }
      var (sums, changes) = ([Int: Double](), [Int: [Double]]())
      var (before, after) = (0.0, 0.0)
      for y in 0..<padded {
        for x in 0..<padded {
          let (old, new) = tap(y, x)
          sums[y % stride * stride + x % stride, default: 0] += new
          changes[y % stride * stride + x % stride, default: []].append(new - old)
          before += old
          after += new
        }
      }
      // A constant becomes what it became.
      #expect(abs(before - after) < 1e-5)
      for sum in sums.values { #expect(abs(sum - after / Double(stride * stride)) < 1e-5) }
      // At right angles to every kernel with equal sums: alike within a phase, and nothing over all phases.
      for change in changes.values { #expect((change.max() ?? 0) - (change.min() ?? 0) < 1e-5) }
      #expect(abs(changes.values.reduce(0) { $0 + ($1.first ?? 0) }) < 1e-5)
    }
  }

  @Test func aKernelWithEqualSumsStaysAsItIs() throws {
    let even = separable(
      EquivalentKernel.nearestResizeConvolution([1, -2, 4]), EquivalentKernel.nearestResizeConvolution([3, 1, 1]))
    let (network, rewrite) = try layer(even, stride: 2, padding: 1).rewritten(.equalise)
    #expect(try #require(rewrite.fitError) < 1e-7)
    #expect(network.nodes.count == 1)
    // It is known before what the rewrite of a rewrite gives: nothing new.
    var again = network
    let error = try #require(again.rewrite(layer: "up", with: .equalise, bound: network.bound()).fitError)
    #expect(error < 1e-7)
  }

  @Test func averagedPhasesAreOneFilter() throws {
    let weight = scattered([2, 3, 4, 4])
    let averaged = try #require(try layer(weight, stride: 2, padding: 1).weight(after: .icnr))
    #expect(averaged.shape == [12, 2, 2, 2])
    for output in 0..<3 {
      for input in 0..<2 {
        for tap in 0..<4 {
          let (y, x) = (tap / 2, tap % 2)
          // A convolution slides its kernel the other way round.
          let mean = (0..<4).reduce(Float(0)) { $0 + weight[input, output, 2 * (1 - y) + $1 / 2, 2 * (1 - x) + $1 % 2] }
          for phase in 0..<4 { #expect(abs(averaged[4 * output + phase, input, y, x] - mean / 4) < 1e-6) }
        }
      }
    }
  }

  /// A sub-pixel convolution that is there already is judged by the transposed convolution it amounts to.
  @Test(arguments: [DepthOrder.columnFirst, .depthFirst])
  func subPixelConvolutionsAreEvenedToo(order: DepthOrder) throws {
    var network = Network(name: "subpixel")
    let x = network.addInput("x", shape: [1, 3, 8, 8])
    let weight = network.addConstant("conv.weight", .float(scattered([8, 3, 3, 3])))
    let y = network.append("conv", .convolution(Convolution(Window(3, padding: 1))), x, weight)
    network.outputs = [network.append("shuffle", .depthToSpace(blockSize: 2, order: order), y)]
    let before = try #require(network.bound().kernelPhases()[y])
    #expect(before.meanSumDeviation > 0.1)
    for method in [RewriteMethod.equalise, .icnr] {
      var changed = network
      _ = try changed.rewrite(layer: "conv", with: method, bound: network.bound())
      let after = try #require(changed.bound().kernelPhases()[y])
      #expect(after.meanSumDeviation < 1e-4, "\(method)")
      #expect(changed.layers(for: method) == ["conv"])
    }
  }

  @Test func blursAreEvenInSumAndPower() {
    #expect(BlurFilter.taps(stride: 2) == [0.125, 0.375, 0.375, 0.125])
    #expect(BlurFilter.taps(stride: 1) == [1])
    for stride in 2...9 {
      let taps = BlurFilter.taps(stride: stride)
      #expect(abs(taps.reduce(0, +) - 1) < 1e-12)
      let sums = EquivalentKernel.phaseSums(taps, stride: stride)
      #expect((sums.max() ?? 0) - (sums.min() ?? 1) < 1e-12, "stride \(stride)")
    }
    for stride in [2, 3, 5, 7, 9] {
      let powers = EquivalentKernel.phasePowers(BlurFilter.taps(stride: stride), stride: stride)
      #expect((powers.max() ?? 0) - (powers.min() ?? 1) < 1e-12, "stride \(stride)")
    }
  }

  /// What the architecture implies for gradients once a layer is blurred: no lattice (design: 4-tap blurs are even).
  @Test func blurredLayersSendEvenGradientsBack() throws {
    for operation in [
      GinghamNetworks.Operation.convolution(Convolution(Window(3, stride: 2, padding: 1))),
      .maxPool(MaxPool(Window(3, stride: 2, padding: 1))), .convolution(Convolution(Window(1, stride: 2))),
    ] {
      var weight: Tensor?
      if case .convolution(let layer) = operation {
        weight = Tensor(Shape([4, 4] + layer.window.kernel), repeating: 1)
      }
      let layer = LayerUnderRewrite(operation, shape: [1, 4, 64, 64], weight: weight)
      let before = try GradientPrediction(layer.network.bound()).input.cv2
      let after = try GradientPrediction(layer.rewritten(.blurpool).network.bound()).input.cv2
      #expect(before > 0.1)
      #expect(after < 1e-6)
    }
  }
}
