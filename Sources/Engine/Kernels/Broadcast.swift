import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// Sums, differences, products and quotients of two tensors that are broadcast against each other.
final class BroadcastOperator: Operator {
  private let function: BroadcastLoop.Function
  private let operands: [ValueID]
  private let output: ValueID
  private let shape: Shape

  var kernel: String { "broadcast loop" }

  init?(_ node: Node, _ plan: PlanBuilder) throws {
    guard case .elementwise(let elementwise) = node.operation, let function = BroadcastLoop.Function(elementwise)
    else { return nil }
    operands = node.inputs.compactMap { $0 }
    output = node.outputs[0]
    shape = try plan.shape(output)
    guard operands.count == 2, shape.elementCount > 0,
      operands.contains(where: { plan.network.constants[$0] == nil })
    else { return nil }
    self.function = function
  }

  private func placed(_ value: ValueID, _ plan: PlanBuilder) throws -> BroadcastLoop.Operand {
    guard let map = ElementMap(try plan.shape(value)).expanded(to: shape) else {
      throw EngineError.library("'\(plan.network.name(of: value))' does not broadcast to \(shape)")
    }
    return BroadcastLoop.Operand(location: try plan.activation(value, .plain).location, map: map)
  }

  func layForward(_ plan: PlanBuilder) throws {
    let (a, b) = (try placed(operands[0], plan), try placed(operands[1], plan))
    BroadcastLoop(a, b, shape).emit(function, to: try plan.define(output, .plain).location, plan)
  }

  func layBackward(_ plan: PlanBuilder) throws {
    guard let sent = try plan.gradient(output, .plain) else { return }
    plan.hold(sent)
    defer { plan.drop(sent) }
    for index in operands.indices where plan.isDifferentiated(operands[index]) {
      let slope = try slopeTimes(sent, operand: index, plan)
      let operand = operands[index]
      let own = try plan.shape(operand)
      if own.elementCount == shape.elementCount {
        try plan.passOn(Placement(location: slope.location, layout: try plan.layout(operand, .plain)), to: operand)
      } else if let map = ElementMap(own).expanded(to: shape) {
        let sum = plan.makePlacement(try plan.layout(operand, .plain))
        plan.emitFill(sum.location, count: own.elementCount)
        plan.emitMove(
          from: slope.location, ElementMap(shape), to: sum.location, map, adds: true, isInjective: false)
        try plan.passOn(sum, to: operand)
      }
    }
  }

  /// What is sent back times the derivative by one operand, in the result's shape.
  private func slopeTimes(_ sent: Placement, operand: Int, _ plan: PlanBuilder) throws -> Placement {
    let gradient = BroadcastLoop.Operand(location: sent.location, map: ElementMap(shape))
    func make(
      _ function: BroadcastLoop.Function, _ a: BroadcastLoop.Operand, _ b: BroadcastLoop.Operand
    ) -> Placement {
      let target = plan.makePlacement(sent.layout)
      BroadcastLoop(a, b, shape).emit(function, to: target.location, plan)
      return target
    }
    switch (function, operand) {
    case (.add, _), (.subtract, 0): return sent
    case (.subtract, _):
      let target = plan.makePlacement(sent.layout)
      plan.emitScaled(sent, by: -1, to: target)
      return target
    case (.multiply, _): return make(.multiply, gradient, try placed(operands[1 - operand], plan))
    case (.divide, 0): return make(.divide, gradient, try placed(operands[1], plan))
    case (.divide, _):
      // d(a/b)/db = −(a/b)/b.
      let result = BroadcastLoop.Operand(
        location: try plan.activation(output, .plain).location, map: ElementMap(shape))
      let product = make(.multiply, gradient, result)
      plan.emitScaled(product, by: -1, to: product)
      return make(
        .divide, BroadcastLoop.Operand(location: product.location, map: gradient.map), try placed(operands[1], plan))
    }
  }
}

/// A function of two operands over rows along which each either advances or stands still.
struct BroadcastLoop {
  enum Function {
    case add, subtract, multiply, divide

    init?(_ function: Elementwise) {
      switch function {
      case .add: self = .add
      case .subtract: self = .subtract
      case .multiply: self = .multiply
      case .divide: self = .divide
      default: return nil
      }
    }
  }

  struct Operand {
    var location: Location
    /// In the result's shape.
    var map: ElementMap
  }

  private let a: Operand
  private let b: Operand
  private let starts: [(a: Int, b: Int)]
  private let length: Int
  private let steps: (a: Int, b: Int)

  init(_ a: Operand, _ b: Operand, _ shape: Shape) {
    (self.a, self.b) = (a, b)
    var axes: [(count: Int, a: Int, b: Int)] = []
    for axis in 0..<shape.rank where shape[axis] > 1 {
      let own = (count: shape[axis], a: a.map.step(axis) ?? 0, b: b.map.step(axis) ?? 0)
      if let last = axes.last, last.a == own.a * own.count, last.b == own.b * own.count {
        axes[axes.count - 1] = (last.count * own.count, own.a, own.b)
      } else {
        axes.append(own)
      }
    }
    let inner = axes.popLast() ?? (1, 1, 1)
    length = inner.count
    steps = (inner.a, inner.b)
    var starts = [(a: a.map.offset, b: b.map.offset)]
    for axis in axes {
      starts = starts.flatMap { start in
        (0..<axis.count).map { (a: start.a + $0 * axis.a, b: start.b + $0 * axis.b) }
      }
    }
    self.starts = starts
  }

  func emit(_ function: Function, to target: Location, _ plan: PlanBuilder) {
    let pieces = max(1, min(length / 1024, plan.library.threads * 4 / starts.count))
    let (starts, length, steps) = (starts, length, steps)
    plan.emitLoop([a.location, b.location, target], count: starts.count * pieces) { addresses in
      let (first, second) = (addresses.floats(a.location), addresses.floats(b.location))
      let result = addresses.floats(target)
      return { share in
        for index in share {
          let (row, piece) = index.quotientAndRemainder(dividingBy: pieces)
          let range = (length * piece / pieces)..<(length * (piece + 1) / pieces)
          let x = first + starts[row].a + range.lowerBound * steps.a
          let y = second + starts[row].b + range.lowerBound * steps.b
          let z = result + row * length + range.lowerBound
          switch function {
          case .add:
            Self.run(range.count, x, steps.a, y, steps.b, z) {
              $0 + $1
            } scalar: {
              $0 + $1
            }
          case .subtract:
            Self.run(range.count, x, steps.a, y, steps.b, z) {
              $0 - $1
            } scalar: {
              $0 - $1
            }
          case .multiply:
            Self.run(range.count, x, steps.a, y, steps.b, z) {
              $0 * $1
            } scalar: {
              $0 * $1
            }
          case .divide:
            Self.run(range.count, x, steps.a, y, steps.b, z) {
              $0 / $1
            } scalar: {
              $0 / $1
            }
          }
        }
      }
    }
  }

  @inline(__always)
  private static func run(
    _ count: Int, _ x: UnsafeMutablePointer<Float>, _ xStep: Int, _ y: UnsafeMutablePointer<Float>, _ yStep: Int,
    _ z: UnsafeMutablePointer<Float>, _ vector: (SIMD16<Float>, SIMD16<Float>) -> SIMD16<Float>,
    scalar: (Float, Float) -> Float
  ) {
    let vectors = count / 16
    if xStep == 1, yStep == 1 {
      for index in 0..<vectors { z.vector(index, vector(x.vector(index), y.vector(index))) }
    } else if xStep == 1 {
      let second = SIMD16<Float>(repeating: y[0])
      for index in 0..<vectors { z.vector(index, vector(x.vector(index), second)) }
    } else if yStep == 1 {
      let first = SIMD16<Float>(repeating: x[0])
      for index in 0..<vectors { z.vector(index, vector(first, y.vector(index))) }
    } else {
      let value = scalar(x[0], y[0])
      z.update(repeating: value, count: vectors * 16)
    }
    for index in (vectors * 16)..<count { z[index] = scalar(x[index * xStep], y[index * yStep]) }
  }
}

extension PlanBuilder {
  /// target = factor · source. The target may be the source.
  func emitScaled(_ source: Placement, by factor: Float, to target: Placement) {
    let (vectors, tail) = target.layout.elementCount.quotientAndRemainder(dividingBy: 16)
    emitLoop([source.location, target.location], count: vectors + 1) { addresses in
      let (from, to) = (addresses.floats(source.location), addresses.floats(target.location))
      return { share in
        for index in share where index < vectors { to.vector(index, from.vector(index) * factor) }
        if share.upperBound > vectors {
          for index in (vectors * 16)..<(vectors * 16 + tail) { to[index] = from[index] * factor }
        }
      }
    }
  }
}
