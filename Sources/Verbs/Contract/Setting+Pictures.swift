extension Setting {
  /// Files that list pictures, behind those that are named already.
  static func list(into path: WritableKeyPath<Owner, [String]> & Sendable) -> Setting {
    Setting(
      "list", .repeated, of: String.self,
      "A file that lists pictures, one a line, as @FILE does; - is standard input. Can be given several times.",
      valueName: "file"
    ) { owner, files in
      owner[keyPath: path] += files.map { $0 == "-" ? $0 : "@" + $0 }
    }.naming(.file())
  }
}

extension SettingError {
  /// - Throws: ``contradiction(settings:message:)`` where none are named.
  static func require(pictures: [String]) throws {
    guard pictures.isEmpty else { return }
    throw SettingError.contradiction(
      settings: ["list"], message: "name pictures, folders, archives or patterns, or files that list them")
  }
}
