import GinghamNetworks
import GinghamTensors

extension OperatorTable {
  /// Recurrent layers. Their steps are written out once the length of the sequence is known.
  static let recurrent: [String: OperatorTranslator] = [
    "RNN": composed(3...6) { c in try RecurrentLayer(c, .simple).outputs() },
    "GRU": composed(3...6) { c in try RecurrentLayer(c, .gated).outputs() },
    "LSTM": composed(3...8) { c in try RecurrentLayer(c, .longShort).outputs() },
  ]
}

/// A node whose sequence X (steps×N×features) goes through the same cell step by step. W (directions×gates·units×
/// features) and R (directions×gates·units×units) hold the matrices of a cell's gates below each other.
private struct RecurrentLayer {
  /// The cells of Elman 1990, of Cho et al. 2014, and of Gers, Schraudolph & Schmidhuber 2002.
  enum Cell {
    case simple, gated, longShort

    var gates: Int {
      switch self {
      case .simple: 1
      case .gated: 3
      case .longShort: 4
      }
    }

    var functions: [String] {
      switch self {
      case .simple: ["Tanh"]
      case .gated: ["Sigmoid", "Tanh"]
      case .longShort: ["Sigmoid", "Tanh", "Tanh"]
      }
    }

    /// How many of the functions, from the first, have what they are given clipped. The memory is not, as in ONNX
    /// Runtime, for which such files are made.
    var clipped: Int { self == .simple ? 1 : 2 }
  }

  private let c: Composer
  private let cell: Cell
  /// Of each direction, whether it begins at the sequence's end.
  private let areReversed: [Bool]
  /// The functions of all directions' cells, one after the other.
  private let functions: [(Term) -> Term]
  private let putsBatchFirst: Bool
  /// GRU: the gate that resets weighs the product with R, not the state in front of it.
  private let resetsProduct: Bool
  /// LSTM: what is not taken in is kept.
  private let couplesGates: Bool

  init(_ c: Composer, _ cell: Cell) throws {
    let attributes = c.node.attributes
    (self.c, self.cell) = (c, cell)
    switch try attributes.string("direction") ?? "forward" {
    case "forward": areReversed = [false]
    case "reverse": areReversed = [true]
    case "bidirectional": areReversed = [false, true]
    case let other: throw c.node.malformed("attribute 'direction' is '\(other.printable())'")
    }
    putsBatchFirst = try attributes.flag("layout") ?? false
    resetsProduct = try attributes.flag("linear_before_reset") ?? false
    couplesGates = try attributes.flag("input_forget") ?? false
    let clip = try attributes.float("clip")
    if let clip, !(clip > 0) { throw c.node.malformed("attribute 'clip' is \(clip)") }
    functions = try c.recurrentFunctions(
      [[String]](repeating: cell.functions, count: areReversed.count).flatMap { $0 }
    ).enumerated().map { index, function in
      guard let clip, index % cell.functions.count < cell.clipped else { return function }
      return { function($0.function(.clip(minimum: -clip, maximum: clip))) }
    }
    try requireShapes()
  }

  /// What the file says about weights must fit together: extents of one would broadcast.
  private func requireShapes() throws {
    let units = try c.node.attributes.int("hidden_size", in: 1...(1 << 24)) ?? c.node.shape(ofInput: 2)?.last ?? nil
    guard let units else { return }
    let (directions, rows) = (areReversed.count, cell.gates * units)
    let states: [Int?] = putsBatchFirst ? [nil, directions, units] : [directions, nil, units]
    let expected: [Int: [Int?]] = [
      1: [directions, rows, nil], 2: [directions, rows, units], 3: [directions, 2 * rows], 4: [nil], 5: states,
      6: states, 7: [directions, 3 * units],
    ]
    for (index, extents) in expected.sorted(by: { $0.key < $1.key }) {
      guard let shape = c.node.shape(ofInput: index) else { continue }
      guard shape.count == extents.count,
        zip(shape, extents).allSatisfy({ $0 == nil || $1 == nil || $0 == $1 })
      else {
        func text(_ extents: [Int?]) -> String { extents.map { $0.map(String.init) ?? "?" }.joined(separator: "×") }
        throw c.node.malformed("input \(index) is \(text(shape)), expected \(text(extents))")
      }
    }
  }

  /// The state after every step, and the last states.
  func outputs() throws -> [Term?] {
    let given = try c.input(0)
    let x = putsBatchFirst ? given.transposed([1, 0, 2]) : given
    let walks = try areReversed.indices.map { try walk(x, direction: $0) }
    let all = c.concatenated(walks.map { $0.given.unsqueezed([1]) }, axis: 1)
    let last = walks[0].states.indices.map { index in
      c.concatenated(walks.map { $0.states[index].unsqueezed([0]) }, axis: 0)
    }
    guard putsBatchFirst else { return [all] + last }
    return [all.transposed([2, 0, 1, 3])] + last.map { $0.transposed([1, 0, 2]) }
  }

  private func walk(_ x: Term, direction: Int) throws -> (states: [Term], given: Term) {
    let weights = try c.input(1).gathered(direction).transposed([1, 0])
    let step = try self.step(direction)
    let projected = c.biased(x.product(with: weights), step.bias)
    let zeros = c.float(0).expanded([.computed(x.extent(1)), .computed(step.matrix.extent(0))])
    let stateInputs = cell == .longShort ? [5, 6] : [5]
    let states = stateInputs.map { c.optional($0)?.gathered(direction, axis: putsBatchFirst ? 1 : 0) ?? zeros }
    guard let lengths = c.optional(4)?.cast(to: .int64) else {
      return c.scan(states, over: [projected], isReversed: areReversed[direction]) { states, slices in
        let next = step.next(slices[0], states)
        return (next, next[0])
      }
    }
    // Behind the end of its sequence a state stays what it is, and nothing is given.
    let places = c.range(projected.extent(0))
    return c.scan(states, over: [projected, places], isReversed: areReversed[direction]) { states, slices in
      let isInside = slices[1].combined(.less, lengths).unsqueezed([1])
      let next = zip(step.next(slices[0], states), states).map { c.select(isInside, $0, $1) }
      return (next, c.select(isInside, next[0], c.float(0)))
    }
  }

  /// One direction's step: from what the gates see of X to the next states.
  private struct Step {
    /// Rᵀ.
    let matrix: Term
    /// What is added to the gates whatever the state is.
    let bias: Term?
    let next: (_ x: Term, _ states: [Term]) -> [Term]
  }

  private func step(_ direction: Int) throws -> Step {
    let matrix = try c.input(2).gathered(direction).transposed([1, 0])
    let biases = c.optional(3).map { c.parts($0.gathered(direction), 2, axis: 0) }
    let bias = biases.map { $0[0] + $0[1] }
    let own = Array(functions[(direction * cell.functions.count)...].prefix(cell.functions.count))
    switch cell {
    case .simple:
      return Step(matrix: matrix, bias: bias) { x, states in [own[0](x + states[0].product(with: matrix))] }
    case .gated:
      let parts = c.parts(matrix, 3, axis: 1)
      guard resetsProduct, let biases else {
        return Step(matrix: matrix, bias: bias) { gated($0, $1[0], parts, own, nil) }
      }
      // The part of the bias that is reset with the product stays inside.
      let inner = c.parts(biases[1], 3, axis: 0)
      let outer = biases[0] + c.concatenated([inner[0], inner[1], inner[2] * 0.0])
      return Step(matrix: matrix, bias: outer) { gated($0, $1[0], parts, own, inner[2]) }
    case .longShort:
      let peepholes = c.optional(7).map { c.parts($0.gathered(direction), 3, axis: 0) }
      return Step(matrix: matrix, bias: bias) { x, states in
        longShort(x + states[0].product(with: matrix), states[1], own, peepholes)
      }
    }
  }

  private func gated(_ x: Term, _ state: Term, _ matrices: [Term], _ own: [(Term) -> Term], _ bias: Term?) -> [Term] {
    let x = c.parts(x, 3, axis: -1)
    let update = own[0](x[0] + state.product(with: matrices[0]))
    let reset = own[0](x[1] + state.product(with: matrices[1]))
    let seen =
      resetsProduct
      ? reset * c.biased(state.product(with: matrices[2]), bias) : (reset * state).product(with: matrices[2])
    return [(1.0 - update) * own[1](x[2] + seen) + update * state]
  }

  /// - Parameter x: of the gates that take in, give out and keep, and of what is taken in.
  /// - Parameter peepholes: how the gates see the memory itself.
  private func longShort(_ x: Term, _ memory: Term, _ own: [(Term) -> Term], _ peepholes: [Term]?) -> [Term] {
    let gates = c.parts(x, 4, axis: -1)
    func gate(_ index: Int, seeing memory: Term) -> Term {
      own[0](peepholes.map { gates[index] + $0[index] * memory } ?? gates[index])
    }
    let taken = gate(0, seeing: memory)
    let kept = couplesGates ? 1.0 - taken : gate(2, seeing: memory)
    let next = kept * memory + taken * own[1](gates[3])
    return [gate(1, seeing: next) * own[2](next), next]
  }
}

extension Composer {
  fileprivate func parts(_ x: Term, _ count: Int, axis: Int) -> [Term] {
    apply(.split(Split(axis: axis)), [x], outputs: count)
  }

  fileprivate func biased(_ x: Term, _ bias: Term?) -> Term { bias.map { x + $0 } ?? x }

  /// The functions that the node names. Settings are handed out in order, to those that have one.
  fileprivate func recurrentFunctions(_ defaults: [String]) throws -> [(Term) -> Term] {
    let attributes = node.attributes
    let names = try attributes.strings("activations") ?? defaults
    guard names.count == defaults.count else {
      throw node.malformed("\(names.count) activations, expected \(defaults.count)")
    }
    var alphas = try attributes.floats("activation_alpha") ?? []
    var betas = try attributes.floats("activation_beta") ?? []
    func next(_ list: inout [Float], _ usual: Float) -> Float { list.isEmpty ? usual : list.removeFirst() }
    return try names.map { name in
      switch name.lowercased() {
      case "relu": return { $0.function(.relu) }
      case "tanh": return { $0.function(.tanh) }
      case "sigmoid": return { $0.function(.sigmoid) }
      case "softsign": return { $0.function(.softsign) }
      case "softplus": return { $0.function(.softplus) }
      case "leakyrelu":
        let slope = next(&alphas, 0.01)
        return { $0.function(.leakyReLU(slope: slope)) }
      case "thresholdedrelu":
        let alpha = next(&alphas, 1)
        return { $0.function(.thresholdedReLU(alpha: alpha)) }
      case "elu":
        let alpha = next(&alphas, 1)
        return { $0.function(.elu(alpha: alpha)) }
      case "hardsigmoid":
        let (alpha, beta) = (next(&alphas, 0.2), next(&betas, 0.5))
        return { $0.function(.hardSigmoid(alpha: alpha, beta: beta)) }
      case "affine":
        let (alpha, beta) = (next(&alphas, 1), next(&betas, 0))
        return { $0 * Double(alpha) + Double(beta) }
      case "scaledtanh":
        let (alpha, beta) = (next(&alphas, 1), next(&betas, 1))
        return { ($0 * Double(beta)).function(.tanh) * Double(alpha) }
      default: throw node.malformed("activation '\(name.printable())' is none of ONNX's")
      }
    }
  }
}
