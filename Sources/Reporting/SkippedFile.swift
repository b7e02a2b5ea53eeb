/// A file that was left out, and why.
public struct SkippedFile: Encodable, Hashable, Sendable {
  public var path: String
  public var reason: String

  /// With the properties of the same names.
  public init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }
}
