/// Fields of a table of comma-separated values (RFC 4180).
public enum CSVField {
  /// A field as CSV has it (RFC 4180); what a spreadsheet would compute stays text.
  public static func quoted(_ text: String) -> String {
    guard text.utf8.contains(where: { ",\"\n\r".utf8.contains($0) }) else { return text }
    var result = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" { result += "\"" }
      result.unicodeScalars.append(scalar)
    }
    return result + "\""
  }
}
