import GinghamDifferentiation
import GinghamModelFormats
import GinghamNetworks
import GinghamTensors

/// Runs cases of the ONNX conformance suite forward through an engine and compares with what they expect.
public struct ConformanceRunner {
  /// What became of a case.
  public enum Outcome: Equatable, Sendable {
    /// All outputs are those expected.
    case passed
    /// An output differs, or something cannot be read.
    case failed(reason: String)
    /// The reason names the operator and the node.
    case unsupported(reason: String)
  }

  private let makeDifferentiator: (Network) throws -> any Differentiator

  /// - Parameter makeDifferentiator: the engine under test.
  public init(makeDifferentiator: @escaping (Network) throws -> any Differentiator) {
    self.makeDifferentiator = makeDifferentiator
  }

  /// Reads a case's folder and runs it. Never throws: whatever goes wrong is the outcome.
  public func run(folder: String) -> Outcome {
    outcome { try ONNXTestCase(folder: folder) }
  }

  /// Runs every data set of a case, up to the first that does not pass.
  public func run(_ testCase: ONNXTestCase) -> Outcome {
    outcome { testCase }
  }

  private func outcome(_ load: () throws -> ONNXTestCase) -> Outcome {
    do {
      let testCase = try load()
      for dataSet in testCase.dataSets {
        let outputs = try outputs(of: testCase.network, dataSet.inputs)
        for (index, (found, expected)) in zip(outputs, dataSet.expectedOutputs).enumerated() {
          if testCase.network.drawsNumbers {
            // Of random numbers only the shape can be expected.
            guard found.shape == expected.shape else {
              return .failed(reason: "output \(index): the shape is \(found.shape), expected \(expected.shape)")
            }
            continue
          }
          if let difference = testCase.tolerance.difference(found, expected) {
            return .failed(reason: "output \(index): \(difference)")
          }
        }
      }
      return .passed
    } catch let error as FormatError {
      if case .unsupported = error { return .unsupported(reason: error.description) }
      return .failed(reason: error.description)
    } catch let error as EngineError {
      if case .unsupported = error { return .unsupported(reason: error.description) }
      return .failed(reason: error.description)
    } catch let error as NetworkError {
      switch error {
      case .dynamic, .missingOperator: return .unsupported(reason: error.description)
      default: return .failed(reason: error.description)
      }
    } catch {
      return .failed(reason: String(describing: error))
    }
  }

  /// With as few inputs fixed as it takes: where something must be known before the run, all but the first picture
  /// are, then that, too.
  private func outputs(of network: Network, _ inputs: [String: Constant]) throws -> [Constant] {
    do {
      return try Self.outputs(of: network, inputs, on: makeDifferentiator)
    } catch NetworkError.dynamic {
      let pictures = network.inputs.filter { inputs[network.name(of: $0.value)]?.tensor != nil }
      for open in [Array(pictures.prefix(1)), []] {
        var fixed = network
        for input in pictures where !open.contains(input) {
          guard let value = inputs[network.name(of: input.value)] else { continue }
          try fixed.fix(input: network.name(of: input.value), at: value)
        }
        do {
          return try Self.outputs(of: fixed, inputs, on: makeDifferentiator)
        } catch NetworkError.dynamic where !open.isEmpty {
          continue
        }
      }
      throw NetworkError.dynamic(node: network.name, what: "what must be known before the run")
    }
  }

  /// The network with everything fixed that is no picture, and the pictures.
  static func opened(_ network: Network, _ inputs: [String: Constant]) throws -> (Network, [Tensor]) {
    let network = network.fixingParameters(inputs)
    return (
      network,
      try network.inputs.map { input -> Tensor in
        guard let tensor = inputs[network.name(of: input.value)]?.tensor else {
          throw NetworkError.missingInputShape(name: network.name(of: input.value))
        }
        return tensor
      }
    )
  }

  /// The outputs of a network in its order: those that are known once the network is bound come from there, the
  /// engine computes the rest.
  static func outputs(
    of network: Network, _ inputs: [String: Constant], on makeDifferentiator: (Network) throws -> any Differentiator
  ) throws -> [Constant] {
    let (network, open) = try opened(network, inputs)
    let shapes = zip(network.inputs, open).map { (network.name(of: $0.value), $1.shape) }
    let bound = try network.bound(to: Dictionary(shapes) { first, _ in first })
    for output in network.outputs {
      guard let missing = bound.missing[output] else { continue }
      throw EngineError.unsupported(operation: "output", node: network.name(of: output), why: missing.reason)
    }
    let targets = network.outputs.filter { bound.constants[$0] == nil }
    var computed: [ValueID: Constant] = [:]
    if !targets.isEmpty {
      let plan = try makeDifferentiator(network)
        .plan(PlanRequest(inputShapes: open.map(\.shape), targets: targets, gradients: []))
      for (target, activation) in zip(targets, try plan.forward(open)) { computed[target] = .float(activation) }
    }
    return network.outputs.compactMap { computed[$0] ?? bound.constants[$0] }
  }
}

extension Network {
  fileprivate var drawsNumbers: Bool {
    nodes.contains { if case .random = $0.operation { true } else { false } }
  }

  /// The network with those inputs made constants that are not pictures: integers and truth values, weights, and what
  /// only sets attributes, such as the scales of a resize.
  fileprivate func fixingParameters(_ values: [String: Constant]) -> Network {
    var parameters: Set<ValueID> = []
    for node in nodes {
      switch node.operation {
      case .convolution, .transposedConvolution, .batchNormalization, .instanceNormalization, .layerNormalization,
        .groupNormalization, .parametricReLU, .resize, .pad, .regionAlign:
        parameters.formUnion(node.inputs.dropFirst().compactMap { $0 })
      case .range: parameters.formUnion(node.inputs.compactMap { $0 })
      default: break
      }
    }
    var fixed = self
    fixed.inputs.removeAll { input in
      guard let value = values[name(of: input.value)], value.tensor == nil || parameters.contains(input.value) else {
        return false
      }
      fixed.constants[input.value] = value
      return true
    }
    return fixed
  }
}
