/// A setting outside its range, or settings that exclude each other. Settings are called as ``Setting`` calls them; who
/// knows them under other names (the command line) puts those in.
public enum SettingError: Error, Hashable, Sendable {
  /// A value that the setting does not take, and in words what it takes.
  case outOfRange(setting: String, value: String, expected: String)
  /// Settings that do not go together, and in words why.
  case contradiction(settings: [String], message: String)
  /// Settings that never go together.
  case exclusive([String])

  /// - Throws: ``outOfRange(setting:value:expected:)`` unless `condition` holds.
  static func require(_ condition: Bool, _ setting: String, _ value: some Any, _ expected: String) throws {
    guard condition else { throw SettingError.outOfRange(setting: setting, value: "\(value)", expected: expected) }
  }
}

extension SettingError: CustomStringConvertible {
  /// Settings are called as ``Setting`` calls them.
  public var description: String {
    switch self {
    case .outOfRange(let setting, let value, let expected): "\(setting) takes \(expected), not \(value)"
    case .contradiction(_, let message): message
    case .exclusive(let settings): "\(settings.joined(separator: " and ")) exclude each other"
    }
  }
}
