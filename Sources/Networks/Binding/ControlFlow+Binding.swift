import GinghamTensors

/// Branches and loops whose course is known once shapes are become the nodes that they run through.
extension Network {
  func bind(_ branch: Branch, of node: Node, in result: inout BoundNetwork, budget: Budget) throws {
    guard let condition = node.inputs.first ?? nil, let known = result.constants[condition],
      let value = known.wholeNumbers?.first, known.shape.elementCount == 1
    else { throw NetworkError.dynamic(node: node.name, what: "which branch is taken") }
    let body = value != 0 ? branch.whenTrue : branch.whenFalse
    for inner in body.nodes { try bind(inner, in: &result, budget: budget) }
    try pass(body.outputs, on: node.outputs, of: node, in: &result, budget: budget)
  }

  func bind(_ loop: Loop, of node: Node, in result: inout BoundNetwork, budget: Budget) throws {
    let counters = loop.isCounted ? 2 : 0
    guard node.inputs.count >= counters + loop.states + loop.sequences.count else {
      throw ShapeError.mismatch("an input of the loop is missing")
    }
    let operands = node.inputs.dropFirst(counters)
    var states = try operands.prefix(loop.states).map { state -> ValueID in
      guard let state else { throw ShapeError.mismatch("a state of the loop is missing") }
      return state
    }
    let sequences = Array(operands.dropFirst(loop.states).prefix(loop.sequences.count))
    var course = try LoopCourse(loop, node, sequences: sequences, in: result)
    var collected = [[ValueID]](repeating: [], count: loop.collected.count)
    while course.goesOn {
      // A file could ask for any number of turns.
      try budget.spend(loop.body.nodes.count + 1, on: .nodes)
      // Every turn computes values of its own; the first one's keep their names.
      var names: [ValueID: ValueID] = [:]
      if course.turn > 0 {
        for value in loop.body.produced {
          names[value] = result.addValue(named: "\(result.name(of: value))_\(course.turn)")
        }
      }
      var inputs = loop.body.inputs[...]
      if loop.isCounted {
        let counts = [IntegerArray([], [course.turn]), IntegerArray([], [1], type: .boolean)]
        for (value, count) in zip(inputs, counts) {
          let own = names[value] ?? value
          result.constants[own] = .integer(count)
          result.shapes[own] = []
        }
        inputs = inputs.dropFirst(2)
      }
      for (input, state) in zip(inputs, states) { names[input] = state }
      for (index, input) in inputs.dropFirst(loop.states).enumerated() {
        let own = names[input] ?? input
        try bind(course.slice(of: index, into: own, node, in: &result), in: &result, budget: budget)
      }
      for inner in loop.body.nodes {
        var inner = inner.renamed(names)
        if course.turn > 0 { inner.name += "_\(course.turn)" }
        try bind(inner, in: &result, budget: budget)
      }
      let outputs = loop.body.outputs.map { names[$0] ?? $0 }
      try course.advance(condition: loop.isCounted ? outputs.first : nil, node, in: result)
      let results = outputs.dropFirst(loop.isCounted ? 1 : 0)
      states = Array(results.prefix(loop.states))
      for (index, value) in results.dropFirst(loop.states).enumerated() where collected.indices.contains(index) {
        collected[index].append(value)
      }
    }
    try pass(states, on: Array(node.outputs.prefix(loop.states)), of: node, in: &result, budget: budget)
    for (output, (slices, axis)) in zip(node.outputs.dropFirst(loop.states), zip(collected, loop.collected)) {
      try join(slices, axis, into: output, of: node, in: &result, budget: budget)
    }
  }

  /// Gives values that exist already under other names.
  private func pass(
    _ values: [ValueID], on outputs: [ValueID], of node: Node, in result: inout BoundNetwork, budget: Budget
  ) throws {
    guard values.count >= outputs.count else { throw ShapeError.mismatch("its body gives too few outputs") }
    for (value, output) in zip(values, outputs) {
      try bind(
        Node(name: node.name, operation: .identity, inputs: [value], outputs: [output]), in: &result, budget: budget)
    }
  }

  /// One slice of every turn, joined along a new axis.
  private func join(
    _ slices: [ValueID], _ axis: Loop.SequenceAxis, into output: ValueID, of node: Node,
    in result: inout BoundNetwork, budget: Budget
  ) throws {
    guard !slices.isEmpty else { throw ShapeError.mismatch("a loop without turns collects nothing") }
    let layers = try (axis.isReversed ? slices.reversed() : slices).map { slice -> ValueID in
      let layer = result.addValue(named: "\(result.name(of: slice)).layer")
      try bind(
        Node(name: node.name, operation: .unsqueeze(axes: [axis.axis]), inputs: [slice], outputs: [layer]),
        in: &result, budget: budget)
      return layer
    }
    try bind(
      Node(name: node.name, operation: .concatenate(axis: axis.axis), inputs: layers, outputs: [output]), in: &result,
      budget: budget)
  }
}

/// How far a loop has come, and whether it goes on.
private struct LoopCourse {
  private let loop: Loop
  private let sequences: [ValueID?]
  private let limit: Int
  private var holds: Bool
  private(set) var turn = 0

  var goesOn: Bool { holds && turn < limit }

  init(_ loop: Loop, _ node: Node, sequences: [ValueID?], in network: BoundNetwork) throws {
    self.loop = loop
    self.sequences = sequences
    guard loop.isCounted else {
      holds = true
      let extents = try zip(sequences, loop.sequences).map { value, axis -> Int in
        guard let value, let shape = network.shapes[value],
          case let own = axis.axis < 0 ? axis.axis + shape.rank : axis.axis, (0..<shape.rank).contains(own)
        else { throw ShapeError.badAttribute("axis \(axis.axis) of a sequence") }
        return shape[own]
      }
      limit = extents.first ?? 0
      guard extents.allSatisfy({ $0 == limit }) else { throw ShapeError.mismatch("sequences of \(extents) steps") }
      return
    }
    func known(_ index: Int, _ what: String) throws -> Int? {
      guard let value = node.inputs[index] else { return nil }
      guard let number = network.constants[value]?.wholeNumbers?.first else {
        throw NetworkError.dynamic(node: node.name, what: what)
      }
      return number
    }
    limit = try known(0, "the number of turns") ?? .max
    holds = try known(1, "whether the loop begins") != 0
  }

  mutating func advance(condition: ValueID?, _ node: Node, in network: BoundNetwork) throws {
    turn += 1
    guard loop.isCounted, goesOn else { return }
    guard let condition, let value = network.constants[condition]?.wholeNumbers?.first else {
      throw NetworkError.dynamic(node: node.name, what: "whether the loop goes on")
    }
    holds = value != 0
  }

  /// The node that takes this turn's slice of a sequence.
  func slice(of index: Int, into value: ValueID, _ node: Node, in network: inout BoundNetwork) -> Node {
    let axis = loop.sequences[index]
    let place = network.addValue(named: "\(network.name(of: value)).place")
    network.constants[place] = .integer(IntegerArray([], [axis.isReversed ? limit - 1 - turn : turn]))
    network.shapes[place] = []
    return Node(
      name: node.name, operation: .gather(axis: axis.axis), inputs: [sequences[index], place], outputs: [value])
  }
}
