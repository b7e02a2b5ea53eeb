/// What is wrong with a file that was given: always which file, where in it, and what.
public enum FormatError: Error, Hashable, Sendable {
  case unreadable(path: String, reason: String)
  /// The bytes break the format's rules. `location` names the field, entry or byte offset.
  case malformed(path: String, location: String, reason: String)
  /// Legal, but something Gingham does not do.
  case unsupported(path: String, what: String, advice: String)
}

extension FormatError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreadable(let path, let reason): "cannot read '\(path)': \(reason)"
    case .malformed(let path, let location, let reason): "'\(path)' is damaged: \(location): \(reason)"
    case .unsupported(let path, let what, let advice): "'\(path)': \(what) is not supported. \(advice)"
    }
  }
}
