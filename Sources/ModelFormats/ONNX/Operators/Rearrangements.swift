import GinghamNetworks

extension OperatorTable {
  /// Operators that choose, move or repeat elements.
  static let rearrangements: [String: OperatorTranslator] = [
    "Concat": { node in
      guard !node.inputs.isEmpty, !node.inputs.contains(nil) else { throw node.malformed("an operand is missing") }
      try node.emit(.concatenate(axis: node.attributes.required("axis", node.attributes.axis())))
    },
    "Split": { node in
      try node.requireInputs(1...(node.operatorSet < 13 ? 1 : 2))
      let parts = try node.attributes.int("num_outputs")
      guard parts == nil || parts == node.node.outputs.count else {
        throw node.malformed("it has \(node.node.outputs.count) outputs, 'num_outputs' is \(parts ?? 0)")
      }
      let sizes = try node.attributes.ints("split", in: 0...NodeTranslation.largestExtent)
      try node.emit(
        .split(Split(axis: node.attributes.axis() ?? 0, sizes: sizes)), reading: node.inputs,
        outputs: node.node.outputs.indices)
    },
    "Slice": { node in
      if node.operatorSet >= 10 {
        try node.requireInputs(3...5)
        return try node.emit(.slice(Slice()))
      }
      try node.requireInputs(1...1)
      try node.emit(
        .slice(
          Slice(
            starts: node.attributes.required("starts", node.attributes.ints("starts")),
            ends: node.attributes.required("ends", node.attributes.ints("ends")), axes: node.attributes.axes())))
    },
    "Pad": { node in try node.emitPad() },
    "Transpose": { node in
      try node.requireInputs(1...1)
      try node.emit(.transpose(permutation: node.attributes.axes("perm")))
    },
    "Gather": { node in
      try node.requireInputs(2...2)
      try node.emit(.gather(axis: node.attributes.axis() ?? 0))
    },
    "Expand": { node in
      try node.requireInputs(2...2)
      try node.emit(.expand(shape: nil))
    },
    "Tile": { node in
      try node.requireInputs(2...2)
      try node.emit(.tile(repeats: nil))
    },
    "DepthToSpace": { node in
      try node.requireInputs(1...1)
      let order: DepthOrder
      switch try node.attributes.string("mode") ?? "DCR" {
      case "DCR": order = .depthFirst
      case "CRD": order = .columnFirst
      case let other: throw node.malformed("attribute 'mode' is '\(other)'")
      }
      try node.emit(.depthToSpace(blockSize: node.blockSize(), order: order))
    },
    "SpaceToDepth": { node in
      try node.requireInputs(1...1)
      try node.emit(.spaceToDepth(blockSize: node.blockSize()))
    },
  ]
}

extension NodeTranslation {
  fileprivate func blockSize() throws -> Int {
    try attributes.required("blocksize", attributes.int("blocksize", in: 1...4096))
  }

  /// Amounts and value are attributes up to operator set 10, then inputs.
  fileprivate func emitPad() throws {
    let name = try attributes.string("mode") ?? "constant"
    guard let mode = Pad.Mode(rawValue: name) else { throw malformed("attribute 'mode' is '\(name)'") }
    if operatorSet >= 11 {
      try requireInputs(2...4)
      return try emit(.pad(Pad(mode: mode)))
    }
    try requireInputs(1...1)
    let pads = try attributes.required("pads", attributes.ints("pads", in: -(1 << 24)...(1 << 24)))
    guard pads.count.isMultiple(of: 2) else { throw malformed("attribute 'pads' has \(pads.count) entries") }
    try emit(
      .pad(
        Pad(
          mode: mode, before: Array(pads[..<(pads.count / 2)]), after: Array(pads[(pads.count / 2)...]),
          value: attributes.float("value") ?? 0)))
  }
}
