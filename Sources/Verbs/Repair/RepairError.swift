import GinghamRewriting

/// What keeps a network from being repaired as asked.
public enum RepairError: Error, Hashable, Sendable {
  /// No layer of the kinds that the methods rewrite.
  case nothingToRewrite(methods: [RewriteMethod], kind: RepairFindings.Kind)
  /// Such layers are there, and no band that was measured shows a grid.
  case nothingUneven(methods: [RewriteMethod], kind: RepairFindings.Kind, layers: [String])
  /// The file that was written computes something else when it is read.
  case differsWhenRead(path: String, error: Double)
}

extension RepairError: CustomStringConvertible {
  /// What keeps the network from being repaired.
  public var description: String {
    switch self {
    case .nothingToRewrite(let methods, let kind):
      "there is nothing to repair: " + Self.lacking(methods, kind)
    case .nothingUneven(_, let kind, let layers):
      "there is nothing to repair: no band of the \(kind.rawValue) was measured to show a grid; what could be rewritten "
        + "all the same is \(Self.listed(layers))"
    case .differsWhenRead(let path, let error):
      "'\(path)' does not compute what it was written from (relative error \(error)), so it is not kept"
    }
  }

  /// What none of the layers is.
  private static func lacking(_ methods: [RewriteMethod], _ kind: RepairFindings.Kind) -> String {
    let downwards = "no convolution and no pool has a stride above 1"
    let upwards = "no transposed convolution has a stride above 1"
    if methods.contains(.stagger), kind == .gradients || methods == [.stagger] {
      return kind == .gradients ? downwards : upwards
    }
    if methods == [.blurpool] || methods == [.lowcut] { return downwards }
    return methods.contains(.icnr) || methods.contains(.equalise)
      ? upwards + ", and no convolution feeds a depth-to-space" : upwards
  }

  private static func listed(_ layers: [String]) -> String {
    let shown = layers.prefix(8).map { "'\($0)'" }.joined(separator: ", ")
    return layers.count > 8 ? shown + " …" : shown
  }
}
