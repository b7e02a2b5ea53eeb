import GinghamDifferentiation
import GinghamModelFormats
import GinghamModels
import GinghamNetworks
import GinghamReporting
import GinghamTensors

/// The repaired network as a file that computes what was measured.
struct RepairedFile {
  let model: Model
  let seed: UInt64
  let context: RunContext

  /// What a file may differ by from what it was written from, relative to the largest output.
  private static let tolerance = 1e-4

  /// Writes the network, and reads it again. An input and its output are written beside it (`check/input.npy`,
  /// `check/output.npy`), for other runtimes.
  ///
  /// - Parameter name: of the file, ending in `.onnx`.
  /// - Returns: the relative error of an output of the file.
  /// - Throws: ``FormatError``, ``RepairError/differsWhenRead(path:error:)``, ``EngineError``.
  func write(as name: String, into folder: RunFolder) throws -> Double {
    let network = model.network
    guard let input = network.inputs.first else { throw ModelError.notPictures([]) }
    let shape = model.inputShape(batch: 1)
    let sequence = NormalSequence(seed: seed, name: "check")
    let sample = Tensor(shape) { sequence.fill($0, mean: 0.5, deviation: 0.25) }
    func output(of network: Network) throws -> Tensor {
      try context.differentiator(for: network).plan(
        PlanRequest(inputShapes: [shape], targets: [network.outputs[0]], gradients: [])
      ).forward([sample])[0]
    }
    let expected = try output(of: network)
    var error = 0.0
    try folder.write(name) { path in
      try ONNXModel.write(network, to: path, inputShapes: [network.name(of: input.value): shape])
      error = try output(of: ONNXModel.load(path: path)).largestDifference(from: expected)
    }
    guard error <= Self.tolerance else { throw RepairError.differsWhenRead(path: name, error: error) }
    try folder.write("check/input.npy") { try sample.write(npy: $0) }
    try folder.write("check/output.npy") { try expected.write(npy: $0) }
    return error
  }
}

extension Tensor {
  /// max|a − b| ÷ max|b|; infinite where shapes differ.
  fileprivate func largestDifference(from other: Tensor) -> Double {
    guard shape == other.shape else { return .infinity }
    var (difference, scale) = (0.0, 0.0)
    for (a, b) in zip(scalars, other.scalars) {
      difference = max(difference, abs(Double(a) - Double(b)))
      scale = max(scale, abs(Double(b)))
    }
    return scale > 0 ? difference / scale : difference
  }
}
