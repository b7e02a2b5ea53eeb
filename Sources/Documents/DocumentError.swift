/// What is wrong with a document that someone wrote, and where.
public struct DocumentError: Error, Hashable, Sendable {
  /// The file, or whatever else a setting came from.
  public var source: String
  /// From 1; `nil` for single settings.
  public var line: Int?
  /// What is wrong, and what would be right.
  public var message: String

  /// With the properties of the same names.
  public init(source: String, line: Int?, message: String) {
    self.source = source
    self.line = line
    self.message = message
  }
}

extension DocumentError: CustomStringConvertible {
  /// What is wrong, where, and what to do about it.
  public var description: String { "\(source)\(line.map { ":\($0)" } ?? ""): \(message)" }
}
