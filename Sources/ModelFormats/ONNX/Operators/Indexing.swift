import GinghamNetworks
import GinghamTensors

extension OperatorTable {
  /// Operators that choose elements by indices that are data.
  static let indexing: [String: OperatorTranslator] = [
    "GatherElements": { node in
      try node.requireInputs(2...2)
      try node.emit(.gatherElements(axis: node.attributes.axis() ?? 0))
    },
    "GatherND": { node in
      try node.requireInputs(2...2)
      try node.emit(.gatherSlices(batchAxes: node.attributes.int("batch_dims", in: 0...63) ?? 0))
    },
    "ScatterElements": scatterElements,
    "Scatter": scatterElements,
    "ScatterND": { node in
      try node.requireInputs(3...3)
      try node.emit(.scatterSlices(node.scattering()))
    },
    "TopK": { node in
      let isAttribute = node.operatorSet < 10
      try node.requireInputs(isAttribute ? 1...1 : 2...2)
      let count = isAttribute ? try node.attributes.required("k", node.attributes.int("k", in: 0...(1 << 40))) : nil
      let top = TopK(
        axis: try node.attributes.axis() ?? -1, count: count,
        takesLargest: try node.attributes.flag("largest") ?? true)
      try node.emit(.topK(top), reading: node.inputs, outputs: 0..<min(2, node.node.outputs.count))
    },
    "ArgMax": extremePlace(isMaximum: true),
    "ArgMin": extremePlace(isMaximum: false),
    "CumSum": { node in
      try node.requireInputs(2...2)
      try node.emit(
        .cumulativeSum(
          CumulativeSum(
            isExclusive: node.attributes.flag("exclusive") ?? false,
            isReversed: node.attributes.flag("reverse") ?? false)))
    },
    "NonZero": { node in
      try node.requireInputs(1...1)
      try node.emit(.nonZero)
    },
    "Unique": { node in
      try node.requireInputs(1...1)
      let unique = Unique(axis: try node.attributes.axis(), isSorted: try node.attributes.flag("sorted") ?? true)
      try node.emit(.unique(unique), reading: node.inputs, outputs: 0..<min(4, node.node.outputs.count))
    },
    "Compress": composed(2...2) { c in
      let (x, condition) = (try c.input(0), try c.input(1))
      let places = condition.applying(.nonZero).reshaped(-1)
      guard let axis = try c.node.attributes.axis() else { return x.reshaped(-1).gathered(places) }
      return x.gathered(places, axis: axis)
    },
    "OneHot": composed(3...3) { c in
      let depth = try c.input(1).cast(to: .int64).reshaped(1)
      let given = try c.input(0).cast(to: .int64)
      let values = try c.input(2)
      // Negative indices count from the end; others outside are nowhere.
      let index = c.select(given.combined(.less, c.integer(0)), given + depth, given)
      let axis = try c.node.attributes.axis() ?? -1
      let spread = index.unsqueezed([axis])
      let places = c.range(depth).aligned(with: axis, of: spread)
      return c.select(spread.combined(.equal, places), values.gathered(1), values.gathered(0))
    },
    "Hardmax": composed(1...1) { c in
      let x = try c.input(0)
      let flattens = c.node.operatorSet < 13
      let axis = try c.node.attributes.axis() ?? (flattens ? 1 : -1)
      let rows = flattens ? x.applying(.flatten(axis: axis)) : x
      let along = flattens ? 1 : axis
      let winner = rows.applying(.extremePlace(ExtremePlace(axis: along, isMaximum: true)))
      let hot = rows.positions(along: along).combined(.equal, winner).cast(to: .float32)
      return flattens ? hot.reshaped(like: x) : hot
    },
    "ReverseSequence": composed(2...2) { c in
      let (x, lengths) = (try c.input(0), try c.input(1))
      let (time, batch) = (try c.node.attributes.axis("time_axis") ?? 0, try c.node.attributes.axis("batch_axis") ?? 1)
      guard [[0, 1], [1, 0]].contains([time, batch]) else {
        throw c.node.malformed("its axes are \(time) and \(batch)")
      }
      // Each place of the first two axes with the place it takes its slice from.
      let counted = c.range(x.extent(time)).unsqueezed([batch])
      let ends = lengths.cast(to: .int64).unsqueezed([time])
      let source = c.select(counted.combined(.less, ends), ends - 1 - counted, counted)
      let grid = c.range(x.extent(batch)).unsqueezed([time]) + counted * 0
      let pairs = [(time, source), (batch, grid)].sorted { $0.0 < $1.0 }.map { $0.1.unsqueezed([-1]) }
      return c.apply(.gatherSlices(batchAxes: 0), x, c.concatenated(pairs, axis: -1))
    },
    "Trilu": composed(1...2) { c in
      let x = try c.input(0)
      let (rows, columns) = (c.range(x.extent(-2)).unsqueezed([1]), c.range(x.extent(-1)))
      let diagonal = c.optional(1)?.reshaped([.fixed(1)]) ?? c.integer(0)
      let keepsUpper = try c.node.attributes.flag("upper") ?? true
      let kept = (columns - rows).combined(keepsUpper ? .greaterOrEqual : .lessOrEqual, diagonal)
      return c.select(kept, x, c.number(0, like: x))
    },
    "EyeLike": composed(1...1) { c in
      let x = try c.input(0)
      let (rows, columns) = (c.range(x.extent(0)).unsqueezed([1]), c.range(x.extent(1)))
      let diagonal = try c.node.attributes.int("k") ?? 0
      let type = try c.node.targetType() ?? c.node.type(ofInput: 0) ?? .float32
      return (columns - rows).combined(.equal, c.integer(diagonal)).cast(to: type)
    },
    "CenterCropPad": composed(2...2) { c in
      let (x, target) = (try c.input(0), try c.input(1))
      let axes = try c.node.attributes.axes().map(c.integers)
      let extents = axes.map { x.shape().gathered($0) } ?? x.shape()
      let kept = extents.combined(.minimum, target)
      let start = (extents - kept).divided(by: 2)
      let cropped = c.apply(.slice(Slice()), x, start, start + kept, axes)
      let missing = target - kept
      let before = missing.divided(by: 2)
      return c.apply(.pad(Pad(mode: .constant)), cropped, c.concatenated([before, missing - before]), nil, axes)
    },
    "MaxUnpool": composed(2...3) { c in
      let (x, indices) = (try c.input(0), try c.input(1))
      let window = try c.node.window(weight: nil)
      guard case .explicit(let before, let after) = window.padding else { throw c.node.malformed("it pads by itself") }
      let edges = window.kernel.indices.map { window.kernel[$0] - window.strides[$0] - before[$0] - after[$0] }
      let pooled = x.shape(from: 2) * c.integers(window.strides) + c.integers(edges)
      let extents = c.concatenated([x.shape(to: 2), pooled])
      let empty = c.apply(.constantOfShape(value: 0, type: .float32), extents.reduced(.product, [0]))
      let filled = c.apply(
        .scatterElements(axis: 0, .replace), empty, indices.reshaped(-1), x.reshaped(-1))
      let picture = filled.reshaped(.computed(extents))
      guard let wanted = c.optional(2) else { return picture }
      // A larger picture is asked for where the pool left a rest: it stays empty.
      let rest = wanted - extents
      return c.apply(.pad(Pad(mode: .constant)), picture, c.concatenated([rest * 0, rest]))
    },
    "Col2Im": composed(3...3) { c in try c.pictureOfColumns() },
  ]

  private static let scatterElements: OperatorTranslator = { node in
    try node.requireInputs(3...3)
    try node.emit(.scatterElements(axis: node.attributes.axis() ?? 0, node.scattering()))
  }

  private static func extremePlace(isMaximum: Bool) -> OperatorTranslator {
    { node in
      try node.requireInputs(1...1)
      try node.emit(
        .extremePlace(
          ExtremePlace(
            axis: node.attributes.axis() ?? 0, isMaximum: isMaximum,
            keepsDimension: node.attributes.flag("keepdims") ?? true,
            picksLast: node.attributes.flag("select_last_index") ?? false)))
    }
  }
}

extension NodeTranslation {
  fileprivate func scattering() throws -> Scattering {
    switch try attributes.string("reduction") ?? "none" {
    case "none": .replace
    case "add": .add
    case "mul": .multiply
    case "min": .minimum
    case "max": .maximum
    case let other: throw malformed("attribute 'reduction' is '\(other)'")
    }
  }

  /// The element type that an attribute names, or `nil` without it.
  func targetType(_ attribute: String = "dtype") throws -> ElementType? {
    guard let code = try attributes.int(attribute), code != 0 else { return nil }
    guard let type = TensorMessage.elementType(code: code) else {
      throw unsupported("the target type \(TensorMessage.typeName(code: code))")
    }
    return type
  }
}

extension Composer {
  /// Columns of blocks back to where they lie in a picture, added up where they overlap: a transposed convolution
  /// whose filters each paint one element of a block.
  fileprivate func pictureOfColumns() throws -> Term {
    let (columns, picture, block) = (try input(0), try input(1), try input(2))
    let attributes = node.attributes
    let dilations = try attributes.ints("dilations", in: NodeTranslation.extents)
    let strides = try attributes.ints("strides", in: NodeTranslation.extents)
    let pads = try attributes.ints("pads", in: 0...(1 << 24)) ?? []
    guard pads.count.isMultiple(of: 2) else { throw node.malformed("attribute 'pads' has \(pads.count) entries") }
    let (before, after) = (Array(pads[..<(pads.count / 2)]), Array(pads[(pads.count / 2)...]))
    func list(_ values: [Int]?, _ absent: Int) -> Term { values.map(integers) ?? integer(absent) }
    let edges = list(pads.isEmpty ? nil : zip(before, after).map { $0 + $1 }, 0)
    let reach = (block - 1) * list(dilations, 1)
    let steps = (picture + edges - reach - 1).divided(by: list(strides, 1)) + 1
    let count = block.reduced(.product, [0])
    let filters = range(count).unsqueezed([1]).combined(.equal, range(count)).cast(to: .float32)
    let window = Window(kernel: [], strides: strides ?? [], dilations: dilations ?? [])
    let blocks = columns.reshaped(.fixed(-1), .computed(count), .computed(steps))
    let painted = apply(
      .transposedConvolution(TransposedConvolution(window)), blocks,
      filters.reshaped(.computed(count), 1, .computed(block)))
    // Whatever lies beyond the picture is cut off. Where the stride does not fit, that is less than the padding at its end.
    let front = picture * 0 + list(pads.isEmpty ? nil : before, 0)
    let rest = picture + front - painted.shape(from: 2)
    let zeros = integers([0, 0])
    let whole = apply(
      .pad(Pad(mode: .constant)), painted, concatenated([zeros, front * -1, zeros, rest]))
    return whole.reshaped(.computed(columns.extent(0)), .fixed(-1), .computed(picture))
  }
}
