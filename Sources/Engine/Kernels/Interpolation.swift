import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// Resizing, one axis after the other; the gradient runs the same taps backwards.
final class InterpolationOperator: Operator {
  private let input: ValueID
  private let output: ValueID
  private let form: Form
  private let passes: [InterpolationPass]

  var kernel: String { "interpolation" }

  /// `nil` where batch or channels are resized, or where positions lie outside the input.
  init?(_ node: Node, _ plan: PlanBuilder) throws {
    guard case .resize(let resize) = node.operation, let input = node.inputs[0], plan.network.constants[input] == nil
    else { return nil }
    let (shape, result) = (try plan.shape(input), try plan.shape(node.outputs[0]))
    guard Layout.canBlock(shape), resize.sizes == result.dimensions, resize.scales?.count == shape.rank,
      shape.elementCount > 0, result.elementCount > 0
    else { return nil }
    form = .blocked
    self.input = input
    output = node.outputs[0]
    // Channel blocks stand inside, so that every tap moves whole vectors.
    let layout = try plan.layout(input, form)
    var extents = [shape[0] * layout.paddedChannels / layout.block] + shape.spatial + [layout.block]
    var passes: [InterpolationPass] = []
    for axis in [0, 1] where resize.taps(axis: axis, input: shape[axis]) != nil { return nil }
    // The inner axis first, while there are fewer rows.
    for axis in (2..<shape.rank).reversed() {
      guard let taps = resize.taps(axis: axis, input: shape[axis]) else { continue }
      guard !taps.isOutside.contains(true) else { return nil }
      let place = axis - 1
      passes.append(
        InterpolationPass(
          taps, input: shape[axis], outer: extents[..<place].reduce(1, *), inner: extents[(place + 1)...].reduce(1, *)))
      extents[place] = taps.count
    }
    self.passes = passes
  }

  func layForward(_ plan: PlanBuilder) throws {
    let source = try plan.activation(input, form)
    let target = try plan.define(output, form)
    guard !passes.isEmpty else { return plan.emitCopy(source, to: target) }
    var from = source.location
    for (index, pass) in passes.enumerated() {
      let isLast = index == passes.count - 1
      let to = isLast ? target.location : plan.makeBuffer(byteCount: pass.outputCount * MemoryLayout<Float>.stride)
      pass.emitForward(from, to: to, plan)
      from = to
    }
  }

  func layBackward(_ plan: PlanBuilder) throws {
    guard plan.isDifferentiated(input), let sent = try plan.gradient(output, form) else { return }
    guard !passes.isEmpty else { return try plan.passOn(sent, to: input) }
    plan.hold(sent)
    defer { plan.drop(sent) }
    try plan.contribute(to: input, form) { target in
      var from = sent.location
      for (index, pass) in passes.enumerated().reversed() {
        let to =
          index == 0
          ? target.placement.location : plan.makeBuffer(byteCount: pass.inputCount * MemoryLayout<Float>.stride)
        pass.emitBackward(from, to: to, plan)
        from = to
      }
    }
  }
}

/// One axis of an interpolation: outer × input × inner elements become outer × output × inner.
private struct InterpolationPass {
  private let outer: Int
  private let input: Int
  private let output: Int
  private let inner: Int
  /// What each output reads, and what reads each input.
  private let forward: WeightedRows
  private let backward: WeightedRows

  var inputCount: Int { outer * input * inner }
  var outputCount: Int { outer * output * inner }

  init(_ taps: Resize.Taps, input: Int, outer: Int, inner: Int) {
    (self.outer, self.input, self.inner) = (outer, input, inner)
    output = taps.count
    var (reading, read) = (
      [[(Int, Float)]](repeating: [], count: taps.count), [[(Int, Float)]](repeating: [], count: input)
    )
    for position in 0..<taps.count {
      for tap in taps.range(ofOutput: position) {
        reading[position].append((taps.indices[tap], Float(taps.weights[tap])))
        read[taps.indices[tap]].append((position, Float(taps.weights[tap])))
      }
    }
    (forward, backward) = (WeightedRows(reading), WeightedRows(read))
  }

  func emitForward(_ source: Location, to target: Location, _ plan: PlanBuilder) {
    forward.emit(source, rows: input, to: target, rows: output, outer: outer, inner: inner, plan)
  }

  func emitBackward(_ source: Location, to target: Location, _ plan: PlanBuilder) {
    backward.emit(source, rows: output, to: target, rows: input, outer: outer, inner: inner, plan)
  }
}

/// Rows that are weighted sums of other rows.
private struct WeightedRows {
  private let starts: [Int]
  private let indices: [Int]
  private let weights: [Float]

  init(_ rows: [[(Int, Float)]]) {
    starts = rows.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
    indices = rows.flatMap { $0.map(\.0) }
    weights = rows.flatMap { $0.map(\.1) }
  }

  func emit(
    _ source: Location, rows sourceRows: Int, to target: Location, rows targetRows: Int, outer: Int, inner: Int,
    _ plan: PlanBuilder
  ) {
    let (starts, indices, weights) = (starts, indices, weights)
    plan.emitLoop([source, target], count: outer * targetRows) { addresses in
      let (from, to) = (addresses.floats(source), addresses.floats(target))
      return { share in
        for index in share {
          let (place, row) = index.quotientAndRemainder(dividingBy: targetRows)
          let (result, base) = (to + index * inner, from + place * sourceRows * inner)
          let range = starts[row]..<starts[row + 1]
          guard let first = range.first else {
            result.update(repeating: 0, count: inner)
            continue
          }
          let source = base + indices[first] * inner
          if weights[first] == 1 {
            result.update(from: source, count: inner)
          } else {
            result.set(weights[first], times: source, count: inner)
          }
          for tap in range.dropFirst() { result.add(weights[tap], times: base + indices[tap] * inner, count: inner) }
        }
      }
    }
  }
}

extension UnsafeMutablePointer<Float> {
  /// self = factor · row.
  @inline(__always)
  fileprivate func set(_ factor: Float, times row: UnsafeMutablePointer<Float>, count: Int) {
    let (vectors, tail) = count.quotientAndRemainder(dividingBy: 16)
    for index in 0..<vectors { vector(index, row.vector(index) * factor) }
    for index in (vectors * 16)..<(vectors * 16 + tail) { self[index] = row[index] * factor }
  }
}
