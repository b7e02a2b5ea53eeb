extension String {
  /// The text as it may stand in one line of a terminal, a table or a figure, whoever wrote it: scalars that move the
  /// cursor, start an escape sequence, break the line or turn the direction of writing are shown as `\n` or `\u{1B}`.
  ///
  /// Scalars are looked at one by one. A character, which is what `for … in` a `String` gives, may be a quote or a line
  /// feed together with any marks behind it, and is then equal to neither.
  ///
  /// - Parameter limit: of longer texts, the beginning and the end are shown with `…` between them.
  public func printable(limit: Int = .max) -> String {
    guard utf8.count > limit || !utf8.allSatisfy({ (0x20..<0x7f).contains($0) }) else { return self }
    var result = ""
    for scalar in unicodeScalars.shortened(to: limit) { result.append(printable: scalar) }
    return result
  }

  /// ``printable(limit:)`` for texts of several lines.
  ///
  /// - Parameter isIndented: whether lines behind the first one begin with spaces, so that none of them can be taken for
  ///   another message.
  public func printableLines(isIndented: Bool, limit: Int = .max) -> String {
    var result = ""
    var begins = false
    for scalar in unicodeScalars.shortened(to: limit) {
      if begins, isIndented, scalar != " " { result += "  " }
      begins = scalar == "\n"
      if begins { result += "\n" } else { result.append(printable: scalar) }
    }
    return result
  }

  private mutating func append(printable scalar: Unicode.Scalar) {
    switch scalar {
    case "\n": self += "\\n"
    case "\r": self += "\\r"
    case "\t": self += "\\t"
    case _ where scalar.isInvisible: self += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
    default: unicodeScalars.append(scalar)
    }
  }
}

extension Unicode.Scalar {
  /// Whether the scalar changes what is around it instead of being seen: controls, line and paragraph separators, and
  /// format characters such as those that reverse the direction of writing.
  public var isInvisible: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }
}

extension String.UnicodeScalarView {
  fileprivate func shortened(to limit: Int) -> [Unicode.Scalar] {
    // No text has more scalars than bytes.
    guard count > limit else { return Array(self) }
    let end = limit / 3
    return prefix(Swift.max(limit - end - 1, 0)) + ["…"] + suffix(end)
  }
}
