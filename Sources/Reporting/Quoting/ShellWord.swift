import GinghamTensors

/// Words of a command line that a reader may copy into a POSIX shell.
public enum ShellWord {
  /// The word between single quotes where it needs them; in bash's `$'…'` where it holds what a terminal must not see.
  public static func quoted(_ word: String) -> String {
    let isPlain = word.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "-_./:,=".utf8.contains(byte)
      }
    }
    if isPlain, !word.isEmpty { return word }
    let isVisible = !word.unicodeScalars.contains(where: \.isInvisible)
    var result = isVisible ? "'" : "$'"
    for scalar in word.unicodeScalars {
      switch scalar {
      case "'": result += isVisible ? "'\\''" : "\\'"
      case "\\" where !isVisible: result += "\\\\"
      case _ where scalar.isInvisible:
        for byte in String(scalar).utf8 { result += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16) }
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "'"
  }

  /// A command line that a shell takes as these words.
  public static func line(_ words: [String]) -> String { words.map(quoted).joined(separator: " ") }
}
