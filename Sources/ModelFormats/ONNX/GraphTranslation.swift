import GinghamNetworks
import GinghamTensors

/// One graph of a file on its way to becoming a ``Network``.
final class GraphTranslation {
  let file: MappedFile
  let operatorSet: Int
  private let graph: GraphMessage
  private let nodes: [NodeMessage]
  private let decoder: TensorDecoder
  private let budget: Budget
  private var result: Network
  private var values: [String: ValueID] = [:]
  /// Names that some node or the graph's own outputs read.
  private let readNames: Set<String>
  private let declaredRanks: [String: Int]
  private let metadata: [String: String]

  init(_ model: ModelMessage, _ graph: GraphMessage, file: MappedFile, operatorSet: Int, budget: Budget) throws {
    self.file = file
    self.graph = graph
    self.budget = budget
    self.operatorSet = operatorSet
    nodes = try FunctionInlining(model, file: file, budget: budget).inlined(graph.nodes)
    decoder = TensorDecoder(beside: file.path, budget: budget)
    budget.allow(file.bytes.count, more: .computedElements)
    metadata = model.metadata
    result = Network(name: graph.name.printable())
    result.limits = budget.limits
    readNames = Set(nodes.flatMap(\.inputs)).union(graph.outputs.map(\.name))
    var ranks: [String: Int] = [:]
    for info in graph.valueInfos + graph.inputs {
      if case .tensor(_, let shape?) = info.kind { ranks[info.name] = shape.count }
    }
    declaredRanks = ranks
  }

  func network() throws -> Network {
    guard !graph.hasSparseInitializers else {
      throw FormatError.unsupported(
        path: file.path, what: "a sparse initializer", advice: "Store the weights as dense tensors.")
    }
    try addInitializers()
    try addInputs()
    let order = try NodeOrder(nodes, available: Set(values.keys)).sorted()
    let areVerbatim = metadata[ONNXModel.Note.layerNames] == ONNXModel.Note.layerNamesVerbatim
    let layerNames =
      try areVerbatim
      ? nodes.map { $0.label.printable() } : LayerNames(nodes, order: order, budget: budget).names
    for index in order {
      try NodeTranslation(nodes[index], name: layerNames[index], graph: self).translate()
    }
    for output in graph.outputs {
      if case .other(let kind) = output.kind, kind != ValueInfoMessage.untyped {
        throw FormatError.unsupported(
          path: file.path, what: "output '\(output.name)', \(kind),", advice: "Outputs must be tensors of numbers.")
      }
      guard let value = values[output.name] else {
        throw NetworkError.dangling(node: "output", value: output.name)
      }
      result.outputs.append(value)
    }
    for name in metadata[ONNXModel.Note.normalizations]?.split(separator: "\n") ?? [] {
      // Each is sought among all nodes.
      try budget.spend(result.nodes.count, on: .parts)
      result.joinPixelNormalization(named: String(name))
    }
    result.preprocessing = metadata[ONNXModel.Note.preprocessing].flatMap(Preprocessing.init(note:))
    return result
  }

  private func addInitializers() throws {
    for tensor in graph.initializers {
      try define(tensor.name, addConstant(tensor.name, decoder.constant(tensor)))
    }
  }

  private func addInputs() throws {
    // Up to IR version 3 every initializer is listed among the inputs, too; later it may be, as a default.
    for input in graph.inputs where values[input.name] == nil {
      guard case .tensor(let code, let shape?) = input.kind, let type = TensorMessage.elementType(code: code) else {
        let what =
          switch input.kind {
          case .other(let kind): kind
          case .tensor(_, nil): "a tensor of any rank"
          case .tensor(let code, _): "a tensor of type \(TensorMessage.typeName(code: code))"
          }
        throw FormatError.unsupported(
          path: file.path, what: "input '\(input.name)', \(what),", advice: "Inputs must be tensors of numbers.")
      }
      try define(input.name, result.addInput(input.name.printable(), shape: shape, type: type))
    }
  }

  // MARK: What nodes ask for and add

  func isRead(_ name: String) -> Bool { !name.isEmpty && readNames.contains(name) }

  func value(_ name: String) -> ValueID? { name.isEmpty ? nil : values[name] }

  func constant(_ value: ValueID?) -> Constant? { value.flatMap { result.constants[$0] } }

  /// The number of axes of a value, where the file says it.
  func rank(ofInput name: String) -> Int? {
    constant(value(name))?.shape.rank ?? declaredRanks[name]
  }

  func decoded(_ tensor: TensorMessage) throws -> Constant { try decoder.constant(tensor) }

  // Names are shown in many places; whatever a terminal might obey is written out here, once.
  func addConstant(_ name: String, _ constant: Constant) -> ValueID { result.addConstant(name.printable(), constant) }

  func makeValue(named name: String) -> ValueID { result.makeValue(named: name.printable()) }

  func append(_ node: Node) { result.nodes.append(node) }

  func define(_ name: String, _ value: ValueID) throws {
    guard values.updateValue(value, forKey: name) == nil else {
      throw FormatError.malformed(path: file.path, location: "value '\(name)'", reason: "it is defined twice")
    }
  }
}
