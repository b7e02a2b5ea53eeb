import GinghamTensors

extension Network {
  /// The network at fixed input shapes: every value gets a shape, attributes that shape subgraphs compute are filled
  /// in, and everything known before the run is folded into constants.
  ///
  /// Constants in which the file's exporter wrote the batch or the size of its example input are derived anew for other
  /// ones.
  ///
  /// - Parameters:
  ///   - inputShapes: by input name. Inputs whose declared shape is complete may be left out.
  ///   - constants: inputs that are fixed at a value: integer inputs, style weights, the bounds of a clip.
  ///   - targets: what is wanted; layers that lead to none of these need not fit. `nil`: everything.
  /// - Throws: ``NetworkError`` naming the layer where shapes do not fit.
  public func bound(
    to inputShapes: [String: Shape] = [:], constants fixed: [String: Constant] = [:],
    leadingTo targets: [ValueID]? = nil
  ) throws -> BoundNetwork {
    guard let example = exampleShapes(for: inputShapes, fixed: fixed) else {
      return try bound(to: inputShapes, fixed: fixed, leadingTo: targets, exported: nil)
    }
    var exported: ExportedForm?
    if let network = try? bound(to: example.shapes, fixed: fixed, leadingTo: targets, exported: nil) {
      exported = ExportedForm(network, batch: example.batch)
    }
    return try bound(to: inputShapes, fixed: fixed, leadingTo: targets, exported: exported)
  }

  /// The inputs' shapes in the file, with open extents as they are asked for, and the batches of both where they differ.
  /// `nil` where these are the ones that are asked for.
  private func exampleShapes(
    for inputShapes: [String: Shape], fixed: [String: Constant]
  ) -> (shapes: [String: Shape], batch: (exported: Int, found: Int)?)? {
    var shapes = inputShapes
    var batch: (exported: Int, found: Int)?
    for (index, input) in inputs.enumerated() where fixed[name(of: input.value)] == nil {
      guard let found = inputShapes[name(of: input.value)], found.rank == input.shape.count, found.rank > 0 else {
        continue
      }
      let declared = Shape(zip(input.shape, found.dimensions).map { $0 ?? $1 })
      if index == 0, declared[0] != found[0] { batch = (declared[0], found[0]) }
      shapes[name(of: input.value)] = declared
    }
    return shapes == inputShapes ? nil : (shapes, batch)
  }

  private func bound(
    to inputShapes: [String: Shape], fixed: [String: Constant], leadingTo targets: [ValueID]?, exported: ExportedForm?
  ) throws -> BoundNetwork {
    var exported = exported
    var result = BoundNetwork(name: name, valueNames: valueNames)
    result.constants = constants
    (result.limits, result.isOneDimensional) = (limits, isOneDimensional)
    let budget = Budget(limits)
    for (value, constant) in constants {
      result.shapes[value] = constant.shape
      budget.allow(constant.shape.elementCount, more: .computedElements)
    }
    try bindInputs(to: inputShapes, fixed: fixed, in: &result)
    try repeatFixedInputs(in: &result)
    for input in result.inputs { result.shapes[input].map { exported?.record(input: input, found: $0) } }
    let wanted = targets.map { nodes.leading(to: $0) } ?? nodes
    result.nodes.reserveCapacity(wanted.count)
    for node in wanted { try bind(node, in: &result, exported: &exported, budget: budget) }
    let ends = targets ?? outputs
    for (index, output) in ends.enumerated() {
      guard let shape = result.shapes[output] else {
        guard let missing = result.missing[output] else {
          throw NetworkError.dangling(node: "output", value: name(of: output))
        }
        // Nobody has to ask for the outputs beside the first.
        if index == 0 || targets != nil { throw unavailable(output, missing, in: result) }
        continue
      }
      guard result.constants[output] == nil, !result.inputs.contains(output) else { continue }
      do {
        try exported?.checkBatch(of: output, found: shape)
      } catch let error as ShapeError {
        throw NetworkError.shape(node: name(of: output), operation: "output", error)
      }
    }
    result.outputs = ends.filter { result.shapes[$0] != nil }
    return result
  }

  /// A label or style that was fixed for one picture stands for every picture of a batch.
  private func repeatFixedInputs(in result: inout BoundNetwork) throws {
    guard let batch = result.inputs.first.flatMap({ result.shapes[$0]?.dimensions.first }), batch > 1 else { return }
    for value in batchedConstants {
      guard let constant = result.constants[value], constant.shape.dimensions.first == 1 else { continue }
      var shape = constant.shape
      shape[0] = batch
      try limits.require(shape, ofInput: name(of: value))
      result.constants[value] = constant.repeated(batch)
      result.shapes[value] = shape
    }
  }

  private func bindInputs(
    to inputShapes: [String: Shape], fixed: [String: Constant], in result: inout BoundNetwork
  ) throws {
    let known = inputs.map { name(of: $0.value) }
    for given in Set(inputShapes.keys).union(fixed.keys) where !known.contains(given) {
      throw NetworkError.unknownInput(name: given, known: known)
    }
    for input in inputs {
      let inputName = name(of: input.value)
      if let constant = fixed[inputName] {
        result.constants[input.value] = constant
        result.shapes[input.value] = constant.shape
        continue
      }
      let declared = input.shape.allSatisfy { $0 != nil } ? Shape(input.shape.compactMap { $0 }) : nil
      guard let shape = inputShapes[inputName] ?? declared else {
        throw NetworkError.missingInputShape(name: inputName)
      }
      try limits.require(shape, ofInput: inputName)
      result.shapes[input.value] = shape
      result.inputs.append(input.value)
    }
  }

  /// Nodes of branches and loops: an exporter's extents are not derived anew in them.
  func bind(_ node: Node, in result: inout BoundNetwork, budget: Budget) throws {
    var exported: ExportedForm?
    try bind(node, in: &result, exported: &exported, budget: budget)
  }

  private func bind(
    _ node: Node, in result: inout BoundNetwork, exported: inout ExportedForm?, budget: Budget
  ) throws {
    for value in node.inputs.compactMap({ $0 }) where result.shapes[value] == nil {
      guard let missing = result.missing[value] else {
        throw NetworkError.dangling(node: node.name, value: name(of: value))
      }
      for output in node.outputs { result.missing[output] = missing }
      return
    }
    do {
      switch node.operation {
      case .branch(let branch): return try bind(branch, of: node, in: &result, budget: budget)
      case .loop(let loop): return try bind(loop, of: node, in: &result, budget: budget)
      case .missing(let missing):
        for output in node.outputs { result.missing[output] = missing }
        return
      default: break
      }
      var node = node
      if let exported { try node.spreadOverBatch(in: &result, exported, limits) }
      if let parts = try node.adaptivePool(in: &result) {
        for part in parts { try bind(part, in: &result, exported: &exported, budget: budget) }
        return
      }
      let bound = try AttributeBinder.bound(
        node, constants: result.constants, shapes: result.shapes, exported: exported, budget: budget)
      if let folded = try ConstantEvaluator(
        inputs: bound.inputs.map { $0.flatMap { result.constants[$0] } },
        inputShapes: bound.inputs.map { $0.flatMap { result.shapes[$0] } }, outputCount: node.outputs.count,
        budget: budget
      ).evaluate(bound.operation) {
        for (output, constant) in zip(node.outputs, folded) {
          result.constants[output] = constant
          result.shapes[output] = constant.shape
        }
        return
      }
      let shapes = try bound.operation.outputShapes(
        inputs: bound.inputs.map { $0.flatMap { result.shapes[$0] } }, outputCount: node.outputs.count, limits: limits)
      for (output, shape) in zip(node.outputs, shapes) { result.shapes[output] = shape }
      exported?.record(bound, found: shapes)
      result.nodes.append(bound)
    } catch let error as ShapeError {
      throw NetworkError.shape(node: node.name, operation: node.operation.name, error)
    } catch let error as ResourceLimitError {
      throw NetworkError.shape(node: node.name, operation: node.operation.name, .limit(error))
    }
  }
}

extension Network {
  /// Why a value cannot be computed: what is missing, what stands behind it, and what still works.
  func unavailable(_ value: ValueID, _ missing: MissingOperator, in bound: BoundNetwork) -> NetworkError {
    let blocked = layers.filter { bound.missing[$0.value] != nil }
    let first = blocked.first.map { nodes[$0.nodeIndex] }
    let front = first?.inputs.compactMap { $0 }.first { bound.shapes[$0] != nil && bound.constants[$0] == nil }
    let reachable = front.flatMap { value in layers.last { $0.value == value }?.name }
    return .missingOperator(
      reason: missing.reason, behind: blocked.count, of: layers.count, value: name(of: value), front: reachable)
  }
}

extension Node {
  fileprivate func adaptivePool(in result: inout BoundNetwork) throws -> [Node]? {
    guard case .averagePool(let pool) = operation, pool.adaptiveSize != nil,
      let shape = (inputs.first ?? nil).flatMap({ result.shapes[$0] })
    else { return nil }
    var network = result
    let nodes = try adaptivePool(
      input: shape, makeValue: { network.addValue(named: $0) }, makeConstant: { network.addConstant($1, named: $0) })
    result = network
    return nodes
  }

  /// Where a file joins something that it made once for its one picture (a class token) to what every picture has.
  fileprivate mutating func spreadOverBatch(
    in result: inout BoundNetwork, _ exported: ExportedForm, _ limits: ResourceLimits
  ) throws {
    guard case .concatenate = operation, let batch = exported.batch, batch.exported == 1,
      inputs.contains(where: { $0.flatMap { result.shapes[$0]?.dimensions.first } == batch.found })
    else { return }
    for (index, value) in inputs.enumerated() {
      guard let value, let constant = result.constants[value], constant.shape.rank > 1, constant.shape[0] == 1 else {
        continue
      }
      var shape = constant.shape
      shape[0] = batch.found
      try limits.require(shape, as: "a constant")
      let spread = result.addValue(named: result.name(of: value))
      result.constants[spread] = constant.repeated(batch.found)
      result.shapes[spread] = shape
      inputs[index] = spread
    }
  }
}

extension Operation {
  /// The case's name, for messages and tables.
  public var name: String {
    switch self {
    case .pointwise(let function): Self.caseName(function)
    case .elementwise(let kind): kind.rawValue
    case .reduce(let reduction): "reduce." + reduction.kind.rawValue
    default: Self.caseName(self)
    }
  }

  private static func caseName(_ value: some Any) -> String {
    String(String(describing: value).prefix { $0 != "(" })
  }
}
