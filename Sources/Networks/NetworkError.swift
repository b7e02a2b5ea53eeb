import GinghamTensors

/// What is wrong with a network, or with what is asked of it.
public enum NetworkError: Error, Sendable {
  case shape(node: String, operation: String, ShapeError)
  case unknownLayer(name: String, nearest: [String])
  /// The file names layers by their weights alone, so which operator is the module's last cannot be told.
  case openModule(name: String, lastLayer: String)
  case unknownInput(name: String, known: [String])
  case missingInputShape(name: String)
  case cyclic(node: String)
  case dangling(node: String, value: String)
  /// The operation takes a value that only exists at run time where it needs one that is known beforehand.
  case dynamic(node: String, what: String)
  /// One pass through the network would take longer than one file may ask for.
  case work(network: String, ResourceLimitError)
  /// What leads to `value` holds an operator that is not supported. Of all layers, so many read what it would compute;
  /// `front` is the layer that it reads.
  case missingOperator(reason: String, behind: Int, of: Int, value: String, front: String?)
}

extension NetworkError: CustomStringConvertible {
  /// What is wrong, where, and what to do about it.
  public var description: String {
    switch self {
    case .shape(let node, let operation, let error):
      return "layer '\(node)' (\(operation)): \(error)"
    case .unknownLayer(let name, let nearest):
      let hint = nearest.isEmpty ? "" : "; nearest: \(nearest.map { "'\($0)'" }.joined(separator: ", "))"
      return "there is no layer '\(name)'\(hint)"
    case .openModule(let name, let last):
      return "the file does not tell where module '\(name)' ends: it names layers by their weights alone. The last of "
        + "them in the module is '\(last)'; name a layer or a value"
    case .unknownInput(let name, let known):
      return "there is no input '\(name)'; the network has \(known.map { "'\($0)'" }.joined(separator: ", "))"
    case .missingInputShape(let name):
      return "the size of input '\(name)' is open, and nobody gave it"
    case .cyclic(let node):
      return "the graph runs in a circle through node '\(node)'"
    case .dangling(let node, let value):
      return "node '\(node)' reads '\(value)', which nothing produces"
    case .missingOperator(let reason, let behind, let count, let value, let front):
      let advice = front.map { " Layers that do not read it work, such as '\($0)'" } ?? ""
      return "\(reason) Behind it stand \(behind) of \(count) layers, up to '\(value)'.\(advice)"
    case .work(let network, let error):
      return "a pass through '\(network)' takes \(error)"
    case .dynamic(let node, let what):
      return "layer '\(node)': \(what) is computed from pixels; only values known before the run are supported"
    }
  }
}
