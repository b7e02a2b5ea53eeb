/// How wide texts for the terminal may be.
///
/// Findings put themselves into words without knowing who reads them; whoever prints says how much room there is.
public enum TextLayout {
  /// Columns; `nil`: as wide as it comes, for files, pipes and scripts.
  @TaskLocal public static var width: Int?

  /// Lines that are too wide are broken between words, what follows being indented as they are.
  public static func wrapped(_ text: String) -> String {
    guard let width else { return text }
    return text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { wrapped(line: $0, width: width) }.joined(separator: "\n")
  }

  private static func wrapped(line: Substring, width: Int) -> String {
    guard line.count > width else { return String(line) }
    let indent = String(line.prefix { $0 == " " })
    var lines: [String] = []
    var current = indent
    for word in line.dropFirst(indent.count).split(separator: " ", omittingEmptySubsequences: false) {
      if current.count > indent.count, current.count + 1 + word.count > width {
        lines.append(current)
        current = indent
      }
      current += (current.count > indent.count ? " " : "") + word
    }
    return (lines + [current]).joined(separator: "\n")
  }
}
