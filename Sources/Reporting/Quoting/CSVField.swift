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

  /// The records of a table, one after the other: commas and line ends between quotes belong to the field. A last line
  /// without an end counts.
  public static func records(of table: UnsafeRawBufferPointer) -> some Sequence<[String]> {
    var place = table.startIndex
    return sequence(state: ()) { _ -> [String]? in
      guard place < table.endIndex else { return nil }
      var (fields, field, isQuoted): ([String], [UInt8], Bool) = ([], [], false)
      while place < table.endIndex {
        let byte = table[place]
        place += 1
        switch byte {
        case UInt8(ascii: "\""):
          // A quote that is doubled between quotes is one.
          if !isQuoted, place > table.startIndex + 1, table[place - 2] == byte { field.append(byte) }
          isQuoted.toggle()
        case UInt8(ascii: ",") where !isQuoted:
          fields.append(String(decoding: field, as: UTF8.self))
          field.removeAll(keepingCapacity: true)
        case UInt8(ascii: "\n") where !isQuoted:
          return fields + [String(decoding: field, as: UTF8.self)]
        default: field.append(byte)
        }
      }
      return fields + [String(decoding: field, as: UTF8.self)]
    }
  }
}
