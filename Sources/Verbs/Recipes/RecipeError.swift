/// What is wrong with a recipe, and where.
public struct RecipeError: Error, Hashable, Sendable {
  /// The file, or the option that a setting came from.
  public var source: String
  /// From 1; `nil` for options.
  public var line: Int?
  public var message: String

  public init(source: String, line: Int?, message: String) {
    self.source = source
    self.line = line
    self.message = message
  }
}

extension RecipeError: CustomStringConvertible {
  public var description: String { "\(source)\(line.map { ":\($0)" } ?? ""): \(message)" }
}
