import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// Means and sums over any axes of a row-major value.
final class AveragingOperator: Operator {
  private let input: ValueID
  private let output: ValueID
  private let shape: Shape
  private let axes: Set<Int>
  private let factor: Float

  var kernel: String { "averaging" }

  init?(_ node: Node, _ plan: PlanBuilder) throws {
    guard case .reduce(let reduction) = node.operation, let input = node.inputs[0],
      plan.network.constants[input] == nil
    else { return nil }
    shape = try plan.shape(input)
    guard shape.elementCount > 0 else { return nil }
    switch reduction.axes {
    case .all: axes = Set(0..<shape.rank)
    case .spatial: axes = Set(min(2, shape.rank)..<shape.rank)
    case .listed(let listed):
      let rank = shape.rank
      axes = Set(listed.map { $0 < 0 ? $0 + rank : $0 })
      guard axes.allSatisfy((0..<rank).contains) else { return nil }
    case .fromInput: return nil
    }
    var count = 1
    for axis in axes { count *= shape[axis] }
    switch reduction.kind {
    case .mean: factor = 1 / Float(count)
    case .sum: factor = 1
    default: return nil
    }
    self.input = input
    output = node.outputs[0]
  }

  /// The axes that stay, those that go, and the run of neighbours that both end in.
  private func loops() -> (kept: [Int], reduced: [Int], run: Int, isRunReduced: Bool) {
    let isRunReduced = axes.contains(shape.rank - 1)
    var first = shape.rank
    while first > 0, axes.contains(first - 1) == isRunReduced { first -= 1 }
    let map = ElementMap(shape)
    func places(_ isReduced: Bool) -> [Int] {
      let chosen = (0..<first).filter { axes.contains($0) == isReduced }
      return chosen.reduce([0]) { starts, axis in starts.flatMap { start in map.tables[axis].map { start + $0 } } }
    }
    return (places(false), places(true), shape.dimensions.dropFirst(first).reduce(1, *), isRunReduced)
  }

  func layForward(_ plan: PlanBuilder) throws {
    let source = try plan.activation(input, .plain)
    let target = try plan.define(output, .plain)
    let (kept, reduced, run, isRunReduced) = loops()
    let factor = factor
    // Columns in pieces, so that all threads have work where few rows stay.
    let piece = 64
    let pieces = isRunReduced ? 1 : (run + piece - 1) / piece
    plan.emitLoop([source.location, target.location], count: kept.count * pieces) { addresses in
      let (from, to) = (addresses.floats(source.location), addresses.floats(target.location))
      return { share in
        for index in share {
          let (row, own) = index.quotientAndRemainder(dividingBy: pieces)
          if isRunReduced {
            var sum = 0.0
            for place in reduced { sum += Double((from + kept[row] + place).sum(count: run)) }
            to[row] = Float(sum) * factor
          } else {
            let range = (own * piece)..<min(run, (own + 1) * piece)
            let result = to + row * run + range.lowerBound
            result.update(repeating: 0, count: range.count)
            for place in reduced { result.add(from + kept[row] + place + range.lowerBound, count: range.count) }
            for column in 0..<range.count { result[column] *= factor }
          }
        }
      }
    }
  }

  func layBackward(_ plan: PlanBuilder) throws {
    guard plan.isDifferentiated(input), let sent = try plan.gradient(output, .plain) else { return }
    let kept = Shape(shape.dimensions.enumerated().map { axes.contains($0.offset) ? 1 : $0.element })
    guard let map = ElementMap(kept).expanded(to: shape) else { return }
    let scaled = plan.makePlacement(sent.layout)
    plan.emitScaled(sent, by: factor, to: scaled)
    try plan.contribute(elementsOf: scaled.location, map, to: input)
  }
}

extension UnsafeMutablePointer<Float> {
  fileprivate func sum(count: Int) -> Float {
    var sum = SIMD16<Float>(repeating: 0)
    let vectors = count / 16
    for index in 0..<vectors { sum += vector(index) }
    var total = sum.sum()
    for index in (vectors * 16)..<count { total += self[index] }
    return total
  }
}
