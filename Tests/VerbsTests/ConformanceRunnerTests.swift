import Foundation
import Gingham
import GinghamDifferentiation
import GinghamModelFormats
import GinghamNetworks
import GinghamTensors
import Testing

/// What the runner concludes from a case, with an engine that computes nothing but one function.
@Suite struct ConformanceRunnerTests {
  private final class Doubling: Differentiator {
    let network: Network

    init(_ network: Network) { self.network = network }

    func plan(_ request: PlanRequest) throws -> any GradientPlan {
      guard network.nodes.allSatisfy({ $0.operation == .identity }) else {
        throw EngineError.unsupported(operation: "relu", node: "layer", why: "this engine only doubles")
      }
      return Plan(request: request)
    }

    private struct NoBackwardPass: Error {}

    private final class Plan: GradientPlan {
      let request: PlanRequest
      var targetShapes: [Shape] { request.inputShapes }
      var gradientShapes: [Shape] { [] }

      init(request: PlanRequest) { self.request = request }

      func forward(_ inputs: [Tensor], into activations: inout [Tensor]) throws {
        activations = inputs.map { $0.map { 2 * $0 } }
      }

      func backward(_ cotangents: [Tensor], into gradients: inout [Tensor]) throws { throw NoBackwardPass() }
    }
  }

  private func outcome(_ operation: GinghamNetworks.Operation, expecting expected: [Float]) -> ConformanceRunner.Outcome
  {
    var network = Network(name: "case")
    let input = network.addInput("x", shape: [2])
    network.outputs = [network.append("layer", operation, input)]
    let dataSet = ONNXTestCase.DataSet(
      inputs: ["x": .float(Tensor([2], [1, 2]))], expectedOutputs: [.float(Tensor([expected.count], expected))])
    let testCase = ONNXTestCase(name: "case", network: network, dataSets: [dataSet])
    return ConformanceRunner { Doubling($0) }.run(testCase)
  }

  @Test func outputsWithinTheToleranceAreAccepted() {
    #expect(outcome(.identity, expecting: [2, 4]) == .passed)
    #expect(outcome(.identity, expecting: [2.001, 4]) == .passed)
  }

  @Test func outputsBeyondItNameTheElement() {
    #expect(outcome(.identity, expecting: [2, 4.01]) == .failed(reason: "output 0: element 1 is 4.0, expected 4.01"))
    #expect(outcome(.identity, expecting: [2]) == .failed(reason: "output 0: the shape is 2, expected 1"))
  }

  @Test func whatTheEngineDoesNotDoNamesTheLayer() {
    guard case .unsupported(let reason) = outcome(.pointwise(.relu), expecting: [1, 2]) else {
      Issue.record("not reported as unsupported")
      return
    }
    #expect(reason.contains("'layer'") && reason.contains("relu"))
  }

  @Test func casesOfIntegersNeedNoEngine() {
    let runner = ConformanceRunner { Doubling($0) }
    let root = "/usr/share/libonnx-testdata/data/node"
    for name in ["test_shape", "test_mod_int64_fmod", "test_size", "test_and4d"] {
      let outcome = runner.run(folder: "\(root)/\(name)")
      #expect(outcome == .passed, "\(name): \(outcome)")
    }
    let name = "test_tfidfvectorizer_tf_only_bigrams_skip0"
    guard case .unsupported(let reason) = runner.run(folder: "\(root)/\(name)") else {
      Issue.record("not reported as unsupported")
      return
    }
    #expect(reason.contains("'TfIdfVectorizer'"))
  }
}
