import Foundation
import Gingham
import Testing

/// Networks that are written and read again: the same layers, weights and outputs.
@Suite struct ONNXRoundTripTests {
  static let architectures = [
    "alexnet?size=64", "vgg11?size=32", "resnet18?size=64", "squeezenet1_1?size=64", "googlenet?size=64",
    "inception_v3?size=128", "densenet121?size=64", "mobilenet_v2?size=64",
    "efficientnet_lite0?size=64", "dcgan_generator", "dcgan_generator?kernel=3&stride=2", "dcgan_discriminator",
    "resize_generator", "strided_stack?size=32&depth=2",
  ]

  private func written(_ network: Network, inputs: [String: Shape]) throws -> Network {
    let path = FileManager.default.temporaryDirectory.appending(path: "gingham-\(UUID().uuidString).onnx").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try ONNXModel.write(network, to: path, inputShapes: inputs)
    return try ONNXModel.load(path: path)
  }

  /// Bound forms are compared: where a file says the same in other words, these are gone.
  private func expectSame(_ found: Network, _ expected: Network, at inputs: [String: Shape]) throws {
    let (a, b) = (try found.bound(to: inputs), try expected.bound(to: inputs))
    #expect(a.nodes.map(\.name) == b.nodes.map(\.name))
    #expect(a.nodes.map(\.operation) == b.nodes.map(\.operation))
    for (left, right) in zip(a.nodes, b.nodes) {
      for (one, other) in zip(left.inputs, right.inputs) {
        guard let one, let other else {
          #expect(one == nil && other == nil)
          continue
        }
        #expect(a.name(of: one) == b.name(of: other))
        if let tensor = b.constants[other]?.tensor { #expect(a.constants[one]?.tensor == tensor) }
      }
    }
    #expect(found.normalization == expected.normalization)
    #expect(found.preprocessing == expected.preprocessing)
    #expect(found.outputs.map(found.name) == expected.outputs.map(expected.name))
  }

  private func output(_ network: Network, _ input: Tensor) throws -> Tensor {
    try ReferenceDifferentiator<Float>(network).plan(
      PlanRequest(inputShapes: [input.shape], targets: [network.outputs[0]], gradients: [])
    ).forward([input])[0]
  }

  private func noise(_ shape: Shape) -> Tensor {
    let sequence = NormalSequence(seed: 9)
    return Tensor(shape) { sequence.fill($0, mean: 0.5, deviation: 0.25) }
  }

  @Test(arguments: architectures) func architecturesComeBackAsTheyWere(name: String) throws {
    let model = try ModelSource("random:" + name).load()
    let shape = model.inputShape(batch: 2)
    let inputs = [model.network.name(of: model.network.inputs[0].value): shape]
    let again = try written(model.network, inputs: inputs)
    try expectSame(again, model.network, at: inputs)
    #expect(try output(again, noise(shape)) == output(model.network, noise(shape)))
    // The size stays open where it was.
    #expect(again.inputs.map(\.shape) == model.network.inputs.map(\.shape))
  }

  /// Its activation is no operator of ONNX: a sigmoid and a product take its place, the product under its name.
  @Test func composedActivationsComputeTheSame() throws {
    let model = try ModelSource("random:efficientnet_b0?size=64").load()
    let shape = model.inputShape(batch: 1)
    let again = try written(model.network, inputs: ["input": shape])
    #expect(Set(again.nodes.map(\.name)).isSuperset(of: model.network.nodes.map(\.name)))
    let (found, expected) = (try output(again, noise(shape)), try output(model.network, noise(shape)))
    let scale = expected.scalars.map(abs).max() ?? 0
    for (a, b) in zip(found.scalars, expected.scalars) { #expect(abs(a - b) <= 1e-5 * scale) }
  }

  private static let folder: URL =
    if let path = ProcessInfo.processInfo.environment["GINGHAM_MODELS"] {
      URL(fileURLWithPath: path)
    } else {
      URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "models")
    }

  private static let fetched = [
    "multistyle26.onnx", "ppocr_v4_detector.onnx", "squeezenet1_1.safetensors", "efficientnet_lite0.pth",
    "dcgan_faces.pth",
  ]

  private static let isExpected =
    ProcessInfo.processInfo.environment["GINGHAM_REQUIRE_SUITES"] == "1"
    || fetched.allSatisfy { FileManager.default.fileExists(atPath: folder.appending(path: $0).path) }

  @Test(.enabled(if: isExpected), arguments: fetched) func realNetsComeBackAsTheyWere(file: String) throws {
    let path = Self.folder.appending(path: file).path
    var source = ModelSource(path)
    if file.hasSuffix(".onnx") { source.inputSize = PictureSize(96) }
    if file == "multistyle26.onnx" { source.fixedInputs = ["style_weights=0.04"] }
    let model = try source.load()
    let shape = model.inputShape(batch: 1)
    let inputs = [model.network.name(of: model.network.inputs[0].value): shape]
    let again = try written(model.network, inputs: inputs)
    try expectSame(again, model.network, at: inputs)
    #expect(try output(again, noise(shape)) == output(model.network, noise(shape)))
  }

  @Test func filesThatCannotBeWrittenSayWhy() throws {
    let model = try ModelSource("random:strided_stack?size=32").load()
    let inputs = ["input": model.inputShape(batch: 1)]
    #expect {
      try ONNXModel.write(model.network, to: "/nowhere/at/all.onnx", inputShapes: inputs)
    } throws: { "\($0)".contains("cannot write '/nowhere/at/all.onnx'") }
  }

  @Test func writingTwiceGivesEqualBytes() throws {
    let network = try ModelSource("random:resnet18?size=64").load().network
    let paths = (0..<2).map { _ in
      FileManager.default.temporaryDirectory.appending(path: "gingham-\(UUID().uuidString).onnx").path
    }
    defer { for path in paths { try? FileManager.default.removeItem(atPath: path) } }
    for path in paths { try ONNXModel.write(network, to: path, inputShapes: ["input": [1, 3, 64, 64]]) }
    #expect(FileManager.default.contentsEqual(atPath: paths[0], andPath: paths[1]))
  }
}
