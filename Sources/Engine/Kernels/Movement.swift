import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// Operators whose result only rearranges elements of their input: each output is a view. Chains of them cost one
/// copy, or none where the reader follows strides.
final class MovementOperator: Operator {
  private let input: ValueID
  private let outputs: [(value: ValueID, view: View)]
  /// Whether the outputs exist in memory: somebody outside looks at them, or they are parts of a concatenation.
  private let isWritten: Bool

  var kernel: String { "view" }

  /// `nil` where an output is no view, or where elements along an axis have no order of their own.
  init?(_ node: Node, _ plan: PlanBuilder) throws {
    guard let input = node.inputs.first ?? nil, plan.network.constants[input] == nil,
      try plan.shape(input).elementCount > 0, try node.outputs.allSatisfy({ try plan.shape($0).elementCount > 0 })
    else { return nil }
    let view = try plan.view(of: input)
    guard try plan.canBeViewed(view.root), let maps = try Self.maps(node, of: view.map, plan),
      maps.count == node.outputs.count
    else { return nil }
    for (output, map) in zip(node.outputs, maps) where map.shape != (try plan.shape(output)) { return nil }
    self.input = input
    outputs = zip(node.outputs, maps).map { ($0, View(root: view.root, map: $1)) }
    isWritten = node.outputs.contains { plan.structure.observed.contains($0) || plan.slices[$0] != nil }
  }

  /// Where each output's elements stand.
  private static func maps(_ node: Node, of input: ElementMap, _ plan: PlanBuilder) throws -> [ElementMap]? {
    func resolved(_ axis: Int) -> Int { axis < 0 ? axis + input.tables.count : axis }
    let shape = try plan.shape(node.outputs[0])
    switch node.operation {
    case .transpose(let permutation):
      return [input.permuted(permutation ?? Array(input.tables.indices.reversed()))]
    case .reshape, .flatten, .squeeze, .unsqueeze: return input.reshaped(to: shape).map { [$0] }
    case .expand: return input.expanded(to: shape).map { [$0] }
    case .split(let split):
      let axis = resolved(split.axis)
      guard input.tables.indices.contains(axis) else { return nil }
      var start = 0
      return try node.outputs.map { output in
        let extent = try plan.shape(output)[axis]
        defer { start += extent }
        return input.choosing(start..<(start + extent), along: axis)
      }
    case .slice(let slice):
      guard let starts = slice.starts, starts.count == input.tables.count else { return nil }
      let steps = slice.steps ?? Array(repeating: 1, count: starts.count)
      var map = input
      for axis in starts.indices {
        map = map.choosing((0..<shape[axis]).map { starts[axis] + $0 * steps[axis] }, along: axis)
      }
      return [map]
    case .gather(let axis):
      let axis = resolved(axis)
      guard input.tables.indices.contains(axis), let indices = node.inputs[1],
        let whole = plan.network.constants[indices]?.wholeNumbers
      else { return nil }
      let extent = input.tables[axis].count
      let places = whole.map { $0 < 0 ? $0 + extent : $0 }
      guard places.allSatisfy((0..<extent).contains) else { return nil }
      // Indices of any shape put their axes in the place of the one that is gathered along.
      return input.choosing(places, along: axis).reshaped(to: shape).map { [$0] }
    case .depthToSpace(let block, let order): return depthToSpace(input, block, order, shape).map { [$0] }
    case .spaceToDepth(let block): return spaceToDepth(input, block, shape).map { [$0] }
    default: return nil
    }
  }

  private static func depthToSpace(
    _ input: ElementMap, _ block: Int, _ order: DepthOrder, _ shape: Shape
  ) -> ElementMap? {
    let old = input.shape
    guard old.rank == 4, block > 0, old[1].isMultiple(of: block * block) else { return nil }
    let channels = old[1] / (block * block)
    switch order {
    case .depthFirst:
      return input.reshaped(to: [old[0], block, block, channels, old[2], old[3]])?
        .permuted([0, 3, 4, 1, 5, 2]).reshaped(to: shape)
    case .columnFirst:
      return input.reshaped(to: [old[0], channels, block, block, old[2], old[3]])?
        .permuted([0, 1, 4, 2, 5, 3]).reshaped(to: shape)
    }
  }

  private static func spaceToDepth(_ input: ElementMap, _ block: Int, _ shape: Shape) -> ElementMap? {
    let old = input.shape
    guard old.rank == 4, block > 0, old[2].isMultiple(of: block), old[3].isMultiple(of: block) else { return nil }
    return input.reshaped(to: [old[0], old[1], old[2] / block, block, old[3] / block, block])?
      .permuted([0, 3, 5, 1, 2, 4]).reshaped(to: shape)
  }

  func layForward(_ plan: PlanBuilder) throws {
    for (value, view) in outputs {
      if isWritten {
        plan.define(value, as: try plan.materialize(value, view, .plain))
      } else {
        plan.views[value] = view
      }
    }
  }

  func layBackward(_ plan: PlanBuilder) throws {
    guard plan.isDifferentiated(input) else { return }
    // What readers of a view sent back already stands in the root's gradient.
    plan.countContribution(to: input)
    guard isWritten else { return }
    for (value, view) in outputs {
      guard let sent = try plan.gradient(value, .plain) else { continue }
      try plan.contribute(sent, through: view)
    }
  }
}

extension Constant {
  /// The elements where all are whole, whatever their type.
  fileprivate var wholeNumbers: [Int]? {
    switch self {
    case .integer(let array): return array.elements
    case .float(let tensor):
      let whole = tensor.scalars.compactMap { Int(exactly: $0) }
      return whole.count == tensor.count ? whole : nil
    }
  }
}
