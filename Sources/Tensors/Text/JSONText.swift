/// JSON that can be printed: whatever a terminal might obey can only stand inside strings, where an escape means the
/// same.
enum JSONText {
  static func visible(_ json: String) -> String {
    guard json.unicodeScalars.contains(where: { $0.isInvisible && $0 != "\n" }) else { return json }
    var result = ""
    for scalar in json.unicodeScalars {
      guard scalar.isInvisible, scalar != "\n" else {
        result.unicodeScalars.append(scalar)
        continue
      }
      for unit in String(scalar).utf16 {
        let digits = String(unit, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
    }
    return result
  }
}
