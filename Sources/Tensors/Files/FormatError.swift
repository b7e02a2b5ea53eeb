/// What is wrong with a file: always which file, where in it, and what.
public enum FormatError: Error, Hashable, Sendable {
  case unreadable(path: String, reason: String)
  case unwritable(path: String, reason: String)
  /// The bytes break the format's rules. `location` names the field, entry or byte offset.
  case malformed(path: String, location: String, reason: String)
  /// Legal, but something Gingham does not do.
  case unsupported(path: String, what: String, advice: String)
  /// The file asks for more than one may.
  case limit(path: String, ResourceLimitError)
  /// The file holds several sets of weights and none was chosen, or not the one that was sought.
  case choice(path: String, sought: String?, available: [String])
}

extension FormatError: CustomStringConvertible {
  /// What is wrong, where, and what to do about it.
  public var description: String {
    switch self {
    case .unreadable(let path, let reason): "cannot read '\(path)': \(reason)"
    case .unwritable(let path, let reason): "cannot write '\(path)': \(reason)"
    case .malformed(let path, let location, let reason): "'\(path)' is damaged: \(location): \(reason)"
    case .unsupported(let path, let what, let advice): "'\(path)': \(what) is not supported. \(advice)"
    case .limit(let path, let error): "'\(path)' asks for \(error)"
    case .choice(let path, let sought, let available):
      "'\(path)' \(sought.map { "holds no weights under '\($0)'" } ?? "holds several sets of weights"); "
        + "choose one of \(available.map { "'\($0)'" }.joined(separator: ", "))"
    }
  }
}
