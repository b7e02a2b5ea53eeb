import GinghamNetworks
import GinghamTensors

extension OperatorTable {
  /// Lists of values and values that may be absent: folded while the file is read, as far as it says how long they are.
  static let sequences: [String: OperatorTranslator] = [
    "SequenceEmpty": { node in try node.emit(sequence: []) },
    "SequenceConstruct": { node in try node.emit(sequence: node.inputs.compactMap { $0 }) },
    "SequenceInsert": { node in
      var list = try node.list(0)
      guard let value = node.input(1) else { throw node.malformed("input 1 is missing") }
      list.insert(value, at: try node.place(2, in: 0...list.count) ?? list.count)
      try node.emit(sequence: list)
    },
    "SequenceErase": { node in
      var list = try node.list(0)
      guard !list.isEmpty else { throw node.malformed("the sequence is empty") }
      list.remove(at: try node.place(1, in: 0...(list.count - 1)) ?? list.count - 1)
      try node.emit(sequence: list)
    },
    "SequenceAt": { node in
      let list = try node.list(0)
      guard !list.isEmpty, let place = try node.place(1, in: 0...(list.count - 1)) else {
        throw node.malformed("the place is missing, or the sequence is empty")
      }
      try node.emit(.identity, reading: [list[place]])
    },
    "SequenceLength": { node in
      try node.emit(constant: .integer(IntegerArray([], [node.list(0).count])))
    },
    "ConcatFromSequence": { node in
      let c = Composer(node)
      let list = try node.list(0).map { Term($0, c) }
      guard let axis = try node.attributes.axis(), !list.isEmpty else {
        throw node.malformed("the axis is missing, or the sequence is empty")
      }
      let joinsAnew = try node.attributes.flag("new_axis") ?? false
      try c.give(c.concatenated(joinsAnew ? list.map { $0.unsqueezed([axis]) } : list, axis: axis))
    },
    "SplitToSequence": { node in try node.emitSplitToSequence() },
    "Optional": { node in
      guard let value = node.input(0) else {
        if let list = node.sequence(0) { return try node.emit(sequence: list) }
        throw node.unsupported("no value", advice: "Only optional values that are there can be read.")
      }
      try node.emit(.identity, reading: [value])
    },
    "OptionalHasElement": { node in
      let isThere = node.input(0) != nil || node.sequence(0) != nil
      try node.emit(constant: .integer(IntegerArray([], [isThere ? 1 : 0], type: .boolean)))
    },
    "OptionalGetElement": { node in
      if let list = node.sequence(0) { return try node.emit(sequence: list) }
      try node.requireInputs(1...1)
      try node.emit(.identity)
    },
  ]
}

extension NodeTranslation {
  fileprivate func list(_ index: Int) throws -> [ValueID] {
    guard let list = sequence(index) else {
      throw unsupported("a sequence that depends on pixels", advice: "Export the model without sequences.")
    }
    return list
  }

  /// An index into a sequence; negative ones count from the end.
  fileprivate func place(_ index: Int, in range: ClosedRange<Int>) throws -> Int? {
    guard hasInput(index) else { return nil }
    guard let given = constant(index)?.wholeNumbers?.first else {
      throw unsupported("a place that is computed", advice: "Export the model without sequences.")
    }
    let count = range.upperBound + (node.operatorType == "SequenceInsert" ? 0 : 1)
    let place = given < 0 ? given + count : given
    guard range.contains(place) else { throw malformed("place \(given) lies outside the sequence") }
    return place
  }

  /// In pieces of one, of a given length, or of given lengths, as far as the file knows the extent.
  fileprivate func emitSplitToSequence() throws {
    let axis = try attributes.axis() ?? 0
    let keeps = try attributes.flag("keepdims") ?? true
    let composer = Composer(self)
    let x = try composer.input(0)
    let sizes: [Int]
    if let list = constant(1), let given = list.wholeNumbers, list.shape.rank == 1 {
      sizes = given
    } else {
      guard let shape = shape(ofInput: 0), case let own = axis < 0 ? axis + shape.count : axis,
        shape.indices.contains(own), let extent = shape[own], !hasInput(1) || constant(1) != nil
      else {
        throw unsupported(
          "an open number of pieces", advice: "Export the model with fixed shapes, or without sequences.")
      }
      let part = constant(1)?.wholeNumbers?.first ?? 1
      guard part > 0, extent <= 1 << 16 else { throw malformed("pieces of \(part) of \(extent) elements") }
      sizes = stride(from: 0, to: extent, by: part).map { min(part, extent - $0) }
    }
    let pieces = composer.apply(.split(Split(axis: axis, sizes: sizes)), [x], outputs: sizes.count)
    let isSqueezed = !keeps && !hasInput(1)
    try emit(sequence: pieces.map { isSqueezed ? $0.squeezed([axis]).value : $0.value })
  }
}
