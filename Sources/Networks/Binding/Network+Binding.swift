import GinghamTensors

extension Network {
  /// The network at fixed input shapes: every value gets a shape, attributes that shape subgraphs compute are filled
  /// in, and everything known before the run is folded into constants.
  ///
  /// - Parameters:
  ///   - inputShapes: by input name. Inputs whose declared shape is complete may be left out.
  ///   - constants: inputs that are fixed at a value: integer inputs, style weights, the bounds of a clip.
  /// - Throws: ``NetworkError`` naming the layer where shapes do not fit.
  public func bound(
    to inputShapes: [String: Shape] = [:], constants fixed: [String: Constant] = [:]
  ) throws -> BoundNetwork {
    var result = BoundNetwork(name: name, valueNames: valueNames)
    result.constants = constants
    result.limits = limits
    let budget = Budget(limits)
    for (value, constant) in constants {
      result.shapes[value] = constant.shape
      budget.allow(constant.shape.elementCount, more: .computedElements)
    }
    try bindInputs(to: inputShapes, fixed: fixed, in: &result)
    result.nodes.reserveCapacity(nodes.count)
    for node in nodes { try bind(node, in: &result, budget: budget) }
    for (index, output) in outputs.enumerated() where result.shapes[output] == nil {
      guard let missing = result.missing[output] else {
        throw NetworkError.dangling(node: "output", value: name(of: output))
      }
      // Nobody has to ask for the outputs beside the first.
      if index == 0 { throw unavailable(output, missing, in: result) }
    }
    result.outputs = outputs.filter { result.shapes[$0] != nil }
    return result
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
      do {
        try limits.require(shape, as: "an input")
      } catch let error as ShapeError {
        throw NetworkError.shape(node: inputName, operation: "input", error)
      }
      result.shapes[input.value] = shape
      result.inputs.append(input.value)
    }
  }

  func bind(_ node: Node, in result: inout BoundNetwork, budget: Budget) throws {
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
      let bound = try AttributeBinder.bound(node, constants: result.constants, shapes: result.shapes, budget: budget)
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
