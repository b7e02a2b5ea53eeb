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

  /// - Parameter path: an `.onnx` file.
  /// - Throws: `FormatError` where the file cannot be read, breaks the format's rules, or needs an operator that
  ///   is not supported (named together with its node); `NetworkError.cyclic` or `.dangling` where the graph does not
  ///   hang together.
  public static func load(path: String) throws -> Network {
    let file = try MappedFile(path: path)
    let model = try ModelMessage(file)
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
    return try GraphTranslation(model, graph, file: file, operatorSet: version).network()
  }
}
