/// Stands where a file has an operator that Gingham cannot do. Everything that does not read it works.
public struct MissingOperator: Hashable, Sendable {
  /// What it is, at which node, and what may be done about it: a sentence or two.
  public var reason: String

  /// With the property of the same name.
  public init(reason: String) {
    self.reason = reason
  }
}
