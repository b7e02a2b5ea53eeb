import Foundation
import GinghamDifferentiation
import GinghamModelFormats
import GinghamNetworks
import GinghamTensors
import Testing

@testable import GinghamModels

/// Tiny nets as PyTorch's exporters write them with a batch of one. Three distinct pictures in one batch have PyTorch's
/// outputs and input gradients, made by `notebooks-scripts/golden/exported_nets.py`, which is a small share of
/// `export_matrix.py`.
@Suite struct ExportedNetTests {
  private struct Golden: Decodable {
    struct Net: Decodable, CustomTestStringConvertible {
      let net: String
      let exporter: String
      let layer: String
      var testDescription: String { "\(net)-\(exporter)" }
    }

    let nets: [Net]
  }

  private static let folder = "Golden/exports"

  private static func url(_ name: String, _ type: String) throws -> String {
    try #require(Bundle.module.url(forResource: "\(folder)/\(name)", withExtension: type)).path(percentEncoded: false)
  }

  /// At the size of the file, and at another where the net takes one.
  @Test(arguments: [Backend.fast, .reference64])
  func batchesOfDistinctPicturesHavePyTorchsGradients(_ backend: Backend) throws {
    let list = try Data(contentsOf: URL(filePath: Self.url("exports", "json")))
    let golden = try JSONDecoder().decode(Golden.self, from: list)
    let arrays = Dictionary(
      uniqueKeysWithValues: try Tensor.arrays(npz: Self.url("exports", "npz")).map { ($0.name, $0.array) })
    #expect(golden.nets.count >= 10)
    var others = 0
    for net in golden.nets {
      let network = try ONNXModel.load(path: Self.url(net.testDescription, "onnx"))
      let engine = try EngineChoice(backend).differentiator(for: network, team: .alone)
      let layer = try network.value(ofLayer: net.layer)
      for size in ["", "_other"] {
        guard let x = arrays["\(net.net).x\(size)"] else { continue }
        if !size.isEmpty { others += 1 }
        func array(_ kind: String) throws -> Tensor { try #require(arrays["\(net.net).\(kind)\(size)"]) }
        func plan(_ target: ValueID) throws -> any GradientPlan {
          try engine.plan(
            PlanRequest(inputShapes: [x.shape], targets: [target], gradients: [network.inputs[0].value]))
        }
        let name = "\(net.testDescription) of \(x.shape)"
        let whole = try plan(network.outputs[0])
        #expect(Self.error(try whole.forward([x])[0], try array("y")) <= 1e-5, "\(name): the output")
        let gradient = try whole.backward([try array("cotangent")])[0]
        #expect(Self.error(gradient, try array("gradient")) <= 1e-5, "\(name): the gradient")

        // The gradient of half a squared norm is what the activation itself sends back.
        let front = try plan(layer)
        let sent = try front.backward(front.forward([x]))[0]
        #expect(Self.error(sent, try array("layer_gradient")) <= 1e-5, "\(name): \(net.layer)")

        // A channel is one of tokens and of maps with channels last as of others.
        let pass = try ObjectivePass(
          ChannelObjective(layer: net.layer, channel: 2), of: engine, inputShapes: [x.shape], wholeActivations: false)
        let channel = try pass.valuesAndGradients(x).gradients[0]
        #expect(Self.error(channel, try array("channel_gradient")) <= 1e-5, "\(name): channel 2 of \(net.layer)")
      }
    }
    #expect(others >= 5)
  }

  /// max|Δ| / max|expected|.
  private static func error(_ found: Tensor, _ expected: Tensor) -> Double {
    guard found.shape == expected.shape else { return .infinity }
    let scale = expected.scalars.reduce(0) { max($0, abs(Double($1))) }
    return zip(found.scalars, expected.scalars).reduce(0) { max($0, abs(Double($1.0) - Double($1.1))) } / scale
  }
}
