import GinghamNetworks
import GinghamTensors

/// Reads networks from ONNX files.
///
/// Operator sets up to 25 of the standard domain are read, as far as the operators are ones that pictures flow
/// through; below 6, only operators whose definition has not moved since. Weights stay in the mapped file where they are 32-bit floats that lie aligned in it; external weight
/// files, which must lie in the model's own folder, are mapped once each.
public enum ONNXModel {
  /// The versions of the standard operator set whose definitions are known.
  public static let operatorSets = 1...25

  /// - Parameters:
  ///   - path: an `.onnx` file.
  ///   - limits: how much it may ask for, now and when the network is bound.
  /// - Throws: `FormatError` where the file cannot be read, breaks the format's rules, asks for too much, or needs an
  ///   operator that is not supported (named together with its node); `NetworkError.cyclic` or `.dangling` where the graph does not
  ///   hang together.
  public static func load(path: String, limits: ResourceLimits = ResourceLimits()) throws -> Network {
    do {
      return try load(MappedFile(path: path), Budget(limits))
    } catch let error as ResourceLimitError {
      throw FormatError.limit(path: path, error)
    }
  }

  private static func load(_ file: MappedFile, _ budget: Budget) throws -> Network {
    let path = file.path
    let model = try ModelMessage(file, budget: budget)
    guard let graph = model.graph else {
      throw FormatError.malformed(
        path: path, location: "ModelProto", reason: "there is no graph in it; is it an ONNX file?")
    }
    let version = model.operatorSets[""] ?? 1
    guard operatorSets.contains(version) else {
      throw FormatError.unsupported(
        path: path, what: "operator set \(version)",
        advice: "Gingham reads \(operatorSets.lowerBound) to \(operatorSets.upperBound): convert the model with "
          + "onnx.version_converter, or export it anew.")
    }
    return try GraphTranslation(model, graph, file: file, operatorSet: version, budget: budget).network()
  }
}
