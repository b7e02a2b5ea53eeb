import GinghamNetworks
import GinghamTensors

/// One node of the file on its way into the network: what a translator of ``OperatorTable`` may ask and add.
struct NodeTranslation {
  let node: NodeMessage
  let attributes: Attributes
  /// `nil` marks an optional input that is absent.
  let inputs: [ValueID?]
  private let name: String
  private let graph: GraphTranslation

  init(_ node: NodeMessage, name: String, graph: GraphTranslation) throws {
    self.node = node
    self.name = name
    self.graph = graph
    attributes = try Attributes(node, path: graph.file.path)
    inputs = node.inputs.map(graph.value)
  }

  func translate() throws {
    let type = (node.domain.isEmpty ? "" : node.domain + ".") + node.operatorType
    guard let translator = OperatorTable.translators[type] else {
      throw FormatError.unsupported(
        path: graph.file.path, what: "operator '\(type)' (node '\(node.label)')",
        advice: "Express it by others when the model is exported, or use what stands in front of it.")
    }
    let isKnown = operatorSet >= OperatorTable.firstOperatorSet || !node.domain.isEmpty
    guard isKnown || OperatorTable.unchangedSinceTheFirst.contains(node.operatorType) else {
      throw unsupported(
        "the meaning it had in operator set \(operatorSet)",
        advice: "Convert the model to a newer one with onnx.version_converter.")
    }
    try translator(self)
  }

  // MARK: Asking

  var operatorSet: Int { graph.operatorSet }

  func input(_ index: Int) -> ValueID? { index < inputs.count ? inputs[index] : nil }

  func hasInput(_ index: Int) -> Bool { input(index) != nil }

  /// What an input holds, where that is known before the network is bound to a shape.
  func constant(_ index: Int) -> Constant? { graph.constant(input(index)) }

  func axisCount(ofInput index: Int) -> Int? { shape(ofInput: index)?.count }

  /// Extents as far as the file says them.
  func shape(ofInput index: Int) -> [Int?]? { graph.shape(of: input(index)) }

  func rank(of value: ValueID) -> Int? { graph.shape(of: value)?.count }

  func type(ofInput index: Int) -> ElementType? { graph.type(of: input(index)) }

  func type(of value: ValueID) -> ElementType? { graph.type(of: value) }

  /// The values of an input that is a sequence.
  func sequence(_ index: Int) -> [ValueID]? {
    node.inputs.indices.contains(index) ? graph.sequence(node.inputs[index]) : nil
  }

  func body(_ attribute: String) throws -> (body: Subgraph, captured: [ValueID]) {
    try graph.body(attributes.required(attribute, attributes.graph(attribute)), of: "\(name).\(attribute)")
  }

  /// A body that a composition makes itself.
  ///
  /// - Parameter types: of what it is given.
  /// - Parameter fill: appends its nodes, and tells what it makes.
  /// - Returns: the body, and the values from outside that it reads.
  func body(_ types: [ElementType?], _ fill: ([ValueID]) throws -> [ValueID]) rethrows
    -> (body: Subgraph, captured: [ValueID])
  {
    try graph.subgraph {
      let inputs = types.indices.map { graph.makeValue(named: "\(name).given_\($0)", type: types[$0]) }
      return (inputs, try fill(inputs))
    }
  }

  func isOutputRead(_ index: Int) -> Bool {
    node.outputs.indices.contains(index) && graph.isRead(node.outputs[index])
  }

  func decoded(_ tensor: TensorMessage) throws -> Constant { try graph.decoded(tensor) }

  func malformed(_ reason: String) -> FormatError {
    .malformed(path: graph.file.path, location: "node '\(node.label)' (\(node.operatorType))", reason: reason)
  }

  func unsupported(_ what: String, advice: String = "Export the model for inference, with plain settings.")
    -> FormatError
  {
    .unsupported(
      path: graph.file.path, what: "operator '\(node.operatorType)' (node '\(node.label)') with \(what)",
      advice: advice)
  }

  // MARK: Adding

  /// Adds the operation that gives the node's first output. Others must not be read by anyone.
  ///
  /// - Parameter reading: its inputs, where they are not just the node's.
  func emit(_ operation: Operation, reading: [ValueID?]? = nil) throws {
    try requireOnlyOutputRead(upTo: 1)
    try emit(operation, reading: reading ?? inputs, outputs: 0..<1)
  }

  /// Adds an operation that gives some of the node's outputs, of which those at the end may be left out.
  func emit(_ operation: Operation, reading inputs: [ValueID?], outputs: Range<Int>) throws {
    guard node.outputs.indices.contains(outputs.lowerBound) else { throw malformed("it has no output") }
    let values = try outputs.map { index -> ValueID in
      let output = node.outputs.indices.contains(index) ? node.outputs[index] : ""
      let value = graph.makeValue(named: output.isEmpty ? name : output)
      if !output.isEmpty { try graph.define(output, value) }
      return value
    }
    graph.append(Node(name: name, operation: operation, inputs: inputs, outputs: values))
  }

  func emit(constant: Constant) throws {
    guard let output = node.outputs.first, !output.isEmpty else { throw malformed("it has no output") }
    try graph.define(output, graph.addConstant(output, constant))
  }

  /// Says that the node's output is a list of values.
  func emit(sequence: [ValueID]) throws {
    guard let output = node.outputs.first, !output.isEmpty else { throw malformed("it has no output") }
    try graph.define(output, sequence)
  }

  /// A value in front of the node's own operation, for operators that take several.
  func intermediate(_ suffix: String, _ operation: Operation, _ inputs: ValueID?...) -> ValueID {
    intermediates(suffix, operation, inputs, outputs: 1)[0]
  }

  func intermediates(_ suffix: String, _ operation: Operation, _ inputs: [ValueID?], outputs: Int) -> [ValueID] {
    let values = (0..<outputs).map { graph.makeValue(named: "\(name).\(suffix)" + ($0 == 0 ? "" : ".\($0)")) }
    graph.append(Node(name: "\(name).\(suffix)", operation: operation, inputs: inputs, outputs: values))
    return values
  }

  var stepCount: Int { graph.nodeCount }

  /// Makes a value one of the node's outputs.
  func adopt(_ value: ValueID, as index: Int, fromStep first: Int) throws {
    guard node.outputs.indices.contains(index) else { throw malformed("it has no output") }
    let output = node.outputs[index]
    guard !output.isEmpty else { return }
    if try graph.adopt(value, as: output, layer: index == 0 ? name : "\(name).\(index)", fromStep: first) { return }
    try emit(.identity, reading: [value], outputs: index..<(index + 1))
  }

  func addConstant(_ suffix: String, _ constant: Constant) -> ValueID {
    graph.addConstant("\(name).\(suffix)", constant)
  }

  func requireOnlyOutputRead(upTo count: Int) throws {
    for index in node.outputs.indices.dropFirst(count) where isOutputRead(index) {
      throw unsupported("its output \(index), which something reads,")
    }
  }

  func requireInputs(_ range: ClosedRange<Int>) throws {
    guard range.contains(inputs.count), inputs.prefix(range.lowerBound).allSatisfy({ $0 != nil }) else {
      throw malformed(
        "it has \(inputs.compactMap { $0 }.count) inputs, expected \(range.lowerBound)"
          + (range.count > 1 ? " to \(range.upperBound)" : ""))
    }
  }
}
