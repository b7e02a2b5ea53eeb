/// Cairo counts its surfaces and patterns over the life of the process and writes those numbers into SVG. Counted anew
/// within each document, equal figures become equal bytes.
enum SVGIdentifiers {
  static func renumbered(_ document: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(document.count)
    var numbers: [[UInt8]: Int] = [:]
    var index = 0
    while index < document.count {
      guard let prefix = prefixes.first(where: { document[index...].starts(with: $0) }) else {
        result.append(document[index])
        index += 1
        continue
      }
      result += prefix
      index += prefix.count
      let letters = document[index...].prefix { (0x61...0x7A).contains($0) }
      let digits = document[letters.endIndex...].prefix { (0x30...0x39).contains($0) }
      let end = digits.endIndex
      // Glyphs, whose numbers go on after a hyphen, are counted by document already; colours have no letters first.
      guard !letters.isEmpty, !digits.isEmpty, end < document.count, document[end] == 0x22 || document[end] == 0x29
      else { continue }
      let name = Array(letters) + Array(digits)
      let number = numbers[name] ?? numbers.count
      numbers[name] = number
      result += Array(letters) + Array(String(number).utf8)
      index = end
    }
    return result
  }

  /// What stands before an identifier: where it is given, and where it is referred to.
  private static let prefixes = [Array("id=\"".utf8), Array("href=\"#".utf8), Array("url(#".utf8)]
}
