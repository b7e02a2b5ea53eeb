/// What is wrong with labels.
public enum LabelError: Error, Hashable, Sendable {
  case noNumber(path: String)
  case missing(path: String, table: String)
  case badLine(table: String, line: Int)
  case unknownClass(name: String, table: String, line: Int, nearest: [String])
  case outOfRange(label: Int, path: String, classes: Int)
}

extension LabelError: CustomStringConvertible {
  /// What is wrong, where, and what a label looks like.
  public var description: String {
    switch self {
    case .noNumber(let path):
      "'\(path)' has no class at the end of its name, as in name_281.jpg"
    case .missing(let path, let table): "'\(table)' has no line for '\(path)'; a line is written file,class"
    case .badLine(let table, let line): "'\(table)', line \(line): a line is written file,class"
    case .unknownClass(let name, let table, let line, let nearest):
      "'\(table)', line \(line): '\(name)' is neither a number nor a class's name."
        + (nearest.isEmpty ? "" : " Nearest: \(nearest.map { "'\($0)'" }.joined(separator: ", ")).")
    case .outOfRange(let label, let path, let classes):
      "the label \(label) of '\(path)' is out of range: the network has classes 0 to \(classes - 1)"
    }
  }
}
