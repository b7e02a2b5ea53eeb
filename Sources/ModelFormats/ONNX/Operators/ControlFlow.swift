import GinghamNetworks
import GinghamTensors

extension OperatorTable {
  /// Branches and loops: their course must be known once shapes are.
  static let controlFlow: [String: OperatorTranslator] = [
    "If": { node in
      try node.requireInputs(1...1)
      let (whenTrue, first) = try node.body("then_branch")
      let (whenFalse, second) = try node.body("else_branch")
      let captured = first + second.filter { !first.contains($0) }
      try node.emit(
        .branch(Branch(whenTrue: whenTrue, whenFalse: whenFalse)), reading: [node.input(0)] + captured,
        outputs: node.node.outputs.indices)
    },
    "Loop": { node in
      guard node.inputs.count >= 2 else {
        throw node.malformed("it has \(node.inputs.count) inputs, expected 2 or more")
      }
      let (body, captured) = try node.body("body")
      let states = node.inputs.count - 2
      let collected = body.outputs.count - 1 - states
      guard body.inputs.count == states + 2, collected >= 0 else {
        throw node.malformed("its body takes \(body.inputs.count) values and gives \(body.outputs.count)")
      }
      let loop = Loop(
        body: body, states: states,
        collected: [Loop.SequenceAxis](repeating: Loop.SequenceAxis(), count: collected))
      try node.emit(.loop(loop), reading: node.inputs + captured, outputs: node.node.outputs.indices)
    },
    "Scan": { node in
      guard node.operatorSet >= 9 else { throw node.unsupported("the meaning it had in operator set 8") }
      let (body, captured) = try node.body("body")
      let count = try node.attributes.required("num_scan_inputs", node.attributes.int("num_scan_inputs", in: 1...1024))
      let states = node.inputs.count - count
      let collected = body.outputs.count - states
      guard states >= 0, collected >= 0, body.inputs.count == node.inputs.count else {
        throw node.malformed("its body takes \(body.inputs.count) values and gives \(body.outputs.count)")
      }
      let loop = Loop(
        body: body, states: states, isCounted: false, sequences: try node.sequenceAxes("scan_input", count: count),
        collected: try node.sequenceAxes("scan_output", count: collected))
      try node.emit(.loop(loop), reading: node.inputs + captured, outputs: node.node.outputs.indices)
    },
  ]
}

extension NodeTranslation {
  fileprivate func sequenceAxes(_ prefix: String, count: Int) throws -> [Loop.SequenceAxis] {
    let axes = try attributes.axes("\(prefix)_axes") ?? [Int](repeating: 0, count: count)
    let directions = try attributes.ints("\(prefix)_directions", in: 0...1) ?? [Int](repeating: 0, count: count)
    guard axes.count == count, directions.count == count else { throw malformed("its axes do not match its sequences") }
    return zip(axes, directions).map { Loop.SequenceAxis(axis: $0, isReversed: $1 == 1) }
  }
}
