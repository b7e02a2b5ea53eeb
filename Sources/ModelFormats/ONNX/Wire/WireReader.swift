import GinghamTensors

/// Walks the fields of one protobuf message that lies in a mapped file.
///
/// Every length is checked against the message that contains it, and nothing is copied: sub-messages, strings and
/// weights are handed out as byte ranges of the file, which may be larger than 2 GB.
struct WireReader {
  let file: MappedFile
  /// The message's name in the format's schema, for error messages.
  let message: String
  /// Spent on every sub-message and every name.
  let budget: Budget
  private(set) var position: Int
  private let end: Int
  /// Messages around this one.
  private let depth: Int

  /// Messages inside each other; protobuf's own parsers draw the line there, too.
  static let largestDepth = 100

  /// What is left of the message.
  var range: Range<Int> { position..<end }

  init(
    _ file: MappedFile, message: String, budget: Budget = Budget(ResourceLimits()), range: Range<Int>? = nil,
    depth: Int = 0
  ) {
    self.file = file
    self.depth = depth
    self.message = message
    self.budget = budget
    position = range?.lowerBound ?? 0
    end = range?.upperBound ?? file.bytes.count
  }

  /// The next field, or `nil` at the message's end.
  mutating func next() throws -> WireField? {
    guard position < end else { return nil }
    let start = position
    let key = try varint()
    guard let number = Int(exactly: key >> 3), (1...Self.largestFieldNumber).contains(number) else {
      throw malformed(at: start, "field number \(key >> 3) is out of range")
    }
    let payload: WireField.Payload
    switch key & 7 {
    case 0: payload = .varint(try varint())
    case 1: payload = .fixed64(try fixed(UInt64.self))
    case 2: payload = .bytes(try lengthDelimited())
    case 5: payload = .fixed32(try fixed(UInt32.self))
    case let type: throw malformed(at: start, "field \(number) has wire type \(type), which the format does not use")
    }
    return WireField(number: number, position: start, payload: payload)
  }

  /// The next of the numbers that fill a packed field, or `nil` at its end.
  mutating func nextPackedVarint() throws -> UInt64? {
    position < end ? try varint() : nil
  }

  /// A reader of a sub-message.
  func nested(_ field: WireField, message: String) throws -> WireReader {
    try budget.spend(on: .parts)
    guard depth < Self.largestDepth else {
      throw malformed(at: field.position, "more than \(Self.largestDepth) messages lie inside each other")
    }
    return WireReader(file, message: message, budget: budget, range: try bytes(field), depth: depth + 1)
  }

  func malformed(at position: Int, _ reason: String) -> FormatError {
    .malformed(path: file.path, location: "\(message) at byte \(position)", reason: reason)
  }

  // Tags are 32 bits wide and hold the wire type in their lowest three.
  private static let largestFieldNumber = (1 << 29) - 1

  private mutating func varint() throws -> UInt64 {
    let start = position
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard position < end else { throw malformed(at: start, "ends inside a number") }
      let byte = file.bytes[position]
      position += 1
      if shift == 63, byte > 1 { break }
      value |= UInt64(byte & 0x7f) << shift
      if byte & 0x80 == 0 { return value }
    }
    throw malformed(at: start, "a number does not fit 64 bits")
  }

  private mutating func fixed<Value: FixedWidthInteger>(_ type: Value.Type) throws -> Value {
    let size = MemoryLayout<Value>.size
    guard end - position >= size else { throw malformed(at: position, "ends inside a number") }
    defer { position += size }
    return Value(littleEndian: file.bytes.loadUnaligned(fromByteOffset: position, as: Value.self))
  }

  private mutating func lengthDelimited() throws -> Range<Int> {
    let start = position
    let length = try varint()
    guard length <= UInt64(end - position) else {
      throw malformed(at: start, "declares \(length) bytes where \(end - position) are left")
    }
    let range = position..<(position + Int(length))
    position = range.upperBound
    return range
  }
}

/// One field of a message: its number and what stands behind it.
struct WireField {
  enum Payload {
    case varint(UInt64)
    case fixed64(UInt64)
    case fixed32(UInt32)
    case bytes(Range<Int>)
  }

  let number: Int
  let position: Int
  let payload: Payload
}
