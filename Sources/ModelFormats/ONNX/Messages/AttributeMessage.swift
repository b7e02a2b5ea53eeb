/// ONNX `AttributeProto`: a named setting of a node.
struct AttributeMessage {
  indirect enum Value {
    case float(Float)
    case int(Int)
    case string(String)
    case tensor(TensorMessage)
    case floats([Float])
    case ints([Int])
    case strings([String])
    case graph(GraphMessage)
    /// Lists of subgraphs, sparse tensors, types: named as the schema names them.
    case other(String)
    /// Inside a function: the attribute of this name that the call gives.
    case reference(String)
  }

  var name = ""
  var value = Value.other("UNDEFINED")

  init(_ start: WireReader) throws {
    var reader = start
    var (ints, floats, strings): ([Int], [Float], [String]) = ([], [], [])
    var declaredType = 0
    var scalar: Value?
    var reference: String?
    while let field = try reader.next() {
      switch field.number {
      case 1: name = try reader.name(field)
      case 2: scalar = .float(try reader.float(field))
      case 3: scalar = .int(try reader.int(field))
      case 4: scalar = .string(try reader.string(field))
      case 5: scalar = .tensor(try TensorMessage(reader.nested(field, message: "TensorProto")))
      case 6: scalar = .graph(try GraphMessage(reader.nested(field, message: "GraphProto")))
      case 7: try reader.append(field, to: &floats)
      case 8: try reader.append(field, to: &ints)
      case 9: strings.append(try reader.name(field))
      case 10: scalar = .other("TENSORS")
      case 11: scalar = .other("GRAPHS")
      case 14, 15: scalar = .other("TYPE_PROTO")
      case 20: declaredType = try reader.int(field)
      case 21:
        let target = try reader.name(field)
        if !target.isEmpty { reference = target }
      case 22, 23: scalar = .other("SPARSE_TENSOR")
      default: break
      }
    }
    // The declared type decides where it is given: writers leave out values that are zero, and empty lists.
    switch (reference, declaredType) {
    case (let reference?, _): value = .reference(reference)
    case (_, 1): value = scalar ?? .float(0)
    case (_, 2): value = scalar ?? .int(0)
    case (_, 3): value = scalar ?? .string("")
    case (_, 6): value = .floats(floats)
    case (_, 7): value = .ints(ints)
    case (_, 8): value = .strings(strings)
    default:
      if let scalar {
        value = scalar
      } else if !ints.isEmpty {
        value = .ints(ints)
      } else if !floats.isEmpty {
        value = .floats(floats)
      } else if !strings.isEmpty {
        value = .strings(strings)
      }
    }
  }

  init(name: String, value: Value) {
    self.name = name
    self.value = value
  }
}
