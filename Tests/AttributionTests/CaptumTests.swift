import Foundation
@testable import GinghamAttribution
import GinghamDifferentiation
import GinghamNetworks
import GinghamReferenceEngine
import GinghamTensors
import Testing

/// Against Captum on a small net (notebooks-scripts/golden/attribution.py). Captum is given the normalized picture, we
/// the pixels: its gradients are ours times the deviation, its products with the picture are ours.
@Suite struct CaptumTests {
  private static let mean: [Float] = [0.4, 0.5, 0.6]
  private static let deviation: [Float] = [0.2, 0.25, 0.3]

  private let golden: [String: Tensor]
  private let differentiator: any Differentiator
  private let objective = ClassObjective(.index(2))

  init() throws {
    let url = try #require(Bundle.module.url(forResource: "Golden/attribution", withExtension: "npz"))
    let arrays = try Tensor.arrays(npz: url.path(percentEncoded: false))
    let golden = Dictionary(uniqueKeysWithValues: arrays.map { ($0.name, $0.array) })
    self.golden = golden
    var network = Network(name: "captum")
    let pixels = network.addInput("pixels", shape: [nil, 3, 9, 11])
    func constant(_ name: String) throws -> ValueID {
      network.addConstant(name, .float(try #require(golden[name])))
    }
    var x = network.append(
      "normalization", .pixelNormalization(PixelNormalization(mean: Self.mean, deviation: Self.deviation)), pixels)
    x = network.append(
      "conv1", .convolution(Convolution(Window(3, padding: 1))), x, try constant("conv1.weight"),
      try constant("conv1.bias"))
    x = network.append("relu1", .pointwise(.relu), x)
    x = network.append("pool", .maxPool(MaxPool(Window(2, stride: 2))), x)
    x = network.append(
      "conv2", .convolution(Convolution(Window(3))), x, try constant("conv2.weight"), try constant("conv2.bias"))
    x = network.append("relu2", .pointwise(.relu), x)
    x = network.append("mean", .reduce(Reduction(.mean, axes: .spatial, keepsDimensions: false)), x)
    x = network.append(
      "fc", .generalMatrixMultiply(GeneralMatrixMultiply(transposesB: true)), x, try constant("fc.weight"),
      try constant("fc.bias"))
    network.outputs = [x]
    differentiator = ReferenceDifferentiator<Double>(network)
  }

  private func expectEqual(_ method: some AttributionMethod, inPixels: Bool) throws {
    let name = type(of: method).name
    var expected = try #require(golden[name])
    if inPixels {
      let plane = expected.shape[2] * expected.shape[3]
      expected.withUnsafeMutableBufferPointer { buffer in
        for index in buffer.indices { buffer[index] /= Self.deviation[index / plane % 3] }
      }
    }
    let found = try method.attribute(try #require(golden["pixels"]), to: objective, by: differentiator)
    #expect(found.map.shape == expected.shape)
    let scale = expected.scalars.map(abs).max() ?? 0
    #expect(scale > 0)
    #expect(zip(found.map.scalars, expected.scalars).allSatisfy { abs($0 - $1) <= 2e-5 * scale })
  }

  @Test func gradient() throws { try expectEqual(Gradient(), inPixels: true) }
  @Test func inputTimesGradient() throws { try expectEqual(InputTimesGradient(), inPixels: false) }
  @Test func integratedGradients() throws { try expectEqual(IntegratedGradients(), inPixels: false) }
  @Test func guidedBackpropagation() throws { try expectEqual(GuidedBackpropagation(), inPixels: true) }
  @Test func deconvolutionNetwork() throws { try expectEqual(DeconvolutionNetwork(), inPixels: true) }
  @Test func gradCAM() throws { try expectEqual(GradCAM(), inPixels: false) }

  @Test func integratedGradientsSumToTheDifferenceOfTheValues() throws {
    let pixels = try #require(golden["pixels"])
    let attribution = try IntegratedGradients(steps: 400).attribute(pixels, to: objective, by: differentiator)
    let largest = attribution.values.map(abs).max() ?? 0
    #expect(attribution.completenessGaps.count == 2)
    #expect(attribution.completenessGaps.allSatisfy { abs($0) < 2e-3 * max(largest, 1) })
  }

  @Test func batchesOfAnySizeGiveTheSameSum() throws {
    let pixels = try #require(golden["pixels"])
    let whole = try IntegratedGradients(steps: 7, batchLimit: 7).attribute(pixels, to: objective, by: differentiator)
    let parts = try IntegratedGradients(steps: 7, batchLimit: 3).attribute(pixels, to: objective, by: differentiator)
    #expect(zip(whole.map.scalars, parts.map.scalars).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test func smoothGradWithoutNoiseIsTheGradient() throws {
    let pixels = try #require(golden["pixels"])
    let plain = try Gradient().attribute(pixels, to: objective, by: differentiator)
    let smooth = try SmoothGrad(samples: 3, deviation: 0).attribute(pixels, to: objective, by: differentiator)
    #expect(zip(plain.map.scalars, smooth.map.scalars).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(plain.values == smooth.values)
  }

  /// Adding up the noisy gradients one by one, with the noise drawn outside the method.
  @Test func smoothGradAveragesOverItsNoise() throws {
    let pixels = try #require(golden["pixels"]).sample(0)
    let found = try SmoothGrad(samples: 4, deviation: 0.5, seed: 9, batchLimit: 3)
      .attribute(pixels, to: objective, by: differentiator)
    var expected = [Double](repeating: 0, count: pixels.count)
    let plane = 9 * 11
    for sample in 0..<4 {
      var noisy = Tensor(pixels.shape) {
        NormalSequence(seed: 9, name: "smoothgrad.0.\(sample)").fill($0, deviation: 0.5)
      }
      noisy.withUnsafeMutableBufferPointer { buffer in
        for index in buffer.indices {
          buffer[index] = pixels.scalars[index] + buffer[index] * Self.deviation[index / plane]
        }
      }
      let gradient = try Gradient().attribute(noisy, to: objective, by: differentiator).map.scalars
      for index in expected.indices { expected[index] += Double(gradient[index]) / 4 }
    }
    #expect(zip(found.map.scalars, expected).allSatisfy { abs(Double($0) - $1) < 1e-6 })
    let again = try SmoothGrad(samples: 4, deviation: 0.5, seed: 9, batchLimit: 3)
      .attribute(pixels, to: objective, by: differentiator)
    #expect(found.map == again.map)
  }

  @Test func topIsSettledOnTheCleanPicture() throws {
    let pixels = try #require(golden["pixels"])
    let top = try Gradient().attribute(pixels, to: ClassObjective(.top), by: differentiator)
    let classes = ClassObjective(.top).classes(of: top.activations[0])
    let noisyTop = try SmoothGrad(samples: 3, deviation: 3).attribute(
      pixels, to: ClassObjective(.top), by: differentiator)
    let noisyIndex = try SmoothGrad(samples: 3, deviation: 3).attribute(
      pixels, to: ClassObjective(.indices(classes)), by: differentiator)
    #expect(noisyTop.values == top.values)
    // Settled picture by picture: the second picture's class, not the first's, is asked of its copies.
    #expect(noisyTop.map.sample(0) == noisyIndex.map.sample(0))
  }
}

@Suite struct GaussLegendreTests {
  /// ∫₀¹ xᵏ = 1/(k + 1), exact up to degree 2n − 1.
  @Test(arguments: [1, 2, 5, 8]) func polynomialsAreIntegratedExactly(count: Int) {
    let nodes = GaussLegendre(count)
    for degree in 0..<(2 * count) {
      let integral = zip(nodes.positions, nodes.weights).reduce(0) { $0 + pow($1.0, Double(degree)) * $1.1 }
      #expect(abs(integral - 1 / Double(degree + 1)) < 1e-13)
    }
  }
}
