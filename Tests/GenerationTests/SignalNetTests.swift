import Foundation
import GinghamDifferentiation
import GinghamModelFormats
import GinghamModels
import GinghamNetworks
import GinghamPrediction
import GinghamTensors
import Testing

@testable import GinghamGeneration

/// Nets over signals against PyTorch: whatever exporter wrote them, on every engine, and once they were written again.
@Suite struct SignalNetTests {
  static let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Golden/signals")
  static let nets = ["classifier", "unet", "generator", "attention"]
  static let exporters = ["torchscript", "dynamo"]

  private func path(_ net: String, _ exporter: String) -> String {
    Self.golden.appending(path: "\(net)-\(exporter).onnx").path
  }

  private func array(_ name: String) throws -> Tensor {
    let arrays = try Tensor.arrays(npz: Self.golden.appending(path: "signals.npz").path)
    return try #require(arrays.first { $0.name == name }?.array)
  }

  /// N×C×1×L of N×C×L.
  private func withRow(_ tensor: Tensor) -> Tensor {
    let extents = tensor.shape.dimensions
    return extents.count == 3 ? tensor.reshaped(to: [extents[0], extents[1], 1, extents[2]]) : tensor
  }

  /// Σ output · weights and its gradient at the input, against PyTorch's in 64 bits.
  private func compare(_ net: String, at path: String, backend: Backend, tolerance: Float) throws {
    let model = try ModelSource(path).load()
    #expect(model.network.isOneDimensional)
    let input = withRow(try array("\(net).input"))
    let output = try #require(model.network.outputs.first)
    let engine = try EngineChoice(backend).engine(for: model.network, team: ThreadTeam(threads: 2))
    let start = try model.gradientValue(ofLayer: nil)
    let plan = try engine.plan(PlanRequest(inputShapes: [input.shape], targets: [output], gradients: [start]))
    let found = try plan.forward([input])[0]
    let expected = try array("\(net).output")
    #expect(found.count == expected.count)
    #expect(error(found, expected) < tolerance)
    let seed = try array("\(net).weights").reshaped(to: found.shape)
    let gradient = try plan.backward([seed])[0]
    #expect(error(gradient, try array("\(net).gradient")) < tolerance)
  }

  private func error(_ a: Tensor, _ b: Tensor) -> Float {
    let size = b.scalars.map(abs).max() ?? 1
    return (zip(a.scalars, b.scalars).map { abs($0 - $1) }.max() ?? .infinity) / size
  }

  @Test(arguments: nets, exporters) func outputsAndGradientsAreThoseOfPyTorch(net: String, exporter: String) throws {
    try compare(net, at: path(net, exporter), backend: .fast, tolerance: 1e-4)
    try compare(net, at: path(net, exporter), backend: .reference64, tolerance: 1e-5)
  }

  @Test(arguments: nets, exporters) func whatIsWrittenAgainIsTheSameNet(net: String, exporter: String) throws {
    let model = try ModelSource(path(net, exporter)).load()
    let copy = FileManager.default.temporaryDirectory.appending(path: "gingham-\(UUID().uuidString).onnx").path
    defer { try? FileManager.default.removeItem(atPath: copy) }
    let name = model.network.name(of: try #require(model.network.inputs.first).value)
    try ONNXModel.write(model.network, to: copy, inputShapes: [name: model.inputShape(batch: 1)])
    let plain = try ONNXModel.load(path: copy)
    // The file has signals N×C×L again.
    let rank = try array("\(net).input").shape.rank
    #expect(plain.inputs.first?.shape.count == rank && plain.name(of: plain.inputs[0].value) == "signal")
    try compare(net, at: copy, backend: .fast, tolerance: 1e-4)
  }

  /// Convolutions and pools slide over maps of one row, whatever works without a row between them.
  @Test(arguments: nets, exporters) func windowsSlideOverMapsOfOneRow(net: String, exporter: String) throws {
    let bound = try ModelSource(path(net, exporter)).load().bound()
    var count = 0
    for node in bound.nodes {
      switch node.operation {
      case .convolution, .transposedConvolution, .maxPool, .averagePool, .resize:
        let shape = try #require(node.outputs.first.flatMap { bound.shapes[$0] })
        #expect(shape.rank == 4 && shape[2] == 1, "\(node.name) is \(shape)")
        count += 1
      default: continue
      }
    }
    #expect(count > 0)
  }

  @Test func tokensAreNoSignals() throws {
    // A net of pictures whose inside has three axes, and vectors that no window of one axis reads.
    for name in [
      "random:vit_b_16?size=32&patch=8&width=32&depth=1&heads=2", "random:strided_stack", "random:dcgan_generator",
    ] {
      guard let model = try? ModelSource(name).load() else { continue }
      #expect(!model.network.isOneDimensional, "\(name)")
    }
    var network = Network(name: "tokens")
    let input = network.addInput("tokens", shape: [1, 4, 8])
    network.outputs = [network.append("softmax", .softmax(Softmax(axis: -1)), input)]
    network.takeSignals()
    #expect(!network.isOneDimensional && network.inputs[0].shape.count == 3)
  }

  @Test func stridesAndFieldsAreThoseAlongTime() throws {
    let layers = try ModelSource(path("unet", "torchscript")).load().bound().layerStatistics
    let sampling = Dictionary(layers.map { ($0.name, $0.sampling) }) { first, _ in first }
    #expect(sampling["down"]?.stride == 4 && sampling["down"]?.receptiveField == 8)
    #expect(sampling["inner"]?.stride == 8 && sampling["inner"]?.receptiveField == 20)
  }

  /// Odena, Dumoulin & Olah's law along one axis: 25 taps at a stride of 4 fall 7:6:6:6 on the phases.
  @Test(arguments: exporters) func generatorsPaintWhatTheirTapsOverlap(exporter: String) throws {
    let generator = try Generator(ModelSource(path("generator", exporter)).load())
    #expect(generator.isSound && generator.pictureShape == [1, 1, 256])
    let prediction = try PicturePrediction(generator.network, output: generator.output)
    #expect(prediction.period == 16 && prediction.phases.lattice.isLine)
    // The law of the last layer: the mean tap count is 25/4.
    let counts = [7.0, 6, 6, 6]
    let mean = 25.0 / 4
    let cv2 = counts.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4 / (mean * mean)
    let bands = prediction.finding.bands
    let last = bands.filter { [2, 4].contains($0.period) }.reduce(0) { $0 + $1.cv2 }
    // Uneven inputs change it by what they are uneven themselves.
    #expect(abs(last - cv2) < 0.1 * cv2)
    #expect(bands.first { $0.period == 4 }?.layer == "second" && bands.first { $0.period == 16 }?.layer == "first")
  }

  @Test func soundsOfEqualLatentsAreEqualAndInRange() throws {
    let sampler = try PictureSampler(
      ModelSource(path("generator", "torchscript")).load(), team: ThreadTeam(threads: 2))
    #expect(sampler.range == .symmetric && sampler.rangeOrigin == .layers)
    let latents = try array("generator.input")
    let sounds = try sampler.pictures(of: latents).map { 2 * $0 - 1 }
    #expect(error(sounds, try array("generator.output")) < 1e-4)
  }
}
