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
      var read = try ONNXModel.load(path: path)
      if network.isOneDimensional { read.takeSignals() }
      error = try output(of: read).largestDifference(from: expected)
    }
    guard error <= Self.tolerance else { throw RepairError.differsWhenRead(path: name, error: error) }
    for (name, tensor) in [("input", sample), ("output", expected)] {
      // The file has signals without their row.
      let (extents, hasRow) = (tensor.shape.dimensions, network.isOneDimensional && tensor.shape.rank == 4)
      let stored = hasRow ? tensor.reshaped(to: Shape([extents[0], extents[1], extents[3]])) : tensor
      try folder.write("check/\(name).npy") { try stored.write(npy: $0) }
    }
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
