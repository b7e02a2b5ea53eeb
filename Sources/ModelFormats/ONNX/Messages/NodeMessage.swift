/// ONNX `NodeProto`: one operator with its attributes and the names of what it reads and writes.
struct NodeMessage {
  var name = ""
  var operatorType = ""
  var domain = ""
  var overload = ""
  /// An empty string is an optional input or output that is absent.
  var inputs: [String] = []
  var outputs: [String] = []
  var attributes: [AttributeMessage] = []
  /// The modules the node stood in, as PyTorch's exporter notes them: `: Net/layer1: Block/layer1.relu: ReLU/relu: …`.
  var namespace: String?

  init(_ start: WireReader) throws {
    var reader = start
    while let field = try reader.next() {
      switch field.number {
      case 1: inputs.append(try reader.name(field))
      case 2: outputs.append(try reader.name(field))
      case 3: name = try reader.name(field)
      case 4: operatorType = try reader.name(field)
      case 5: attributes.append(try AttributeMessage(reader.nested(field, message: "AttributeProto")))
      case 7: domain = ModelMessage.canonical(domain: try reader.name(field))
      case 8: overload = try reader.name(field)
      case 9:
        let entry = try StringEntryMessage(reader.nested(field, message: "StringStringEntryProto"))
        if entry.key == "namespace" { namespace = entry.value }
      default: break
      }
    }
  }

  /// Graphs in the attributes: bodies of branches and loops.
  var bodies: [GraphMessage] {
    attributes.compactMap { if case .graph(let graph) = $0.value { graph } else { nil } }
  }

  /// Every name that is read, in bodies, too, where it may be defined in there.
  var allReads: [String] {
    inputs + bodies.flatMap { body in body.nodes.flatMap(\.allReads) + body.outputs.map(\.name) }
  }

  /// What must be known before the node: its inputs, and what its bodies read from outside.
  var dependencies: [String] { inputs + bodies.flatMap(\.freeNames) }

  /// What to call the node in an error message.
  var label: String {
    name.isEmpty ? outputs.first { !$0.isEmpty } ?? "without a name" : name
  }
}

/// ONNX `StringStringEntryProto`.
struct StringEntryMessage {
  var key = ""
  var value = ""

  init(_ start: WireReader) throws {
    var reader = start
    while let field = try reader.next() {
      switch field.number {
      case 1: key = try reader.string(field)
      case 2: value = try reader.string(field)
      default: break
      }
    }
  }
}
