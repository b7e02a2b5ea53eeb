import GinghamTensors

/// ONNX `ModelProto`: a graph, the versions of the operator sets it is written in, and functions it defines itself.
struct ModelMessage {
  var irVersion = 0
  var producer = ""
  var graph: GraphMessage?
  /// Version by domain; the standard operators' domain is the empty string.
  var operatorSets: [String: Int] = [:]
  var functions: [FunctionMessage] = []
  /// What writers noted beside the graph.
  var metadata: [String: String] = [:]

  init(_ file: MappedFile, budget: Budget = Budget(ResourceLimits())) throws {
    var reader = WireReader(file, message: "ModelProto", budget: budget)
    while let field = try reader.next() {
      switch field.number {
      case 1: irVersion = try reader.int(field)
      case 2: producer = try reader.string(field)
      case 7:
        guard graph == nil else { throw reader.malformed(at: field.position, "holds two graphs") }
        graph = try GraphMessage(reader.nested(field, message: "GraphProto"))
      case 8:
        let (domain, version) = try Self.operatorSet(reader.nested(field, message: "OperatorSetIdProto"))
        operatorSets[domain] = version
      case 14:
        let entry = try StringEntryMessage(reader.nested(field, message: "StringStringEntryProto"))
        metadata[entry.key] = entry.value
      case 25: functions.append(try FunctionMessage(reader.nested(field, message: "FunctionProto")))
      default: break
      }
    }
  }

  /// The standard domain may be written out.
  static func canonical(domain: String) -> String { domain == "ai.onnx" ? "" : domain }

  static func operatorSet(_ start: WireReader) throws -> (domain: String, version: Int) {
    var reader = start
    var (domain, version) = ("", 0)
    while let field = try reader.next() {
      switch field.number {
      case 1: domain = canonical(domain: try reader.name(field))
      case 2: version = try reader.int(field)
      default: break
      }
    }
    return (domain, version)
  }
}
