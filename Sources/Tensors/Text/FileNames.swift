extension String {
  /// Whether this names a file in a folder, and nothing beyond it. By bytes, as the system reads it: to Swift, a slash
  /// with a mark behind it is another character.
  public var isFileName: Bool {
    !isEmpty && self != "." && self != ".." && !utf8.contains { $0 == UInt8(ascii: "/") || $0 == 0 }
  }

  /// The parts of a path between its slashes, empty ones left out. By bytes, as ``isFileName``.
  public var pathParts: [String] {
    utf8.split(separator: UInt8(ascii: "/")).map { String(decoding: $0, as: UTF8.self) }
  }

  /// What stands before the last slash of a path, `.` where there is none. By bytes, as ``isFileName``.
  public var parentFolder: String {
    guard let slash = utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == utf8.startIndex ? "/" : String(decoding: utf8[..<slash], as: UTF8.self)
  }

  /// What stands behind the last slash of a path.
  public var lastPathPart: String {
    guard let slash = utf8.lastIndex(of: UInt8(ascii: "/")) else { return self }
    return String(decoding: utf8[utf8.index(after: slash)...], as: UTF8.self)
  }

  /// Whether a path stays inside the folder it is relative to.
  public var staysInside: Bool {
    utf8.first != UInt8(ascii: "/") && !utf8.contains(0) && !pathParts.isEmpty && !pathParts.contains("..")
  }

  /// A text as part of a file's name: letters, digits and `-_.` stay, everything else becomes `-`.
  public var fileStem: String {
    var stem = ""
    for scalar in unicodeScalars {
      let stays: Bool
      switch scalar.properties.generalCategory {
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
        .spacingMark, .decimalNumber, .letterNumber, .otherNumber:
        stays = true
      default: stays = scalar == "-" || scalar == "_" || scalar == "."
      }
      stem.unicodeScalars.append(stays ? scalar : "-")
    }
    return stem
  }
}
