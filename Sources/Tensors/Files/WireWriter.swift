/// Builds one message in the wire format of protocol buffers. Weights are kept by reference and reach the disk straight from where they lie, as every
/// length is known before the first byte is written.
package struct WireWriter {
  private enum Piece {
    case bytes([UInt8])
    case tensor(Tensor)
  }

  private var pieces: [Piece] = []
  package private(set) var byteCount = 0

  package init() {}

  package mutating func int(_ field: Int, _ value: Int) {
    append(Self.key(field, wireType: 0) + Self.varint(UInt64(bitPattern: Int64(value))))
  }

  package mutating func ints(_ field: Int, _ values: [Int]) {
    for value in values { int(field, value) }
  }

  package mutating func float(_ field: Int, _ value: Float) {
    append(Self.key(field, wireType: 5) + withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) })
  }

  package mutating func double(_ field: Int, _ value: Double) {
    append(Self.key(field, wireType: 1) + withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) })
  }

  package mutating func string(_ field: Int, _ value: String) { bytes(field, Array(value.utf8)) }

  package mutating func bytes(_ field: Int, _ value: [UInt8]) {
    append(Self.key(field, wireType: 2) + Self.varint(UInt64(value.count)) + value)
  }

  /// The elements as little-endian 32-bit floats.
  package mutating func elements(_ field: Int, _ tensor: Tensor) {
    let length = tensor.count * MemoryLayout<Float>.size
    append(Self.key(field, wireType: 2) + Self.varint(UInt64(length)))
    pieces.append(.tensor(tensor))
    byteCount += length
  }

  package mutating func message(_ field: Int, _ message: WireWriter) {
    append(Self.key(field, wireType: 2) + Self.varint(UInt64(message.byteCount)))
    for piece in message.pieces {
      switch piece {
      case .bytes(let bytes): append(bytes)
      case .tensor(let tensor):
        pieces.append(piece)
        byteCount += tensor.count * MemoryLayout<Float>.size
      }
    }
  }

  package mutating func message(_ field: Int, _ build: (inout WireWriter) -> Void) {
    var inner = WireWriter()
    build(&inner)
    message(field, inner)
  }

  /// The message in memory.
  package var encoded: [UInt8] {
    pieces.flatMap { piece in
      switch piece {
      case .bytes(let bytes): bytes
      case .tensor(let tensor):
        tensor.withUnsafeBufferPointer { elements in
          elements.flatMap { element in withUnsafeBytes(of: element.bitPattern.littleEndian) { Array($0) } }
        }
      }
    }
  }

  package func write(to file: AtomicFile.Writer) throws {
    for piece in pieces {
      switch piece {
      case .bytes(let bytes): try file.append(bytes)
      case .tensor(let tensor):
        try file.append(tensor)
        tensor.letGo()
      }
    }
  }

  private mutating func append(_ bytes: [UInt8]) {
    byteCount += bytes.count
    if case .bytes(var last) = pieces.last {
      pieces.removeLast()
      last += bytes
      pieces.append(.bytes(last))
    } else {
      pieces.append(.bytes(bytes))
    }
  }

  private static func key(_ field: Int, wireType: UInt64) -> [UInt8] { varint(UInt64(field) << 3 | wireType) }

  private static func varint(_ value: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}
