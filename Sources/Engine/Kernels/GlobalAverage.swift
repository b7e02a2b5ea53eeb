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
    let source = try plan.activation(input, .blocked)
    let target = try plan.define(output, .plain)
    let (channels, block) = (shape[1], source.layout.block)
    let positions = shape.spatial.reduce(1, *)
    let planes = source.layout.paddedChannels / block
    let scale = 1 / Float(positions)
    plan.emitLoop([source.location, target.location], count: shape[0] * planes) { addresses in
      let (from, to) = (addresses.floats(source.location), addresses.floats(target.location))
      return { share in
        for index in share {
          let (picture, plane) = index.quotientAndRemainder(dividingBy: planes)
          let lanes = min(block, channels - plane * block)
          let base = from + index * positions * block
          let means = to + picture * channels + plane * block
          if block == 16 {
            var sum = SIMD16<Float>(repeating: 0)
            for position in 0..<positions { sum += base.vector(position) }
            sum *= scale
            for lane in 0..<lanes { means[lane] = sum[lane] }
          } else {
            for lane in 0..<lanes {
              var sum: Float = 0
              for position in 0..<positions { sum += base[position * block + lane] }
              means[lane] = sum * scale
            }
          }
        }
      }
    }
  }

  func layBackward(_ plan: PlanBuilder) throws {
    guard let sent = try plan.gradient(output, .plain) else { return }
    try plan.contribute(to: input, .blocked, able: .accumulate) { target in
      let (channels, block) = (shape[1], target.placement.layout.block)
      let positions = shape.spatial.reduce(1, *)
      let planes = target.placement.layout.paddedChannels / block
      let scale = 1 / Float(positions)
      let accumulates = target.accumulates
      let location = target.placement.location
      plan.emitLoop([sent.location, location], count: shape[0] * planes) { addresses in
        let (from, to) = (addresses.floats(sent.location), addresses.floats(location))
        return { share in
          for index in share {
            let (picture, plane) = index.quotientAndRemainder(dividingBy: planes)
            let lanes = min(block, channels - plane * block)
            let means = from + picture * channels + plane * block
            let base = to + index * positions * block
            for position in 0..<positions {
              let target = base + position * block
              for lane in 0..<block {
                let value = lane < lanes ? means[lane] * scale : 0
                target[lane] = accumulates ? target[lane] + value : value
              }
            }
          }
        }
      }
    }
  }
}
