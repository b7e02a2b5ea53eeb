/// Why a database cannot be read or written.
public struct DatabaseError: Error, Hashable, Sendable {
  /// The database's file.
  public var path: String
  /// In the library's words.
  public var reason: String

  /// With the properties of the same names.
  public init(path: String, reason: String) { (self.path, self.reason) = (path, reason) }
}

extension DatabaseError: CustomStringConvertible {
  /// What is wrong with which file. Statements are not repeated: they may be long.
  public var description: String { "'\(path)': \(reason)" }
}
