import CVectors
import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// Layer normalization (Ba, Kiros & Hinton 2016): each row has mean zero and deviation one before gain and offset.
final class RowNormalizationOperator: Operator {
  private let input: ValueID
  private let output: ValueID
  private let gain: ValueID
  private let offset: ValueID?
  private let epsilon: Float
  private let rows: Int
  private let length: Int
  /// Mean and inverse deviation of each row.
  private var statistics: Location?

  var kernel: String { "row normalization" }

  /// `nil` where gain or offset are not constant vectors of a row's length, or statistics are outputs too.
  init?(_ node: Node, _ plan: PlanBuilder) throws {
    guard case .layerNormalization(let axis, let epsilon) = node.operation, node.outputs.count == 1,
      let input = node.inputs[0], plan.network.constants[input] == nil, let gain = node.inputs[1]
    else { return nil }
    let shape = try plan.shape(input)
    let first = axis < 0 ? axis + shape.rank : axis
    guard (0..<shape.rank).contains(first), shape.elementCount > 0 else { return nil }
    length = shape.dimensions.dropFirst(first).reduce(1, *)
    rows = shape.elementCount / length
    offset = node.inputs.count > 2 ? node.inputs[2] : nil
    for case let parameter? in [gain, offset] {
      guard plan.network.constants[parameter]?.tensor?.count == length else { return nil }
    }
    (self.input, self.gain, self.epsilon) = (input, gain, epsilon)
    output = node.outputs[0]
  }

  func layForward(_ plan: PlanBuilder) throws {
    let source = try plan.activation(input, .plain)
    let (gain, offset) = (try plan.constant(gain), try offset.map(plan.constant))
    let target = try plan.define(output, .plain)
    let statistics = plan.makeBuffer(byteCount: rows * 2 * MemoryLayout<Float>.stride)
    self.statistics = statistics
    let (length, epsilon) = (length, epsilon)
    plan.emitLoop([source.location, target.location, statistics], count: rows) { addresses in
      let (from, to) = (addresses.floats(source.location), addresses.floats(target.location))
      let (gains, offsets) = (addresses.floats(gain), offset.map { addresses.floats($0) })
      let results = addresses.floats(statistics)
      return { share in
        for row in share {
          gingham_normalize(
            from + row * length, gains, offsets, epsilon, to + row * length, results + row * 2, length)
        }
      }
    }
  }

  func layBackward(_ plan: PlanBuilder) throws {
    guard let statistics, plan.isDifferentiated(input), let sent = try plan.gradient(output, .plain) else { return }
    plan.hold(sent)
    defer { plan.drop(sent) }
    let source = try plan.activation(input, .plain)
    let gain = try plan.constant(gain)
    let length = length
    try plan.contribute(to: input, .plain, able: .accumulate) { target in
      let (location, adds) = (target.placement.location, target.accumulates)
      plan.emitLoop([source.location, sent.location, location, statistics], count: rows) { addresses in
        let (from, gradient) = (addresses.floats(source.location), addresses.floats(sent.location))
        let (to, gains) = (addresses.floats(location), addresses.floats(gain))
        let results = addresses.floats(statistics)
        return { share in
          for row in share {
            gingham_normalize_back(
              from + row * length, gains, results + row * 2, gradient + row * length, to + row * length, adds, length)
          }
        }
      }
    }
  }
}
