/// A file that was left out, and why.
public struct SkippedFile: Codable, Hashable, Sendable {
  /// As it was named.
  public var path: String
  /// Why it has no result.
  public var reason: String

  /// With the properties of the same names.
  public init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }
}
