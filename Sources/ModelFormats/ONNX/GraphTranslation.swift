import GinghamNetworks
import GinghamTensors

/// One graph of a file on its way to becoming a ``Network``.
final class GraphTranslation {
  let file: MappedFile
  let operatorSet: Int
  private let graph: GraphMessage
  private let nodes: [NodeMessage]
  private let inlining: FunctionInlining
  private let decoder: TensorDecoder
  private let budget: Budget
  private let metadata: [String: String]
  private var result: Network
  private var values: [String: ValueID] = [:]
  /// Values that are lists of values: folded here, as a network has none.
  private var sequences: [String: [ValueID]] = [:]
  private var types: [ValueID: ElementType] = [:]
  private var givenNames: Set<ValueID> = []
  /// Names that some node, of this graph or of one inside it, or a graph's outputs read.
  private var readNames: Set<String>
  private var declared: [String: (type: ElementType?, shape: [Int?])] = [:]
  private var declaredShapes: [ValueID: [Int?]] = [:]

  init(_ model: ModelMessage, _ graph: GraphMessage, file: MappedFile, operatorSet: Int, budget: Budget) throws {
    self.file = file
    self.graph = graph
    self.budget = budget
    self.operatorSet = operatorSet
    inlining = try FunctionInlining(model, file: file, budget: budget)
    nodes = try inlining.inlined(graph.nodes)
    decoder = TensorDecoder(beside: file.path, budget: budget)
    budget.allow(file.bytes.count, more: .computedElements)
    metadata = model.metadata
    result = Network(name: graph.name.printable())
    result.limits = budget.limits
    readNames = Set(nodes.flatMap(\.allReads)).union(graph.outputs.map(\.name))
    declare(graph.valueInfos + graph.inputs)
  }

  func network() throws -> Network {
    guard !graph.hasSparseInitializers else {
      throw FormatError.unsupported(
        path: file.path, what: "a sparse initializer", advice: "Store the weights as dense tensors.")
    }
    try addInitializers(graph.initializers)
    try addInputs()
    let order = try NodeOrder(nodes, available: Set(values.keys)).sorted()
    let layerNames: [String]
    switch metadata[ONNXModel.Note.layerNames] {
    case ONNXModel.Note.layerNamesVerbatim, ONNXModel.Note.layerNamesWithoutModules:
      layerNames = nodes.map { $0.label.printable() }
      result.namesModules = metadata[ONNXModel.Note.layerNames] == ONNXModel.Note.layerNamesVerbatim
    default:
      let found = try LayerNames(nodes, order: order, budget: budget)
      layerNames = found.names
      result.namesModules = found.nameModules
    }
    for index in order { try translate(nodes[index], name: layerNames[index]) }
    for (index, output) in graph.outputs.enumerated() {
      if let value = values[output.name] {
        result.outputs.append(value)
      } else if index > 0, sequences[output.name] != nil {
        // Nobody has to ask for the outputs beside the first.
        continue
      } else if case .other(let kind) = output.kind, kind != ValueInfoMessage.untyped {
        throw FormatError.unsupported(
          path: file.path, what: "output '\(output.name)', \(kind),", advice: "Outputs must be tensors of numbers.")
      } else {
        throw NetworkError.dangling(node: "output", value: output.name)
      }
    }
    for name in metadata[ONNXModel.Note.normalizations]?.split(separator: "\n") ?? [] {
      // Each is sought among all nodes.
      try budget.spend(result.nodes.count, on: .parts)
      result.joinPixelNormalization(named: String(name))
    }
    result.preprocessing = metadata[ONNXModel.Note.preprocessing].flatMap(Preprocessing.init(note:))
    return result
  }

  private func addInitializers(_ tensors: [TensorMessage]) throws {
    for tensor in tensors {
      let value = addConstant(tensor.name, try decoder.constant(tensor))
      types[value] = tensor.elementType
      try define(tensor.name, value)
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
      let value = result.addInput(input.name.printable(), shape: shape, type: type)
      types[value] = type
      try define(input.name, value)
    }
    try result.requireAllowedInputs()
  }

  private func declare(_ infos: [ValueInfoMessage]) {
    for info in infos {
      guard case .tensor(let code, let shape?) = info.kind else { continue }
      declared[info.name] = (TensorMessage.elementType(code: code), shape)
    }
  }

  /// An operator that is not supported takes nothing from those that do not read it: it leaves a gap.
  private func translate(_ node: NodeMessage, name: String) throws {
    let count = result.nodes.count
    do {
      try NodeTranslation(node, name: name, graph: self).translate()
    } catch let error as FormatError {
      guard case .unsupported = error else { throw error }
      // What it added before it gave up leads nowhere.
      let complete = result.nodes[count...].filter { $0.outputs.contains(where: givenNames.contains) }
      if complete.isEmpty { result.nodes.removeSubrange(count...) }
      let missing = node.outputs.filter { !$0.isEmpty && values[$0] == nil && sequences[$0] == nil }
      guard !missing.isEmpty else { return }
      let outputs = try missing.map { output -> ValueID in
        let value = makeValue(named: output)
        try define(output, value)
        return value
      }
      result.nodes.append(
        Node(
          name: name, operation: .missing(MissingOperator(reason: error.description)),
          inputs: node.inputs.map(self.value), outputs: outputs))
    }
  }

  // MARK: Bodies of branches and loops

  /// Translates a graph inside a node's attribute. Its nodes may read every value known so far.
  ///
  /// - Returns: the body, and the values from outside that it reads.
  func body(_ graph: GraphMessage, of name: String) throws -> (body: Subgraph, captured: [ValueID]) {
    let (outerValues, outerSequences) = (values, sequences)
    defer { (values, sequences) = (outerValues, outerSequences) }
    return try subgraph { try translated(graph, of: name) }
  }

  /// Nodes that are appended meanwhile, as a body of their own.
  ///
  /// - Parameter fill: appends them, and tells what the body is given and what it makes.
  /// - Returns: the body, and the values from outside that it reads.
  func subgraph(_ fill: () throws -> (inputs: [ValueID], outputs: [ValueID])) rethrows
    -> (body: Subgraph, captured: [ValueID])
  {
    let outerNodes = result.nodes
    defer { result.nodes = outerNodes }
    result.nodes = []
    let (inputs, outputs) = try fill()
    let body = Subgraph(inputs: inputs, outputs: outputs, nodes: result.nodes)
    let own = Set(inputs + result.nodes.flatMap(\.outputs))
    var seen: Set<ValueID> = []
    let captured = (result.nodes.flatMap { $0.inputs.compactMap { $0 } } + outputs).filter {
      !own.contains($0) && result.constants[$0] == nil && seen.insert($0).inserted
    }
    return (body, captured)
  }

  private func translated(_ graph: GraphMessage, of name: String) throws -> (inputs: [ValueID], outputs: [ValueID]) {
    declare(graph.valueInfos + graph.inputs)
    let nodes = try inlining.inlined(graph.nodes)
    readNames.formUnion(nodes.flatMap(\.allReads) + graph.outputs.map(\.name))
    // Names of the body hide equal ones outside.
    for name in graph.inputs.map(\.name) + graph.initializers.map(\.name) + nodes.flatMap(\.outputs) {
      values[name] = nil
      sequences[name] = nil
    }
    try addInitializers(graph.initializers)
    let inputs = try graph.inputs.map { input -> ValueID in
      let value = makeValue(named: "\(name).\(input.name)", type: declared[input.name]?.type)
      try define(input.name, value)
      return value
    }
    for index in try NodeOrder(nodes, available: Set(values.keys)).sorted() {
      try translate(nodes[index], name: "\(name).\(nodes[index].label)")
    }
    let outputs = try graph.outputs.map { output -> ValueID in
      guard let value = values[output.name] else {
        guard sequences[output.name] == nil else {
          throw FormatError.unsupported(
            path: file.path, what: "a body that gives a sequence (node '\(name)')",
            advice: "Bodies must give tensors of numbers.")
        }
        throw NetworkError.dangling(node: name, value: output.name)
      }
      return value
    }
    return (inputs, outputs)
  }

  // MARK: What nodes ask for and add

  func isRead(_ name: String) -> Bool { !name.isEmpty && readNames.contains(name) }

  func value(_ name: String) -> ValueID? { name.isEmpty ? nil : values[name] }

  func sequence(_ name: String) -> [ValueID]? { sequences[name] }

  func constant(_ value: ValueID?) -> Constant? { value.flatMap { result.constants[$0] } }

  /// Extents of a value as far as the file says them; `nil` where it does not even say how many there are.
  func shape(of value: ValueID?) -> [Int?]? {
    guard let value else { return nil }
    return constant(value)?.shape.dimensions.map { $0 } ?? declaredShapes[value]
  }

  /// The element type of a value, where the file or the operator tells.
  func type(of value: ValueID?) -> ElementType? {
    guard let value else { return nil }
    return types[value] ?? result.constants[value]?.integers?.type
  }

  func decoded(_ tensor: TensorMessage) throws -> Constant { try decoder.constant(tensor) }

  // Names are shown in many places; whatever a terminal might obey is written out here, once.
  func addConstant(_ name: String, _ constant: Constant) -> ValueID {
    let value = result.addConstant(name.printable(), constant)
    types[value] = constant.integers?.type ?? .float32
    return value
  }

  func makeValue(named name: String, type: ElementType? = nil) -> ValueID {
    let value = result.makeValue(named: name.printable())
    types[value] = type
    return value
  }

  var nodeCount: Int { result.nodes.count }

  func append(_ node: Node) {
    for (index, output) in node.outputs.enumerated() where types[output] == nil {
      types[output] =
        if case .branch(let branch) = node.operation, branch.whenTrue.outputs.indices.contains(index) {
          type(of: branch.whenTrue.outputs[index])
        } else {
          node.operation.outputType(index, inputs: node.inputs.map { type(of: $0) })
        }
    }
    result.nodes.append(node)
  }

  func define(_ name: String, _ value: ValueID) throws {
    guard sequences[name] == nil, values.updateValue(value, forKey: name) == nil else {
      throw FormatError.malformed(path: file.path, location: "value '\(name)'", reason: "it is defined twice")
    }
    givenNames.insert(value)
    guard let known = declared[name] else { return }
    declaredShapes[value] = known.shape
    if let type = known.type { types[value] = type }
  }

  func define(_ name: String, _ sequence: [ValueID]) throws {
    guard values[name] == nil, sequences.updateValue(sequence, forKey: name) == nil else {
      throw FormatError.malformed(path: file.path, location: "value '\(name)'", reason: "it is defined twice")
    }
  }

  /// Gives a value that a step of a composition produced an output's name, and the step the layer's. `false` where the
  /// value has a name already or comes from elsewhere.
  func adopt(_ value: ValueID, as output: String, layer: String, fromStep first: Int) throws -> Bool {
    guard !givenNames.contains(value), first < result.nodes.count,
      let index = result.nodes[first...].lastIndex(where: { $0.outputs.contains(value) })
    else { return false }
    result.nodes[index].name = layer
    result.rename(value, to: output)
    try define(output, value)
    return true
  }
}
