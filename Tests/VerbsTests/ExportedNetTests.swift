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

  @Test(arguments: [Backend.fast, .reference64])
  func batchesOfDistinctPicturesHavePyTorchsGradients(_ backend: Backend) throws {
    let list = try Data(contentsOf: URL(filePath: Self.url("exports", "json")))
    let golden = try JSONDecoder().decode(Golden.self, from: list)
    let arrays = Dictionary(
      uniqueKeysWithValues: try Tensor.arrays(npz: Self.url("exports", "npz")).map { ($0.name, $0.array) })
    #expect(golden.nets.count >= 7)
    for net in golden.nets {
      func array(_ kind: String) throws -> Tensor { try #require(arrays["\(net.net).\(kind)"]) }
      let network = try ONNXModel.load(path: Self.url(net.testDescription, "onnx"))
      let engine = try backend.differentiator(for: network, team: .alone)
      let (x, layer) = (try array("x"), try network.value(ofLayer: net.layer))
      func plan(_ target: ValueID) throws -> any GradientPlan {
        try engine.plan(
          PlanRequest(inputShapes: [x.shape], targets: [target], gradients: [network.inputs[0].value]))
      }
      let whole = try plan(network.outputs[0])
      #expect(Self.error(try whole.forward([x])[0], try array("y")) <= 1e-5, "\(net.testDescription): the output")
      let gradient = try whole.backward([try array("cotangent")])[0]
      #expect(Self.error(gradient, try array("gradient")) <= 1e-5, "\(net.testDescription): the gradient")

      // The gradient of half a squared norm is what the activation itself sends back.
      let front = try plan(layer)
      let sent = try front.backward(front.forward([x]))[0]
      #expect(Self.error(sent, try array("layer_gradient")) <= 1e-5, "\(net.testDescription): \(net.layer)")
    }
  }

  /// max|Δ| / max|expected|.
  private static func error(_ found: Tensor, _ expected: Tensor) -> Double {
    guard found.shape == expected.shape else { return .infinity }
    let scale = expected.scalars.reduce(0) { max($0, abs(Double($1))) }
    return zip(found.scalars, expected.scalars).reduce(0) { max($0, abs(Double($1.0) - Double($1.1))) } / scale
  }
}
