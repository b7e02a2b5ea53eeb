import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// Joining along any axis. Parts of one value in another order, such as a picture that is rolled round, stay a view.
final class ConcatenationOperator: Operator {
  private let inputs: [ValueID]
  private let output: ValueID
  private let axis: Int
  private let joined: View?
  /// Row-major, or channels last where all inputs stand so.
  private let form: Form
  private let isRounded: Bool

  var kernel: String { joined == nil ? "concatenation" : "view" }

  init?(_ node: Node, _ plan: PlanBuilder) throws {
    guard case .concatenate(let axis) = node.operation else { return nil }
    inputs = node.inputs.compactMap { $0 }
    output = node.outputs[0]
    let shape = try plan.shape(output)
    self.axis = axis < 0 ? axis + shape.rank : axis
    guard (0..<shape.rank).contains(self.axis), shape.elementCount > 0,
      inputs.contains(where: { plan.network.constants[$0] == nil })
    else { return nil }
    joined = try Self.joined(inputs, output, axis: self.axis, plan)
    form = inputs.allSatisfy { plan.existingForm($0) == .channelsLast } ? .channelsLast : .plain
    // Rounded numbers are moved two at a time.
    isRounded =
      try form == .channelsLast && self.axis == 1 && plan.isReadByProductsAlone(output)
      && inputs.allSatisfy { try plan.exists($0, .bfloat16) && plan.shape($0)[1].isMultiple(of: 2) }
  }

  /// The inputs as one view of a value that they all are views of.
  private static func joined(_ inputs: [ValueID], _ output: ValueID, axis: Int, _ plan: PlanBuilder) throws -> View? {
    guard inputs.count > 1, let first = plan.views[inputs[0]], !plan.structure.observed.contains(output),
      plan.slices[output] == nil
    else { return nil }
    var view = first
    for input in inputs.dropFirst() {
      guard let next = plan.views[input], next.root == view.root,
        let map = view.map.joined(with: next.map, along: axis)
      else { return nil }
      view.map = map
    }
    return view
  }

  /// Where each input's elements stand in the output.
  private func regions(_ plan: PlanBuilder) throws -> [(input: ValueID, map: ElementMap)] {
    let whole = ElementMap(try plan.layout(output, form))
    var start = 0
    return try inputs.map { input in
      let extent = try plan.shape(input)[axis]
      defer { start += extent }
      return (input, whole.choosing(start..<(start + extent), along: axis))
    }
  }

  func layForward(_ plan: PlanBuilder) throws {
    if let joined {
      plan.views[output] = joined
      return
    }
    if isRounded { return try layRounded(plan) }
    let regions = try regions(plan).filter { $0.map.count > 0 }
    let sources = try regions.map { try plan.readable($0.input, form) }
    let target = try plan.define(output, form)
    for ((_, map), source) in zip(regions, sources) {
      plan.emitMove(
        from: source.location, source.map.inMemoryOrder(of: form), to: target.location, map.inMemoryOrder(of: form),
        adds: false, isInjective: true)
    }
  }

  private func layRounded(_ plan: PlanBuilder) throws {
    let target = try plan.define(output, .bfloat16)
    var start = 0
    for input in inputs {
      let source = try plan.activation(input, .bfloat16)
      let pairs = source.layout.channels / 2
      let region = ElementMap(target.layout.ofPairs).choosing(start..<(start + pairs), along: axis)
      start += pairs
      plan.emitMove(
        from: source.location, ElementMap(source.layout.ofPairs).inMemoryOrder(of: form), to: target.location,
        region.inMemoryOrder(of: form), adds: false, isInjective: true)
    }
  }

  func layBackward(_ plan: PlanBuilder) throws {
    guard joined == nil else {
      for input in inputs { plan.countContribution(to: input) }
      return
    }
    guard let sent = try plan.gradient(output, form) else { return }
    plan.hold(sent)
    defer { plan.drop(sent) }
    for (input, map) in try regions(plan) where map.count > 0 {
      guard form != .plain else {
        try plan.contribute(elementsOf: sent.location, map, to: input)
        continue
      }
      try plan.contribute(to: input, form, able: .accumulate) { target in
        plan.emitMove(
          from: sent.location, map.inMemoryOrder(of: form), to: target.placement.location,
          ElementMap(target.placement.layout).inMemoryOrder(of: form), adds: target.accumulates, isInjective: true)
      }
    }
  }
}

/// Padding. A constant surrounds a copy; borders that repeat or mirror the input are a view of it.
final class PadOperator: Operator {
  private let input: ValueID
  private let output: ValueID
  private let value: Float
  /// The elements of the input that stay, and where in the output they go.
  private let kept: ElementMap
  private let region: ElementMap

  var kernel: String { "padding" }

  init?(_ node: Node, _ plan: PlanBuilder) throws {
    guard case .pad(let pad) = node.operation, pad.mode == .constant, let before = pad.before,
      let input = node.inputs[0], plan.network.constants[input] == nil
    else { return nil }
    self.input = input
    output = node.outputs[0]
    value = pad.value
    let (shape, result) = (try plan.shape(input), try plan.shape(output))
    guard before.count == shape.rank, shape.elementCount > 0, result.elementCount > 0 else { return nil }
    var (kept, region) = (ElementMap(shape), ElementMap(result))
    for axis in before.indices {
      // Negative padding crops.
      let own = max(0, -before[axis])..<min(shape[axis], result[axis] - before[axis])
      guard !own.isEmpty else { return nil }
      kept = kept.choosing(own, along: axis)
      region = region.choosing((own.lowerBound + before[axis])..<(own.upperBound + before[axis]), along: axis)
    }
    (self.kept, self.region) = (kept, region)
  }

  func layForward(_ plan: PlanBuilder) throws {
    let source = try plan.activation(input, .plain)
    let target = try plan.define(output, .plain)
    let (value, count) = (value, target.layout.elementCount)
    plan.emit([target.location]) { addresses in
      let base = addresses.floats(target.location)
      return { base.update(repeating: value, count: count) }
    }
    plan.emitMove(from: source.location, kept, to: target.location, region, adds: false, isInjective: true)
  }

  func layBackward(_ plan: PlanBuilder) throws {
    guard plan.isDifferentiated(input), let sent = try plan.gradient(output, .plain) else { return }
    let target = plan.makePlacement(try plan.layout(input, .plain))
    if kept.count < target.layout.elementCount { plan.emitFill(target.location, count: target.layout.elementCount) }
    plan.emitMove(from: sent.location, region, to: target.location, kept, adds: false, isInjective: true)
    try plan.passOn(target, to: input)
  }
}

extension PlanBuilder {
  /// Where a value's elements can be read: in place for views.
  func readable(_ value: ValueID, _ form: Form = .plain) throws -> (location: Location, map: ElementMap) {
    if form == .plain, network.constants[value] == nil, let view = views[value] {
      return (try activation(view.root, .plain).location, view.map)
    }
    return (try activation(value, form).location, ElementMap(try layout(value, form)))
  }
}

extension Layout {
  /// The layout of pairs of channels that take the room of one number each.
  fileprivate var ofPairs: Layout {
    var shape = shape
    shape[1] /= 2
    return Layout(shape, .channelsLast, block: block)
  }
}
