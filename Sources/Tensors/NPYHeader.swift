/// The header of a `.npy` file: element type, order and shape.
///
/// Layout: "A Simple File Format for NumPy Arrays" (NEP 1), versions 1.0 to 3.0: six magic bytes, a version, the
/// length of the text that follows, and a Python dictionary literal such as
/// `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`.
struct NPYHeader {
  var type: ElementType
  var isColumnMajor: Bool
  var shape: Shape
  /// Byte offset of the first element.
  var dataOffset: Int

  /// - Parameter location: names the array in errors: the file itself, or an entry of an archive.
  init(_ bytes: UnsafeRawBufferPointer, path: String, location: String) throws {
    func malformed(_ reason: String) -> FormatError {
      .malformed(path: path, location: location, reason: reason)
    }
    guard bytes.has("NUMPY", at: 1), bytes.first == 0x93, let version: UInt8 = bytes.littleEndian(at: 6) else {
      throw malformed("does not start like a .npy array")
    }
    guard (1...3).contains(version) else {
      throw FormatError.unsupported(
        path: path, what: "version \(version) of the .npy format", advice: "Save it with numpy.save.")
    }
    let length: Int? =
      version == 1
      ? bytes.littleEndian(UInt16.self, at: 8).map(Int.init) : bytes.littleEndian(UInt32.self, at: 8).map(Int.init)
    let textStart = version == 1 ? 10 : 12
    guard let length, length <= Self.maximumLength, let text = bytes.window(at: textStart, length: length) else {
      throw malformed("the header is longer than the file, or than \(Self.maximumLength) bytes")
    }
    var literal = PythonLiteral(text)
    guard let fields = literal.header() else {
      throw malformed("the header is not a dictionary of 'descr', 'fortran_order' and 'shape'")
    }
    guard let type = try Self.elementType(of: fields.descr, path: path) else {
      throw FormatError.unsupported(
        path: path, what: "element type '\(fields.descr)' of \(location)",
        advice: "Convert it first: array.astype('<f4').")
    }
    self.type = type
    isColumnMajor = fields.isColumnMajor
    shape = Shape(fields.shape)
    dataOffset = textStart + length
  }

  private static let maximumLength = 65_536

  private static func elementType(of descr: String, path: String) throws -> ElementType? {
    guard let order = descr.first, "<|=>".contains(order) else { return nil }
    let types: [Substring: ElementType] = [
      "f2": .float16, "f4": .float32, "f8": .float64, "i1": .int8, "i2": .int16, "i4": .int32, "i8": .int64,
      "u1": .uint8, "u2": .uint16, "u4": .uint32, "u8": .uint64, "b1": .boolean,
    ]
    guard let type = types[descr.dropFirst()] else { return nil }
    return order == ">" && type.byteCount > 1 ? nil : type
  }

  /// Where the elements lie, or `nil` where the file is too short for them.
  func layout(within byteCount: Int) -> StridedLayout? {
    guard isColumnMajor else {
      return StridedLayout(shape: shape, type: type, byteOffset: dataOffset, within: byteCount)
    }
    guard shape.checkedElementCount != nil else { return nil }
    let strides = Array(Shape(shape.dimensions.reversed()).strides.reversed())
    return StridedLayout(shape: shape, strides: strides, type: type, byteOffset: dataOffset, within: byteCount)
  }
}

/// Just enough of Python's literal syntax for a `.npy` header.
private struct PythonLiteral {
  private var rest: Slice<UnsafeRawBufferPointer>

  init(_ text: UnsafeRawBufferPointer) {
    rest = text[...]
  }

  mutating func header() -> (descr: String, isColumnMajor: Bool, shape: [Int])? {
    var descr: String?
    var isColumnMajor: Bool?
    var shape: [Int]?
    guard take("{") else { return nil }
    while !take("}") {
      guard let key = string(), take(":") else { return nil }
      switch key {
      case "descr" where descr == nil: descr = string() ?? structured()
      case "fortran_order" where isColumnMajor == nil:
        isColumnMajor = take("True") ? true : take("False") ? false : nil
      case "shape" where shape == nil: shape = tuple()
      default: return nil
      }
      guard take(",") || rest.first == UInt8(ascii: "}") else { return nil }
    }
    skipSpace()
    guard rest.isEmpty, let descr, let isColumnMajor, let shape else { return nil }
    return (descr, isColumnMajor, shape)
  }

  private mutating func skipSpace() {
    rest = rest.drop { $0 == 0x20 || $0 == 0x0a || $0 == 0 }
  }

  private mutating func take(_ token: String) -> Bool {
    skipSpace()
    guard rest.starts(with: token.utf8) else { return false }
    rest = rest.dropFirst(token.utf8.count)
    return true
  }

  private mutating func string() -> String? {
    let quote: UInt8
    if take("'") { quote = UInt8(ascii: "'") } else if take("\"") { quote = UInt8(ascii: "\"") } else { return nil }
    guard let end = rest.firstIndex(of: quote) else { return nil }
    let text = String(decoding: rest[..<end], as: UTF8.self)
    rest = rest[(end + 1)...]
    return text
  }

  /// The fields of a record array, only to name them in the error that refuses them.
  private mutating func structured() -> String? {
    guard take("["), let end = rest.firstIndex(of: UInt8(ascii: "]")) else { return nil }
    let text = "[" + String(decoding: rest[...end], as: UTF8.self)
    rest = rest[(end + 1)...]
    return text
  }

  private mutating func tuple() -> [Int]? {
    guard take("(") else { return nil }
    var extents: [Int] = []
    while !take(")") {
      guard extents.count < Shape.maximumRankInFiles else { return nil }
      skipSpace()
      let digits = rest.prefix { (0x30...0x39).contains($0) }
      guard let extent = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
      rest = rest[digits.endIndex...]
      _ = take("L")  // Python 2 wrote long integers so
      extents.append(extent)
      guard take(",") || rest.first == UInt8(ascii: ")") else { return nil }
    }
    return extents
  }
}
