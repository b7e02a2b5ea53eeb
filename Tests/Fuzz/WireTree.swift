/// A message of protocol buffers as a tree that can be changed and written again: ONNX's messages down to the leaves, and
/// anything else as the bytes that it is.
indirect enum WireTree {
  case message(kind: Kind, fields: [Field])
  case bytes([UInt8])
  case integer(UInt64)
  case word([UInt8])

  struct Field {
    var number: Int
    var value: WireTree
  }

  /// Messages whose fields are known to hold messages.
  enum Kind: Sendable {
    case model, graph, node, attribute, tensor, value, type, tensorType, shape, dimension, function, operatorSet

    func child(_ field: Int) -> Kind? {
      switch (self, field) {
      case (.model, 7): .graph
      case (.model, 8): .operatorSet
      case (.model, 25): .function
      case (.graph, 1), (.function, 7): .node
      case (.graph, 5), (.attribute, 5), (.attribute, 10): .tensor
      case (.graph, 11), (.graph, 12), (.graph, 13): .value
      case (.node, 5): .attribute
      case (.attribute, 6), (.attribute, 11): .graph
      case (.value, 2): .type
      case (.type, 1): .tensorType
      case (.tensorType, 2): .shape
      case (.shape, 1): .dimension
      case (.function, 9): .operatorSet
      default: nil
      }
    }
  }

  /// `nil` where the bytes are no message.
  init?(_ bytes: ArraySlice<UInt8>, as kind: Kind, depth: Int = 0) {
    guard depth < 12 else { return nil }
    var fields: [Field] = []
    var rest = bytes
    while !rest.isEmpty {
      guard let key = Self.varint(&rest), key >> 3 > 0, key >> 3 < 1 << 29 else { return nil }
      let number = Int(key >> 3)
      switch key & 7 {
      case 0:
        guard let value = Self.varint(&rest) else { return nil }
        fields.append(Field(number: number, value: .integer(value)))
      case 1, 5:
        let count = key & 7 == 1 ? 8 : 4
        guard rest.count >= count else { return nil }
        fields.append(Field(number: number, value: .word(Array(rest.prefix(count)))))
        rest = rest.dropFirst(count)
      case 2:
        guard let length = Self.varint(&rest), length <= rest.count else { return nil }
        let part = rest.prefix(Int(length))
        rest = rest.dropFirst(Int(length))
        let message = kind.child(number).flatMap { WireTree(part, as: $0, depth: depth + 1) }
        fields.append(Field(number: number, value: message ?? .bytes(Array(part))))
      default: return nil
      }
    }
    self = .message(kind: kind, fields: fields)
  }

  private static func varint(_ bytes: inout ArraySlice<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 64, by: 7) {
      guard let byte = bytes.popFirst() else { return nil }
      value |= UInt64(byte & 0x7F) << UInt64(shift)
      if byte < 0x80 { return value }
    }
    return nil
  }

  /// Without a length or key in front.
  var content: [UInt8] {
    switch self {
    case .bytes(let bytes), .word(let bytes): return bytes
    case .integer(let value): return Self.varint(value)
    case .message(_, let fields):
      return fields.flatMap { field -> [UInt8] in
        let wireType: UInt64 =
          switch field.value {
          case .integer: 0
          case .word(let bytes): bytes.count == 8 ? 1 : 5
          case .bytes, .message: 2
          }
        let content = field.value.content
        return Self.varint(UInt64(field.number) << 3 | wireType)
          + (wireType == 2 ? Self.varint(UInt64(content.count)) : []) + content
      }
    }
  }

  static func varint(_ value: UInt64) -> [UInt8] {
    var (bytes, rest): ([UInt8], UInt64) = ([], value)
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}
