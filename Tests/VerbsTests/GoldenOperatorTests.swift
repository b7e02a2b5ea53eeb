import Foundation
import GinghamDifferentiation
import GinghamEngine
import GinghamModelFormats
import GinghamNetworks
import GinghamReferenceEngine
import GinghamTensors
import Testing

/// Operators that no conformance suite has cases of, read from small ONNX files: outputs and input gradients are
/// PyTorch's, by `notebooks-scripts/golden/onnx_operators.py`.
@Suite struct GoldenOperatorTests {
  private static let folder = "Golden/operators"

  private static func arrays() throws -> [String: Tensor] {
    let url = try #require(Bundle.module.url(forResource: "\(folder)/operators", withExtension: "npz"))
    let arrays = try Tensor.arrays(npz: url.path(percentEncoded: false))
    return Dictionary(arrays.map { ($0.name, $0.array) }) { first, _ in first }
  }

  @Test func outputsAndGradientsEqualPyTorch() throws {
    let arrays = try Self.arrays()
    let names = Set(arrays.keys.compactMap { $0.split(separator: ".").first.map(String.init) }).sorted()
    #expect(names.count >= 57)
    for name in names {
      let url = try #require(Bundle.module.url(forResource: "\(Self.folder)/\(name)", withExtension: "onnx"))
      let network = try ONNXModel.load(path: url.path(percentEncoded: false))
      func array(_ kind: String) throws -> Tensor { try #require(arrays["\(name).\(kind)"]) }
      let (x, cotangent) = (try array("x"), try array("cotangent"))
      let request = PlanRequest(
        inputShapes: [x.shape], targets: [network.outputs[0]], gradients: [network.inputs[0].value])
      let engines: [(String, any Differentiator)] = [
        ("reference", ReferenceDifferentiator<Double>(network)),
        ("fast", try FastDifferentiator(network: network, threads: 1)),
      ]
      for (engine, differentiator) in engines {
        let plan = try differentiator.plan(request)
        let y = try plan.forward([x])[0]
        #expect(Self.error(y, try array("y")) <= 2e-5, "\(name), \(engine) engine: the output")
        let gradient = try plan.backward([cotangent])[0]
        #expect(Self.error(gradient, try array("gradient")) <= 5e-5, "\(name), \(engine) engine: the gradient")
      }
    }
  }

  private static func error(_ found: Tensor, _ expected: Tensor) -> Double {
    guard found.shape == expected.shape else { return .infinity }
    let scale = expected.scalars.reduce(0) { max($0, abs(Double($1))) }
    return zip(found.scalars, expected.scalars).reduce(0) { max($0, abs(Double($1.0) - Double($1.1))) }
      / max(scale, 1e-3)
  }

  /// Rounding to a quantised type has no gradient of its own; that it is passed straight through must be known.
  @Test func quantisedNetworksSayThatTheyRoundStraightThrough() throws {
    for (name, rounds) in [("quantized_convolution", true), ("quantized_dynamically", true), ("swish", false)] {
      let url = try #require(Bundle.module.url(forResource: "\(Self.folder)/\(name)", withExtension: "onnx"))
      #expect(try ONNXModel.load(path: url.path(percentEncoded: false)).roundsStraightThrough() == rounds, "\(name)")
    }
  }
}
