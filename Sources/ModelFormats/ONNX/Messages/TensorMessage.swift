import GinghamNetworks
import GinghamTensors

/// ONNX `TensorProto`: where a tensor's elements lie. They are read by ``TensorDecoder`` when wanted.
struct TensorMessage {
  var name = ""
  var dimensions: [Int] = []
  var typeCode = 0
  /// The file that holds the message, and the message's own bytes, searched again for typed element lists.
  let file: MappedFile
  let body: Range<Int>
  var rawData: Range<Int>?
  var isExternal = false
  var external: [String: String] = [:]
  var isSegmented = false

  init(_ start: WireReader) throws {
    var reader = start
    file = start.file
    body = start.range
    while let field = try reader.next() {
      switch field.number {
      case 1: try reader.append(field, to: &dimensions)
      case 2: typeCode = try reader.int(field)
      case 3: isSegmented = true
      case 8: name = try reader.name(field)
      case 9: rawData = try reader.bytes(field)
      case 13:
        let entry = try StringEntryMessage(reader.nested(field, message: "StringStringEntryProto"))
        external[entry.key] = entry.value
      case 14: isExternal = try reader.int(field) == 1
      default: break
      }
    }
  }

  /// The element type, or `nil` where Gingham has none for it.
  var elementType: ElementType? { Self.elementType(code: typeCode) }

  static func elementType(code: Int) -> ElementType? {
    switch code {
    case 1: .float32
    case 2: .uint8
    case 3: .int8
    case 4: .uint16
    case 5: .int16
    case 6: .int32
    case 7: .int64
    case 9: .boolean
    case 10: .float16
    case 11: .float64
    case 12: .uint32
    case 13: .uint64
    case 16: .bfloat16
    case 17: .float8e4m3fn
    case 18: .float8e4m3fnuz
    case 19: .float8e5m2
    case 20: .float8e5m2fnuz
    case 21: .uint4
    case 22: .int4
    case 23: .float4e2m1
    default: nil
    }
  }

  /// What the schema calls an element type.
  static func typeName(code: Int) -> String {
    let names = [0: "undefined", 8: "string", 14: "complex64", 15: "complex128"]
    return elementType(code: code)?.rawValue ?? names[code] ?? "number \(code)"
  }
}
