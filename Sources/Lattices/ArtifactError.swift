import GinghamTensors

/// Why a map, a net or a description cannot be analyzed.
public enum ArtifactError: Error, Hashable, Sendable {
  /// A map must be H×W, C×H×W or N×C×H×W.
  case wrongRank(Shape)
  case notFinite(what: String)
  /// The map is smaller than the lattice needs.
  case tooSmall(height: Int, width: Int, needed: Int, why: String)
  case badPeriod(Int, why: String)
  case noMaps
  /// No path leads from the target to the value whose gradient is asked for.
  case unreachable(value: String)
  case unsupported(layer: String, why: String)
  /// A description of layers such as `3/2,3/2` that does not parse.
  case badNotation(text: String, why: String)
  case badArgument(String)
  /// Working it out would take more than one file may ask for.
  case limit(network: String, ResourceLimitError)
}

extension ArtifactError: CustomStringConvertible {
  /// What is wrong, where, and what to do about it.
  public var description: String {
    switch self {
    case .wrongRank(let shape): "a map has the axes H×W, C×H×W or N×C×H×W; this one is \(shape)"
    case .notFinite(let what): "\(what) holds NaN or infinite elements, so nothing can be measured"
    case .tooSmall(let height, let width, let needed, let why):
      "\(height)×\(width) pixels are too few: at least \(needed) a side are needed \(why)"
    case .badPeriod(let period, let why): "period \(period) cannot be measured: \(why)"
    case .noMaps: "there are no maps to measure"
    case .unreachable(let value): "'\(value)' does not lead to the target, so it has no gradient"
    case .unsupported(let layer, let why): "layer '\(layer)': \(why)"
    case .badNotation(let text, let why): "'\(text)' does not describe layers: \(why)"
    case .badArgument(let message): message
    case .limit(let network, let error): "what '\(network)' leads to takes \(error)"
    }
  }
}
