import GinghamRewriting

/// What keeps a network from being repaired as asked.
public enum RepairError: Error, Hashable, Sendable {
  /// No layer of the kind that the method rewrites.
  case nothingToRewrite(method: RewriteMethod, kind: RepairFindings.Kind)
  /// Such layers are there, and none of them leaves a grid.
  case nothingUneven(method: RewriteMethod, kind: RepairFindings.Kind, layers: [String])
  /// The file that was written computes something else when it is read.
  case differsWhenRead(path: String, error: Double)
}

extension RepairError: CustomStringConvertible {
  /// What keeps the network from being repaired.
  public var description: String {
    switch self {
    case .nothingToRewrite(let method, _):
      switch method {
      case .blurpool: "there is nothing to repair: no convolution and no pool has a stride above 1"
      case .nearest, .bilinear, .subpixel: "there is nothing to repair: no transposed convolution has a stride above 1"
      case .icnr, .equalise:
        "there is nothing to repair: no transposed convolution has a stride above 1, and no convolution feeds a "
          + "depth-to-space"
      }
    case .nothingUneven(_, let kind, let layers):
      "there is nothing to repair: no band of the \(kind.rawValue) is uneven, neither predicted nor measured; what could "
        + "be rewritten all the same is \(Self.listed(layers))"
    case .differsWhenRead(let path, let error):
      "'\(path)' does not compute what it was written from (relative error \(error)), so it is not kept"
    }
  }

  private static func listed(_ layers: [String]) -> String {
    let shown = layers.prefix(8).map { "'\($0)'" }.joined(separator: ", ")
    return layers.count > 8 ? shown + " …" : shown
  }
}
