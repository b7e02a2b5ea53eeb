import GinghamTensors

/// Replaces calls of functions that a model defines itself (ONNX `FunctionProto`) by the functions' nodes.
struct FunctionInlining {
  private struct Key: Hashable {
    let domain: String
    let name: String
    let overload: String
  }

  static let largestDepth = 16

  private let functions: [Key: FunctionMessage]
  private let operatorSets: [String: Int]
  private let file: MappedFile
  /// Functions may call functions: a hostile file could multiply itself at every level.
  private let budget: Budget

  init(_ model: ModelMessage, file: MappedFile, budget: Budget) throws {
    self.file = file
    self.budget = budget
    operatorSets = model.operatorSets
    var functions: [Key: FunctionMessage] = [:]
    for function in model.functions {
      functions[Key(domain: function.domain, name: function.name, overload: function.overload)] = function
    }
    self.functions = functions
  }

  /// The nodes with every call expanded, in order.
  func inlined(_ nodes: [NodeMessage]) throws -> [NodeMessage] {
    guard !functions.isEmpty else { return nodes }
    var result: [NodeMessage] = []
    try expand(nodes, depth: 0, into: &result)
    return result
  }

  private func expand(_ nodes: [NodeMessage], depth: Int, into result: inout [NodeMessage]) throws {
    for node in nodes {
      let key = Key(domain: node.domain, name: node.operatorType, overload: node.overload)
      guard let function = functions[key] else {
        result.append(node)
        continue
      }
      guard depth < Self.largestDepth else { throw tooDeep(node) }
      try expand(body(of: function, calledBy: node), depth: depth + 1, into: &result)
    }
  }

  private func body(of function: FunctionMessage, calledBy call: NodeMessage) throws -> [NodeMessage] {
    if let version = function.operatorSets[""], version != operatorSets[""] {
      throw FormatError.unsupported(
        path: file.path,
        what: "function '\(function.name)' (node '\(call.label)') in operator set \(version) inside a model of another",
        advice: "Inline the functions of the model with onnx.inliner.")
    }
    try budget.spend(on: .nodes)
    try budget.spend(function.inputs.count + function.outputs.count + function.defaults.count, on: .parts)
    var names: [String: String] = [:]
    for (index, input) in function.inputs.enumerated() {
      names[input] = index < call.inputs.count ? call.inputs[index] : ""
    }
    for (index, output) in function.outputs.enumerated() where index < call.outputs.count {
      if !call.outputs[index].isEmpty { names[output] = call.outputs[index] }
    }
    var given: [String: AttributeMessage.Value] = [:]
    for attribute in function.defaults + call.attributes { given[attribute.name] = attribute.value }
    let scope = call.outputs.first { !$0.isEmpty } ?? call.label
    func renamed(_ name: String) -> String { name.isEmpty ? "" : names[name] ?? "\(scope)/\(name)" }
    return try function.nodes.map { template in
      var node = Self.renamed(template, by: renamed, given: given)
      node.name = "\(call.label)/\(template.label)"
      node.namespace = call.namespace
      try pay(for: node)
      return node
    }
  }

  private func pay(for node: NodeMessage) throws {
    try budget.spend(on: .nodes)
    try budget.spend(node.inputs.count + node.outputs.count + node.attributes.count, on: .parts)
    for name in node.inputs + node.outputs + [node.name] { try budget.spend(name: name.utf8.count) }
  }

  /// A node of a function, or of a body in one, with the caller's names and attributes.
  private static func renamed(
    _ template: NodeMessage, by rename: (String) -> String, given: [String: AttributeMessage.Value]
  ) -> NodeMessage {
    var node = template
    node.inputs = template.inputs.map(rename)
    node.outputs = template.outputs.map(rename)
    node.attributes = template.attributes.compactMap { attribute in
      switch attribute.value {
      case .reference(let target): return given[target].map { AttributeMessage(name: attribute.name, value: $0) }
      case .graph(var graph):
        graph.nodes = graph.nodes.map { renamed($0, by: rename, given: given) }
        for index in graph.inputs.indices { graph.inputs[index].name = rename(graph.inputs[index].name) }
        for index in graph.outputs.indices { graph.outputs[index].name = rename(graph.outputs[index].name) }
        for index in graph.initializers.indices {
          graph.initializers[index].name = rename(graph.initializers[index].name)
        }
        for index in graph.valueInfos.indices { graph.valueInfos[index].name = rename(graph.valueInfos[index].name) }
        return AttributeMessage(name: attribute.name, value: .graph(graph))
      default: return attribute
      }
    }
    return node
  }

  private func tooDeep(_ node: NodeMessage) -> FormatError {
    .unsupported(
      path: file.path,
      what: "function '\(node.operatorType)' (node '\(node.label)'), called by more than \(Self.largestDepth) others,",
      advice: "Inline the functions of the model with onnx.inliner.")
  }
}
