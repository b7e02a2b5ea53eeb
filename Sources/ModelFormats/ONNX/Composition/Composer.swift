import GinghamNetworks
import GinghamTensors

/// Expresses one node by several operations: what an operator is that Gingham has no operation of its own for. Shapes
/// are not known yet; what depends on them is calculated by operations, too, and folded when the network is bound.
///
/// Each step is a layer named after the node and what it does (`attn.softmax`); the one that gives the node's output
/// bears the node's own name.
final class Composer {
  let node: NodeTranslation
  /// Steps before this one belong to others and keep their names.
  private let firstStep: Int
  private var uses: [String: Int] = [:]

  init(_ node: NodeTranslation) {
    self.node = node
    firstStep = node.stepCount
  }

  // MARK: Operands

  /// An input that must be there.
  func input(_ index: Int) throws -> Term {
    guard let value = node.input(index) else { throw node.malformed("input \(index) is missing") }
    return Term(value, self)
  }

  func optional(_ index: Int) -> Term? { node.input(index).map { Term($0, self) } }

  func float(_ value: Double) -> Term {
    Term(node.addConstant("number", .float(Tensor([], [Float(value)]))), self)
  }

  func integer(_ value: Int) -> Term {
    Term(node.addConstant("number", .integer(IntegerArray([], [value]))), self)
  }

  func integers(_ values: [Int]) -> Term {
    Term(node.addConstant("numbers", .integer(IntegerArray([values.count], values))), self)
  }

  func constant(_ constant: Constant) -> Term { Term(node.addConstant("constant", constant), self) }

  /// A scalar of the element type of a value.
  func number(_ value: Double, like other: Term) -> Term {
    guard let type = node.type(of: other.value), !type.isFloatingPoint else { return float(value) }
    return constant(.integer(IntegerArray([], [Int(value)], type: type)))
  }

  // MARK: Steps

  func apply(_ operation: Operation, _ operands: Term?...) -> Term { apply(operation, operands) }

  func apply(_ operation: Operation, _ operands: [Term?], outputs: Int = 1) -> [Term] {
    let base = operation.name.split(separator: ".").last.map(String.init) ?? operation.name
    let use = uses[base, default: 0]
    uses[base] = use + 1
    let suffix = use == 0 ? base : "\(base)_\(use)"
    return node.intermediates(suffix, operation, operands.map { $0?.value }, outputs: outputs).map { Term($0, self) }
  }

  private func apply(_ operation: Operation, _ operands: [Term?]) -> Term {
    apply(operation, operands, outputs: 1)[0]
  }

  /// start, start + 1, … up to but without `end`, both with one element.
  func range(_ end: Term, from start: Int = 0) -> Term {
    apply(.range, integer(start), end, integer(1))
  }

  /// Walks along the first axis of sequences (as ONNX Scan) and hands states from step to step.
  ///
  /// - Parameter step: from the states and a slice of each sequence to the next states and what the step gives.
  /// - Returns: the last states, and what all steps gave, joined along a new first axis in the sequences' order.
  func scan(
    _ states: [Term], over sequences: [Term], isReversed: Bool,
    step: ([Term], [Term]) -> (states: [Term], given: Term)
  ) -> (states: [Term], given: Term) {
    let operands = states + sequences
    let (body, captured) = node.body(operands.map { node.type(of: $0.value) }) { inputs in
      let given = inputs.map { Term($0, self) }
      let results = step(Array(given.prefix(states.count)), Array(given.dropFirst(states.count)))
      return (results.states + [results.given]).map(\.value)
    }
    let axis = Loop.SequenceAxis(isReversed: isReversed)
    let loop = Loop(
      body: body, states: states.count, isCounted: false, sequences: sequences.map { _ in axis }, collected: [axis])
    let results = apply(
      .loop(loop), operands + captured.map { Term($0, self) }, outputs: states.count + 1)
    return (Array(results.dropLast()), results[states.count])
  }

  func concatenated(_ terms: [Term], axis: Int = 0) -> Term {
    terms.count == 1 ? terms[0] : apply(.concatenate(axis: axis), terms)
  }

  func select(_ condition: Term, _ a: Term, _ b: Term) -> Term { apply(.select, condition, a, b) }

  // MARK: Results

  /// Makes a term the node's output.
  func give(_ term: Term, as output: Int = 0) throws {
    try node.adopt(term.value, as: output, fromStep: firstStep)
  }
}

extension OperatorTable {
  /// An operator with one output that is composed of operations.
  static func composed(
    _ inputs: ClosedRange<Int>, _ compose: @escaping @Sendable (Composer) throws -> Term
  ) -> OperatorTranslator {
    { node in
      try node.requireInputs(inputs)
      try node.requireOnlyOutputRead(upTo: 1)
      let composer = Composer(node)
      try composer.give(compose(composer))
    }
  }

  /// An operator with several outputs; those that nobody reads need not be composed.
  static func composed(
    _ inputs: ClosedRange<Int>, outputs: @escaping @Sendable (Composer) throws -> [Term?]
  ) -> OperatorTranslator {
    { node in
      try node.requireInputs(inputs)
      let composer = Composer(node)
      for (index, term) in try outputs(composer).enumerated() where node.node.outputs.indices.contains(index) {
        if let term { try composer.give(term, as: index) }
      }
    }
  }
}
