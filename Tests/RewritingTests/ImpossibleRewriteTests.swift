import GinghamNetworks
import GinghamTensors
import Testing

@testable import GinghamRewriting

/// Errors name the layer and say why.
@Suite struct ImpossibleRewriteTests {
  private func expectFailure(
    _ layer: LayerUnderRewrite, _ method: RewriteMethod, _ options: RewriteOptions = RewriteOptions(),
    says parts: String...
  ) {
    do {
      _ = try layer.rewritten(method, options)
      Issue.record("\(method) went through")
    } catch {
      for part in parts { #expect("\(error)".contains(part), "\(error)") }
    }
  }

  private let up = LayerUnderRewrite(
    transposed: scattered([2, 2, 4, 4]), Window(4, stride: 2, padding: 1), inputs: (2, 5, 5))

  @Test func layersOfAnotherKindAreNotRewritten() {
    let down = LayerUnderRewrite(
      .convolution(Convolution(Window(3, stride: 2, padding: 1))), shape: [1, 2, 9, 9], weight: scattered([2, 2, 3, 3]))
    for method in [RewriteMethod.nearest, .bilinear, .subpixel, .icnr, .equalise] {
      expectFailure(down, method, says: "'down'", "transposed convolutions")
    }
    expectFailure(up, .blurpool, says: "'up'", "strided convolutions and pools")
    let tanh = LayerUnderRewrite(.pointwise(.tanh), shape: [1, 2, 9, 9])
    expectFailure(tanh, .equalise, says: "'down'", "it is a tanh")
  }

  @Test func strideOneHasNothingToRepair() {
    let same = LayerUnderRewrite(
      .convolution(Convolution(Window(3, padding: 1))), shape: [1, 2, 9, 9], weight: scattered([2, 2, 3, 3]))
    expectFailure(same, .blurpool, says: "'down'", "stride is 1")
    let flat = LayerUnderRewrite(transposed: scattered([2, 2, 3, 3]), Window(3, padding: 1), inputs: (2, 5, 5))
    expectFailure(flat, .equalise, says: "'up'", "stride is 1")
  }

  @Test func depthToSpaceEnlargesBothAxesAlike() {
    let uneven = LayerUnderRewrite(
      transposed: scattered([2, 2, 4, 4]), Window(kernel: [4, 4], strides: [2, 3]), inputs: (2, 5, 5))
    expectFailure(uneven, .subpixel, says: "'up'", "rows and columns alike")
  }

  @Test func kernelsTooSmallToPaintWhatWasPainted() {
    expectFailure(up, .nearest, RewriteOptions(kernel: 2), says: "'up'", "kernel of 2", "take 3 or more")
  }

  @Test func weightsThatAreNotKnownBeforehand() {
    var network = Network(name: "open")
    let x = network.addInput("x", shape: [1, 2, 5, 5])
    let w = network.addInput("w", shape: [2, 2, 4, 4])
    network.outputs = [
      network.append("up", .transposedConvolution(TransposedConvolution(Window(4, stride: 2, padding: 1))), x, w)
    ]
    do {
      _ = try network.rewrite(layer: "up", with: .nearest, bound: network.bound())
      Issue.record("it went through")
    } catch {
      #expect("\(error)".contains("'up'") && "\(error)".contains("computed while the network runs"), "\(error)")
    }
  }

  @Test func unknownLayersComeWithTheNearestNames() {
    var network = up.network
    do {
      _ = try network.rewrite(layer: "upp", with: .nearest, bound: network.bound())
      Issue.record("it went through")
    } catch {
      #expect("\(error)".contains("'upp'") && "\(error)".contains("'up'"), "\(error)")
    }
  }

  @Test func onlyLayersAMethodAppliesToAreListed() {
    #expect(up.network.layers(for: .equalise) == ["up"])
    #expect(up.network.layers(for: .blurpool).isEmpty)
  }

  /// A weight that another layer reads must not change under it.
  @Test func sharedWeightsAreCopied() throws {
    var network = up.network
    let other = network.append(
      "other", .transposedConvolution(TransposedConvolution(Window(4, stride: 2, padding: 1))),
      inputs: network.nodes[0].inputs)
    network.outputs.append(other)
    let weight = try #require(network.nodes[0].inputs[1])
    let before = try #require(network.constants[weight]?.tensor)
    _ = try network.rewrite(layer: "up", with: .equalise, bound: network.bound())
    #expect(network.constants[weight]?.tensor == before)
    #expect(network.nodes[0].inputs[1] != weight)
  }

  /// Kernels are fitted on grids as wide as kernel and stride: those are counted before they are made.
  @Test(arguments: [1 << 12, 1 << 24]) func hugeStridesAreRefused(stride: Int) {
    let window = Window(kernel: [4, 4], strides: [stride, stride])
    let up = LayerUnderRewrite(transposed: scattered([2, 2, 4, 4]), window, inputs: (2, 1, 1))
    for method in [RewriteMethod.nearest, .bilinear, .subpixel, .icnr, .equalise] {
      expectFailure(up, method, says: "positions in the maps")
    }
    let down = LayerUnderRewrite(
      .convolution(Convolution(window)), shape: [1, 2, 9, 9], weight: scattered([2, 2, 4, 4]))
    expectFailure(down, .blurpool, says: "positions in the maps")
  }
}
