import GinghamTensors

/// A strict parser for the one JSON text a safetensors header may be: an object of objects, in which no key comes twice.
/// General JSON readers keep one of two equal keys without a word.
struct SafeTensorsHeaderParser {
  struct Entry {
    var name: String
    var dtype: String
    var shape: [Int]
    var begin: Int
    var end: Int
  }

  private let text: UnsafeRawBufferPointer
  private let path: String
  private var position = 0

  init(_ text: UnsafeRawBufferPointer, path: String) {
    self.text = text
    self.path = path
  }

  mutating func header() throws -> (entries: [Entry], metadata: [String: String]) {
    var entries: [Entry] = []
    var metadata: [String: String] = [:]
    try object { parser, name in
      if name == "__metadata__" {
        try parser.object { parser, key in metadata[key] = try parser.string() }
      } else {
        entries.append(try parser.entry(name))
      }
    }
    // The header is padded with spaces so that the buffer starts aligned.
    while position < text.count {
      guard text[position] == 0x20 else { throw malformed("something other than spaces follows the JSON object") }
      position += 1
    }
    return (entries, metadata)
  }

  private mutating func entry(_ name: String) throws -> Entry {
    var dtype: String?
    var shape: [Int]?
    var offsets: [Int]?
    try object { parser, field in
      switch field {
      case "dtype": dtype = try parser.string()
      case "shape": shape = try parser.integers()
      case "data_offsets": offsets = try parser.integers()
      default: throw parser.malformed("tensor '\(name)' has an unknown field '\(field)'")
      }
    }
    guard let dtype else { throw malformed("tensor '\(name)' has no dtype") }
    guard let shape else { throw malformed("tensor '\(name)' has no shape") }
    guard let offsets, offsets.count == 2 else { throw malformed("tensor '\(name)' has no pair of data_offsets") }
    return Entry(name: name, dtype: dtype, shape: shape, begin: offsets[0], end: offsets[1])
  }

  // MARK: JSON

  private func malformed(_ reason: String) -> FormatError {
    .malformed(path: path, location: "header byte \(position)", reason: reason)
  }

  private mutating func skipSpace() {
    while position < text.count, [0x20, 0x09, 0x0a, 0x0d].contains(text[position]) { position += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < text.count, text[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws {
    guard take(character) else { throw malformed("'\(character)' expected") }
  }

  /// Calls `member` behind each key; it must read the value.
  private mutating func object(
    _ member: (inout SafeTensorsHeaderParser, String) throws -> Void
  ) throws {
    try expect("{")
    var keys: Set<String> = []
    if take("}") { return }
    repeat {
      let key = try string()
      guard keys.insert(key).inserted else { throw malformed("the key '\(key)' comes twice") }
      try expect(":")
      try member(&self, key)
    } while take(",")
    try expect("}")
  }

  private mutating func integers() throws -> [Int] {
    try expect("[")
    var integers: [Int] = []
    if take("]") { return integers }
    repeat {
      guard integers.count < Shape.maximumRankInFiles else { throw malformed("an array of too many numbers") }
      integers.append(try integer())
    } while take(",")
    try expect("]")
    return integers
  }

  private mutating func integer() throws -> Int {
    skipSpace()
    let digits = text[position...].prefix { (0x30...0x39).contains($0) }
    guard digits.count == 1 || digits.first != 0x30, let value = Int(String(decoding: digits, as: UTF8.self)) else {
      throw malformed("a whole number from 0 to 2⁶³−1 expected")
    }
    position += digits.count
    return value
  }

  private mutating func string() throws -> String {
    try expect("\"")
    var bytes: [UInt8] = []
    while position < text.count {
      let byte = text[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: bytes, as: UTF8.self) else { throw malformed("a string is not UTF-8") }
        return string
      case UInt8(ascii: "\\"): bytes.append(contentsOf: String(try escaped()).utf8)
      case ..<0x20: throw malformed("a control character in a string")
      default: bytes.append(byte)
      }
    }
    throw malformed("a string does not end")
  }

  private mutating func escaped() throws -> Unicode.Scalar {
    guard position < text.count else { throw malformed("a string does not end") }
    let code = text[position]
    position += 1
    switch code {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape()
    default: throw malformed("an unknown escape in a string")
    }
  }

  private mutating func unicodeEscape() throws -> Unicode.Scalar {
    let unit = try hexadecimal()
    if let scalar = Unicode.Scalar(unit) { return scalar }
    guard (0xd800..<0xdc00).contains(unit), text.has("\\u", at: position) else {
      throw malformed("half a surrogate pair")
    }
    position += 2
    let low = try hexadecimal()
    guard (0xdc00..<0xe000).contains(low),
      let scalar = Unicode.Scalar(0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00))
    else { throw malformed("half a surrogate pair") }
    return scalar
  }

  private mutating func hexadecimal() throws -> UInt32 {
    guard
      let digits = text.window(at: position, length: 4),
      digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw malformed("four hexadecimal digits expected") }
    position += 4
    return value
  }
}
