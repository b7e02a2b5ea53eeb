import GinghamTensors

extension BoundNetwork {
  /// The axes that may hold the channels of each value, as its operators treat them: convolutions put them second, dense
  /// layers and layer normalizations last, and movements take them along. A value that is not listed tells nothing; of
  /// several axes only one is meant, or channels were split and lie along all of them.
  public var channelAxes: [ValueID: Set<Int>] {
    var axes: [ValueID: Set<Int>] = [:]
    if let input = inputs.first, shapes[input]?.rank == 4 { axes[input] = [1] }
    for node in nodes {
      for (index, output) in node.outputs.enumerated() {
        guard let shape = shapes[output] else { continue }
        axes[output] = channelAxes(of: node, output: index, shape, axes).flatMap { $0.isEmpty ? nil : $0 }
      }
    }
    return axes
  }

  private func channelAxes(of node: Node, output: Int, _ shape: Shape, _ axes: [ValueID: Set<Int>]) -> Set<Int>? {
    let input = node.inputs.first ?? nil
    let before = input.flatMap { shapes[$0] } ?? []
    let known = input.flatMap { axes[$0] }
    let last = shape.rank - 1
    switch node.operation {
    case .convolution, .transposedConvolution, .batchNormalization, .instanceNormalization, .groupNormalization,
      .localResponseNormalization, .pixelNormalization, .depthToSpace, .spaceToDepth, .gridSample, .regionAlign:
      return [1]
    case .maxPool, .averagePool: return known ?? [1]
    case .layerNormalization(let axis, _):
      return axis == last ? Self.summed(over: last, known) : known
    case .generalMatrixMultiply: return [last]
    case .matrixMultiply: return product(node, shape, axes)
    case .elementwise, .select, .concatenate: return agreed(node, shape, axes)
    case .pointwise, .parametricReLU, .identity, .dropout, .cast, .pad, .slice, .split, .tile, .resize,
      .cumulativeSum, .topK, .gatherElements, .scatterElements, .scatterSlices, .quantize:
      return known
    case .dynamicQuantize: return output == 0 ? known : nil
    case .softmax(let softmax):
      let axis = softmax.axis < 0 ? softmax.axis + shape.rank : softmax.axis
      return known.map { $0.contains(axis) ? [axis] : $0 } ?? [axis]
    case .expand: return known.map { Set($0.map { $0 + shape.rank - before.rank }) }
    case .transpose(let permutation):
      let order = permutation ?? (0..<shape.rank).reversed()
      return known.map { known in Set(order.indices.filter { known.contains(order[$0]) }) }
    case .reshape, .flatten, .squeeze, .unsqueeze:
      return known.map { Self.carried($0, from: before, to: shape) }
    case .gather(let axis):
      let inserted = shape.rank - before.rank
      return known.map { known in
        Set(known.filter { $0 != axis || inserted == 0 }.map { $0 > axis ? $0 + inserted : $0 })
      }
    case .reduce(let reduction):
      guard case .listed(let gone) = reduction.axes else { return nil }
      if !reduction.keepsDimensions {
        return known.map { Set($0.filter { !gone.contains($0) }.map { axis in axis - gone.count { $0 < axis } }) }
      }
      return known
    case .gatherSlices, .extremePlace, .determinant, .shapeOf, .sizeOf, .constantOfShape, .range, .nonZero, .unique,
      .random, .align, .branch, .loop, .missing:
      return nil
    }
  }

  /// Behind an operator that sums over an axis, as a dense layer does: its channels, unless they are known to lie elsewhere
  /// (a mixer's layer over positions).
  private static func summed(over axis: Int, _ known: Set<Int>?) -> Set<Int> {
    guard let known, !known.contains(axis) else { return [axis] }
    return known
  }

  private func product(_ node: Node, _ shape: Shape, _ axes: [ValueID: Set<Int>]) -> Set<Int>? {
    guard let a = node.inputs[0], let b = node.inputs[1] else { return nil }
    func aligned(_ value: ValueID) -> Set<Int>? {
      axes[value].map { known in Set(known.map { $0 + shape.rank - (shapes[value]?.rank ?? shape.rank) }) }
    }
    let last = shape.rank - 1
    if constants[b] != nil { return Self.summed(over: last, aligned(a)) }
    // What is summed over is gone: a's last axis, b's last but one.
    let sides = [aligned(a)?.subtracting([last]), aligned(b)?.subtracting([last - 1])].compactMap { $0 }
    return Self.agreement(sides.filter { !$0.isEmpty })
  }

  /// Of operands that are broadcast against each other. Constants are asked where no other operand knows: one number a
  /// channel stands along the channels' axis.
  private func agreed(_ node: Node, _ shape: Shape, _ axes: [ValueID: Set<Int>]) -> Set<Int>? {
    let operands = node.inputs.compactMap { $0 }.compactMap { value in shapes[value].map { (value, $0) } }
    let known = operands.compactMap { value, own in
      axes[value].map { Set($0.map { $0 + shape.rank - own.rank }) }
    }
    if !known.isEmpty { return Self.agreement(known) }
    return Self.agreement(
      operands.filter { constants[$0.0] != nil }.compactMap { _, own in
        let wide = own.dimensions.indices.filter { own[$0] > 1 }
        return wide.count == 1 ? [wide[0] + shape.rank - own.rank] : nil
      })
  }

  private static func agreement(_ sides: [Set<Int>]) -> Set<Int>? {
    sides.dropFirst().reduce(sides.first) { $0?.intersection($1) }
  }

  /// Where axes are found again when the same elements get other extents: on those that hold nothing else, as the classes of
  /// a detector's boxes do, or else on all that hold a part of them.
  private static func carried(_ known: Set<Int>, from source: Shape, to shape: Shape) -> Set<Int> {
    let sources = spans(of: source)
    let touched = spans(of: shape).map { span in sources.filter { $0.span.overlaps(span.span) }.map(\.axis) }
    let axes = zip(spans(of: shape).map(\.axis), touched).filter { !known.isDisjoint(with: $0.1) }
    let pure = axes.filter { known.isSuperset(of: $0.1) }
    return Set((pure.isEmpty ? axes : pure).map(\.0))
  }

  /// What each axis of more than one element counts, in steps from one element to the next: stride to stride · extent.
  private static func spans(of shape: Shape) -> [(axis: Int, span: Range<Int>)] {
    let strides = shape.strides
    return shape.dimensions.indices.filter { shape[$0] > 1 }.map { ($0, strides[$0]..<(strides[$0] * shape[$0])) }
  }
}
