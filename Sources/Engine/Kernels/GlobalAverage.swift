import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// The mean over all positions of each channel.
final class GlobalAverageOperator: Operator {
  private let input: ValueID
  private let output: ValueID
  private let shape: Shape

  var kernel: String { "global average" }

  /// `nil` where the node is no mean over exactly the spatial axes.
  init?(_ node: Node, _ plan: PlanBuilder) throws {
    guard let input = node.inputs.first ?? nil, plan.network.constants[input] == nil else { return nil }
    let shape = try plan.shape(input)
    guard Layout.canBlock(shape), shape.elementCount > 0 else { return nil }
    switch node.operation {
    case .reduce(let reduction) where reduction.kind == .mean:
      switch reduction.axes {
      case .spatial: break
      case .listed(let axes):
        let resolved = Set(axes.map { $0 < 0 ? $0 + shape.rank : $0 })
        guard resolved == Set(2..<shape.rank) else { return nil }
      default: return nil
      }
    case .averagePool(let pool):
      let axes = try pool.window.axes(input: shape.spatial)
      guard axes.allSatisfy({ $0.output == 1 && $0.kernel == $0.input && $0.padBefore == 0 && $0.padAfter == 0 })
      else { return nil }
    default: return nil
    }
    self.input = input
    self.shape = shape
    output = node.outputs[0]
  }

  func layForward(_ plan: PlanBuilder) throws {
    let form: Form = plan.existingForm(input) == .channelsLast ? .channelsLast : .blocked
    let source = try plan.activation(input, form)
    let target = try plan.define(output, .plain)
    let (channels, lanes, planes) = (shape[1], source.layout.lanes, source.layout.planes)
    let pieces = Self.pieces(lanes)
    let positions = shape.spatial.reduce(1, *)
    let scale = 1 / Float(positions)
    plan.emitLoop([source.location, target.location], count: shape[0] * planes * pieces) { addresses in
      let (from, to) = (addresses.floats(source.location), addresses.floats(target.location))
      return { share in
        for index in share {
          let (map, piece) = index.quotientAndRemainder(dividingBy: pieces)
          let (picture, plane) = map.quotientAndRemainder(dividingBy: planes)
          let first = piece * 16
          let count = min(16, lanes - first, channels - plane * lanes - first)
          let base = from + map * positions * lanes + first
          let means = to + picture * channels + plane * lanes + first
          if min(16, lanes - first) == 16 {
            var sum = SIMD16<Float>(repeating: 0)
            for position in 0..<positions { sum += (base + position * lanes).vector(0) }
            sum *= scale
            for lane in 0..<count { means[lane] = sum[lane] }
          } else {
            for lane in 0..<count {
              var sum: Float = 0
              for position in 0..<positions { sum += base[position * lanes + lane] }
              means[lane] = sum * scale
            }
          }
        }
      }
    }
  }

  /// Parts of sixteen channels at most into which a plane's lanes are shared out.
  private static func pieces(_ lanes: Int) -> Int { (lanes + 15) / 16 }

  func layBackward(_ plan: PlanBuilder) throws {
    guard let sent = try plan.gradient(output, .plain) else { return }
    let form: Form = plan.existingForm(input) == .channelsLast ? .channelsLast : .blocked
    try plan.contribute(to: input, form, able: .accumulate) { target in
      let layout = target.placement.layout
      let (channels, lanes, planes) = (shape[1], layout.lanes, layout.planes)
      let pieces = Self.pieces(lanes)
      let positions = shape.spatial.reduce(1, *)
      let scale = 1 / Float(positions)
      let accumulates = target.accumulates
      let location = target.placement.location
      plan.emitLoop([sent.location, location], count: shape[0] * planes * pieces) { addresses in
        let (from, to) = (addresses.floats(sent.location), addresses.floats(location))
        return { share in
          for index in share {
            let (map, piece) = index.quotientAndRemainder(dividingBy: pieces)
            let (picture, plane) = map.quotientAndRemainder(dividingBy: planes)
            let first = piece * 16
            let real = channels - plane * lanes - first
            let means = from + picture * channels + plane * lanes + first
            let base = to + map * positions * lanes + first
            for position in 0..<positions {
              let target = base + position * lanes
              for lane in 0..<min(16, lanes - first) {
                let value = lane < real ? means[lane] * scale : 0
                target[lane] = accumulates ? target[lane] + value : value
              }
            }
          }
        }
      }
    }
  }
}
