/// What is wrong with labels.
public enum LabelError: Error, Hashable, Sendable {
  /// A file's name does not end in a number.
  case noNumber(path: String)
  /// A table has no line for a picture.
  case missing(path: String, table: String)
  /// A line of a table, counted from 1, has no comma.
  case badLine(table: String, line: Int)
  /// What a table gives as a class is neither a number nor a name of one.
  case unknownClass(name: String, table: String, line: Int, nearest: [String])
  /// The folder of a picture is neither a number nor a name of a class.
  case unknownFolder(name: String, path: String, nearest: [String])
  /// A class that the network has not.
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
    case .unknownFolder(let name, let path, let nearest):
      "the folder '\(name)' of '\(path)' is neither a number nor a class's name."
        + (nearest.isEmpty ? "" : " Nearest: \(nearest.map { "'\($0)'" }.joined(separator: ", ")).")
    case .outOfRange(let label, let path, let classes):
      "the label \(label) of '\(path)' is out of range: the network has classes 0 to \(classes - 1)"
    }
  }
}
