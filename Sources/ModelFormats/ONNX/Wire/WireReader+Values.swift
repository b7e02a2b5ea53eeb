import GinghamTensors

/// What a field holds, checked against the type that the schema gives it.
extension WireReader {
  func bytes(_ field: WireField) throws -> Range<Int> {
    guard case .bytes(let range) = field.payload else { throw wrongType(field, expected: "bytes") }
    return range
  }

  func string(_ field: WireField) throws -> String {
    String(decoding: file.bytes[try bytes(field)], as: UTF8.self)
  }

  /// A string that values, nodes and messages go by.
  func name(_ field: WireField) throws -> String {
    try budget.spend(on: .parts)
    try budget.spend(name: try bytes(field).count)
    return try string(field)
  }

  func int(_ field: WireField) throws -> Int {
    guard case .varint(let bits) = field.payload else { throw wrongType(field, expected: "an integer") }
    return Int(truncatingIfNeeded: bits)
  }

  func float(_ field: WireField) throws -> Float {
    guard case .fixed32(let bits) = field.payload else { throw wrongType(field, expected: "a float") }
    return Float(bitPattern: bits)
  }

  /// Appends a repeated integer, which may be packed into one field or stand in fields of its own.
  func append(_ field: WireField, to list: inout [Int]) throws {
    try forEachVarint(field) { list.append(Int(truncatingIfNeeded: $0)) }
  }

  func append(_ field: WireField, to list: inout [Float]) throws {
    try forEachFixed32(field) { list.append(Float(bitPattern: $0)) }
  }

  func forEachVarint(_ field: WireField, _ body: (UInt64) throws -> Void) throws {
    switch field.payload {
    case .varint(let bits): try body(bits)
    case .bytes(let range):
      var packed = WireReader(file, message: message, budget: budget, range: range)
      while let value = try packed.nextPackedVarint() { try body(value) }
    default: throw wrongType(field, expected: "integers")
    }
  }

  func forEachFixed32(_ field: WireField, _ body: (UInt32) throws -> Void) throws {
    switch field.payload {
    case .fixed32(let bits): try body(bits)
    case .bytes(let range): try forEachPacked(UInt32.self, range, body)
    default: throw wrongType(field, expected: "floats")
    }
  }

  func forEachFixed64(_ field: WireField, _ body: (UInt64) throws -> Void) throws {
    switch field.payload {
    case .fixed64(let bits): try body(bits)
    case .bytes(let range): try forEachPacked(UInt64.self, range, body)
    default: throw wrongType(field, expected: "doubles")
    }
  }

  private func forEachPacked<Value: FixedWidthInteger>(
    _ type: Value.Type, _ range: Range<Int>, _ body: (Value) throws -> Void
  ) throws {
    let size = MemoryLayout<Value>.size
    guard range.count.isMultiple(of: size) else {
      throw malformed(at: range.lowerBound, "\(range.count) bytes are no whole number of \(size)-byte elements")
    }
    for offset in stride(from: range.lowerBound, to: range.upperBound, by: size) {
      try body(Value(littleEndian: file.bytes.loadUnaligned(fromByteOffset: offset, as: Value.self)))
    }
  }

  private func wrongType(_ field: WireField, expected: String) -> FormatError {
    malformed(at: field.position, "field \(field.number) should hold \(expected)")
  }
}
