/// ONNX `FunctionProto`: an operator that a model defines by a list of others.
struct FunctionMessage {
  var name = ""
  var domain = ""
  var overload = ""
  var inputs: [String] = []
  var outputs: [String] = []
  /// Attributes a call must give, and ones that have a default.
  var attributeNames: [String] = []
  var defaults: [AttributeMessage] = []
  var nodes: [NodeMessage] = []
  var operatorSets: [String: Int] = [:]

  init(_ start: WireReader) throws {
    var reader = start
    while let field = try reader.next() {
      switch field.number {
      case 1: name = try reader.name(field)
      case 4: inputs.append(try reader.name(field))
      case 5: outputs.append(try reader.name(field))
      case 6: attributeNames.append(try reader.name(field))
      case 7:
        try reader.budget.spend(on: .nodes)
        nodes.append(try NodeMessage(reader.nested(field, message: "NodeProto")))
      case 9:
        let (domain, version) = try ModelMessage.operatorSet(reader.nested(field, message: "OperatorSetIdProto"))
        operatorSets[domain] = version
      case 10: domain = ModelMessage.canonical(domain: try reader.name(field))
      case 11: defaults.append(try AttributeMessage(reader.nested(field, message: "AttributeProto")))
      case 13: overload = try reader.name(field)
      default: break
      }
    }
  }
}
