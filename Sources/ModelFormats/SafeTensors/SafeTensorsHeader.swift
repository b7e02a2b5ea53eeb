import GinghamTensors

/// The header of a safetensors file: which array lies where.
///
/// A file is a 64-bit length, a JSON object of that length, and a buffer. Every rule of the format is enforced,
/// because each one that is not lets two readers see two different files. Format: the safetensors README (Hugging
/// Face, 2022).
struct SafeTensorsHeader {
  private(set) var section = WeightSection(key: "")
  private(set) var metadata: [String: String] = [:]

  static let maximumLength = 100_000_000

  /// Whether a file starts like safetensors: a length, and the brace that every header begins with.
  static func recognizes(_ file: MappedFile) -> Bool {
    file.bytes.has("{", at: 8)
  }

  init(_ file: MappedFile) throws {
    func malformed(_ location: String, _ reason: String) -> FormatError {
      .malformed(path: file.path, location: location, reason: reason)
    }
    guard let length: UInt64 = file.bytes.littleEndian(at: 0) else {
      throw malformed("header length", "the file is shorter than 8 bytes")
    }
    guard length <= Self.maximumLength else {
      throw malformed("header length", "\(length) bytes, more than the \(Self.maximumLength) that are allowed")
    }
    guard let text = file.bytes.window(at: 8, length: Int(length)) else {
      throw malformed("header length", "\(length) bytes do not fit the file of \(file.bytes.count) bytes")
    }
    guard text.first == UInt8(ascii: "{") else { throw malformed("header", "does not start with '{'") }
    var parser = SafeTensorsHeaderParser(text, path: file.path)
    let fields = try parser.header()
    metadata = fields.metadata

    let bufferStart = 8 + Int(length)
    let bufferCount = file.bytes.count - bufferStart
    for entry in fields.entries {
      let location = "tensor '\(entry.name)'"
      guard let type = Self.elementTypes[entry.dtype] else {
        guard Self.knownElementTypes.contains(entry.dtype) else {
          throw malformed(location, "unknown dtype '\(entry.dtype)'")
        }
        throw FormatError.unsupported(
          path: file.path, what: "dtype \(entry.dtype) of tensor '\(entry.name)'", advice: "Convert it to F32 or F16.")
      }
      guard entry.begin <= entry.end else {
        throw malformed(location, "data_offsets run backwards, from \(entry.begin) to \(entry.end)")
      }
      guard entry.end <= bufferCount else {
        throw malformed(location, "data_offsets end at \(entry.end), beyond the buffer of \(bufferCount) bytes")
      }
      guard
        let count = Shape(entry.shape).checkedElementCount,
        case let (byteCount, overflow) = count.multipliedReportingOverflow(by: type.byteCount), !overflow,
        byteCount == entry.end - entry.begin,
        let layout = StridedLayout(
          shape: Shape(entry.shape), type: type, byteOffset: bufferStart + entry.begin, within: bufferStart + entry.end)
      else {
        throw malformed(
          location, "shape \(entry.shape) of \(entry.dtype) does not take \(entry.end - entry.begin) bytes")
      }
      section.set(entry.name, to: layout)
    }
    try Self.requireSeamless(fields.entries, bufferCount: bufferCount, malformed)
  }

  /// The arrays must tile the buffer: no byte belongs to two of them or to none.
  private static func requireSeamless(
    _ entries: [SafeTensorsHeaderParser.Entry], bufferCount: Int, _ malformed: (String, String) -> FormatError
  ) throws {
    var reached = 0
    for entry in entries.sorted(by: { ($0.begin, $0.end) < ($1.begin, $1.end) }) {
      guard entry.begin >= reached else {
        throw malformed("tensor '\(entry.name)'", "overlaps another: it starts at \(entry.begin), before \(reached)")
      }
      guard entry.begin == reached else {
        throw malformed("tensor '\(entry.name)'", "leaves a hole: it starts at \(entry.begin), behind \(reached)")
      }
      reached = entry.end
    }
    guard reached == bufferCount else {
      throw malformed("end of file", "\(bufferCount - reached) bytes belong to no tensor")
    }
  }

  private static let elementTypes: [String: ElementType] = [
    "F16": .float16, "BF16": .bfloat16, "F32": .float32, "F64": .float64, "I8": .int8, "I16": .int16, "I32": .int32,
    "I64": .int64, "U8": .uint8, "U16": .uint16, "U32": .uint32, "U64": .uint64, "BOOL": .boolean,
  ]

  private static let knownElementTypes: Set<String> = [
    "F4", "F6_E2M3", "F6_E3M2", "F8_E4M3", "F8_E5M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ", "C64",
  ]
}
