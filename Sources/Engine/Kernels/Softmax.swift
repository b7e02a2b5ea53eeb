import CVectors
import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// Softmax along an axis. Where that is not the last one, rows are gathered first and the result is a view of them.
final class SoftmaxOperator: Operator {
  private let input: ValueID
  private let output: ValueID
  /// The rows' order of axes: the normalized one last.
  private let permutation: [Int]?
  private let rowShape: Shape
  private let rows: Int
  private let length: Int
  /// The value that exists in rows.
  private var root: ValueID

  var kernel: String { "softmax rows" }

  init?(_ node: Node, _ plan: PlanBuilder) throws {
    guard case .softmax(let softmax) = node.operation, !softmax.isLogarithmic, let input = node.inputs[0],
      plan.network.constants[input] == nil
    else { return nil }
    let shape = try plan.shape(input)
    let axis = softmax.axis < 0 ? softmax.axis + shape.rank : softmax.axis
    guard (0..<shape.rank).contains(axis), shape.elementCount > 0 else { return nil }
    self.input = input
    output = node.outputs[0]
    root = output
    let isLast = shape.dimensions.dropFirst(axis + 1).allSatisfy { $0 == 1 }
    if softmax.flattensBehindAxis || isLast {
      permutation = nil
      rowShape = shape
      length = softmax.flattensBehindAxis ? shape.dimensions.dropFirst(axis).reduce(1, *) : shape[axis]
    } else {
      guard !plan.structure.observed.contains(output), plan.slices[output] == nil else { return nil }
      let order = (0..<shape.rank).filter { $0 != axis } + [axis]
      permutation = order
      rowShape = Shape(order.map { shape[$0] })
      length = shape[axis]
    }
    rows = shape.elementCount / length
  }

  func layForward(_ plan: PlanBuilder) throws {
    let source: Location
    if let permutation {
      let shape = try plan.shape(input)
      let order = shape.dimensions.indices.map { axis in permutation.firstIndex(of: axis) ?? axis }
      root = plan.addHiddenValue(rowShape, named: "\(plan.network.name(of: output)) by rows")
      plan.views[output] = View(root: root, map: ElementMap(rowShape).permuted(order))
      let gathered = plan.makePlacement(Layout(rowShape, .plain, block: plan.library.channelBlock))
      plan.emitMove(
        from: try plan.activation(input, .plain).location, ElementMap(shape).permuted(permutation),
        to: gathered.location, ElementMap(rowShape), adds: false, isInjective: true)
      source = gathered.location
    } else {
      source = try plan.activation(input, .plain).location
    }
    let target = try plan.define(root, .plain)
    let length = length
    plan.emitLoop([source, target.location], count: rows) { addresses in
      let (from, to) = (addresses.floats(source), addresses.floats(target.location))
      return { share in
        for row in share {
          (to + row * length).update(from: from + row * length, count: length)
          _ = gingham_softmax(to + row * length, nil, nil, 1, length)
        }
      }
    }
  }

  func layBackward(_ plan: PlanBuilder) throws {
    guard plan.isDifferentiated(input), let sent = try plan.gradient(root, .plain) else { return }
    let weights = try plan.activation(root, .plain)
    let length = length
    let target = plan.makePlacement(weights.layout)
    plan.emitLoop([weights.location, sent.location, target.location], count: rows) { addresses in
      let (results, from) = (addresses.floats(weights.location), addresses.floats(sent.location))
      let to = addresses.floats(target.location)
      return { share in
        for row in share {
          let (p, gradient) = (results + row * length, to + row * length)
          gradient.update(from: from + row * length, count: length)
          gingham_softmax_back(p, gradient, gingham_dot(p, gradient, length), 1, length)
        }
      }
    }
    if let permutation {
      let shape = try plan.shape(input)
      let order = shape.dimensions.indices.map { axis in permutation.firstIndex(of: axis) ?? axis }
      try plan.contribute(elementsOf: target.location, ElementMap(rowShape).permuted(order), to: input)
    } else {
      try plan.passOn(target, to: input)
    }
  }
}
