/// ONNX `GraphProto`: operators, weights, and what flows in and out.
struct GraphMessage {
  var name = ""
  var nodes: [NodeMessage] = []
  var initializers: [TensorMessage] = []
  var inputs: [ValueInfoMessage] = []
  var outputs: [ValueInfoMessage] = []
  /// What the exporter noted about values inside the graph.
  var valueInfos: [ValueInfoMessage] = []
  var hasSparseInitializers = false

  init(_ start: WireReader) throws {
    var reader = start
    while let field = try reader.next() {
      switch field.number {
      case 1:
        try reader.budget.spend(on: .nodes)
        nodes.append(try NodeMessage(reader.nested(field, message: "NodeProto")))
      case 2: name = try reader.name(field)
      case 5: initializers.append(try TensorMessage(reader.nested(field, message: "TensorProto")))
      case 11: inputs.append(try ValueInfoMessage(reader.nested(field, message: "ValueInfoProto")))
      case 12: outputs.append(try ValueInfoMessage(reader.nested(field, message: "ValueInfoProto")))
      case 13: valueInfos.append(try ValueInfoMessage(reader.nested(field, message: "ValueInfoProto")))
      case 15: hasSparseInitializers = true
      default: break
      }
    }
  }

  /// Names that the graph reads and does not define.
  var freeNames: [String] {
    let defined = Set(inputs.map(\.name) + initializers.map(\.name) + nodes.flatMap(\.outputs))
    return (nodes.flatMap(\.dependencies) + outputs.map(\.name)).filter { !defined.contains($0) }
  }
}
