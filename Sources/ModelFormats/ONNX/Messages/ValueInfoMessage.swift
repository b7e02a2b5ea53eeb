import GinghamNetworks

/// ONNX `ValueInfoProto`: the name of a value and what is declared about it.
struct ValueInfoMessage {
  enum Kind {
    /// The element type's code; `nil` extents are open, a `nil` shape leaves even the rank open.
    case tensor(type: Int, shape: [Int?]?)
    case other(String)
  }

  static let untyped = "a value without a type"

  var name = ""
  var kind = Kind.other(Self.untyped)

  init(_ start: WireReader) throws {
    var reader = start
    while let field = try reader.next() {
      switch field.number {
      case 1: name = try reader.name(field)
      case 2: kind = try Self.kind(reader.nested(field, message: "TypeProto"))
      default: break
      }
    }
  }

  private static func kind(_ start: WireReader) throws -> Kind {
    var reader = start
    var kind = Kind.other(untyped)
    while let field = try reader.next() {
      switch field.number {
      case 1: kind = try tensor(reader.nested(field, message: "TypeProto.Tensor"))
      case 4: kind = .other("a sequence")
      case 5: kind = .other("a map")
      case 8: kind = .other("a sparse tensor")
      case 9: kind = .other("an optional value")
      default: break
      }
    }
    return kind
  }

  private static func tensor(_ start: WireReader) throws -> Kind {
    var reader = start
    var type = 0
    var shape: [Int?]?
    while let field = try reader.next() {
      switch field.number {
      case 1: type = try reader.int(field)
      case 2:
        var extents: [Int?] = []
        var dimensions = try reader.nested(field, message: "TensorShapeProto")
        while let dimension = try dimensions.next() {
          guard dimension.number == 1 else { continue }
          extents.append(try extent(dimensions.nested(dimension, message: "TensorShapeProto.Dimension")))
        }
        shape = extents
      default: break
      }
    }
    return .tensor(type: type, shape: shape)
  }

  private static func extent(_ start: WireReader) throws -> Int? {
    var reader = start
    var extent: Int?
    while let field = try reader.next() {
      if field.number == 1 { extent = try reader.int(field) }
    }
    // Some writers mark an open extent by −1. Nothing real is larger than a file could be.
    return extent.flatMap { $0 < 0 ? nil : $0 }
  }
}
