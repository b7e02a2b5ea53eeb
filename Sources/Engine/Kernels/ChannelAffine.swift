import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// A scale and a shift a channel, with an activation behind it, in one pass: batch normalization that stands in front
/// of a convolution (DenseNet), or a product or sum with a constant for each channel.
final class ChannelAffineOperator: Operator {
  private let unit: Unit
  private let input: ValueID
  private let activation: ActivationFunction?
  private let scale: MemoryBlock
  private let shift: MemoryBlock
  private let shape: Shape

  var kernel: String { "channel affine" }

  /// `nil` where the node is something else, its parameters are not constant, or its activation is no rectifier.
  init?(_ unit: Unit, _ plan: PlanBuilder) throws {
    guard let input = unit.lead.inputs.compactMap({ $0 }).first(where: { plan.network.constants[$0] == nil }),
      plan.library.channelBlock == 16
    else { return nil }
    shape = try plan.shape(input)
    guard Layout.canBlock(shape), let affine = try Self.affine(unit.lead, of: input, shape, plan) else { return nil }
    activation = unit.activation.flatMap(ActivationFunction.init)
    if let activation {
      guard case .window = activation.derivative, activation.keepsZero else { return nil }
    }
    self.unit = unit
    self.input = input
    let padded = try plan.layout(input, .blocked).paddedChannels
    (scale, shift) = (MemoryBlock(byteCount: padded * 4), MemoryBlock(byteCount: padded * 4))
    let scales = scale.base.bindMemory(to: Float.self, capacity: padded)
    let shifts = shift.base.bindMemory(to: Float.self, capacity: padded)
    for channel in 0..<padded {
      let isReal = channel < shape[1]
      (scales[channel], shifts[channel]) = isReal ? (affine.scale[channel], affine.shift[channel]) : (0, 0)
    }
  }

  private static func affine(
    _ node: Node, of input: ValueID, _ shape: Shape, _ plan: PlanBuilder
  ) throws -> (scale: [Float], shift: [Float])? {
    switch node.operation {
    case .batchNormalization(let epsilon):
      return ChannelAffine(batchNormalization: node, epsilon: epsilon, constants: plan.network.constants)
        .map { ($0.scale, $0.shift) }
    case .elementwise(let function):
      // A row-major value has kernels of its own.
      guard plan.existingForm(input) == .blocked, node.inputs.count == 2, try plan.shape(node.outputs[0]) == shape,
        let other = node.inputs.compactMap({ $0 }).first(where: { $0 != input }),
        let constant = plan.network.constants[other]?.tensor, constant.shape.isVector(ofChannelsOf: shape)
      else { return nil }
      let vector = constant.scalars
      let factors = vector.count == 1 ? Array(repeating: vector[0], count: shape[1]) : vector
      let (ones, zeros) = ([Float](repeating: 1, count: shape[1]), [Float](repeating: 0, count: shape[1]))
      let isFirst = node.inputs[0] == input
      switch function {
      case .add: return (ones, factors)
      case .subtract:
        return isFirst
          ? (ones, factors.map { -$0 })
          : (ones.map { -$0 }, factors)
      case .multiply: return (factors, zeros)
      case .divide: return isFirst ? (factors.map { 1 / $0 }, zeros) : nil
      default: return nil
      }
    default: return nil
    }
  }

  func layForward(_ plan: PlanBuilder) throws {
    let source = try plan.activation(input, .blocked)
    let target = try plan.define(unit.output, .blocked)
    let positions = shape.spatial.reduce(1, *)
    let planes = source.layout.paddedChannels / 16
    let (scaleLocation, shiftLocation) = (plan.keep(scale), plan.keep(shift))
    var (low, high) = (-Float.infinity, Float.infinity)
    if let activation { (low, high) = activation.bounds }
    let isBounded = activation != nil
    plan.emitLoop([source.location, target.location], count: shape[0] * planes) { [low, high] addresses in
      let (from, to) = (addresses.floats(source.location), addresses.floats(target.location))
      let (scales, shifts) = (addresses.floats(scaleLocation), addresses.floats(shiftLocation))
      let (low, high) = (SIMD16<Float>(repeating: low), SIMD16<Float>(repeating: high))
      return { share in
        for index in share {
          let (scale, shift) = (scales.vector(index % planes), shifts.vector(index % planes))
          let (input, output) = (from + index * positions * 16, to + index * positions * 16)
          for position in 0..<positions {
            var value = input.vector(position) * scale + shift
            if isBounded {
              value = value.replacing(with: low, where: value .< low)
              value = value.replacing(with: high, where: value .> high)
            }
            output.vector(position, value)
          }
        }
      }
    }
    if let activation { plan.emitMask(unit.output, activation, at: target) }
  }

  func layBackward(_ plan: PlanBuilder) throws {
    let sent =
      if let activation {
        try plan.gradient(before: activation, unit.output)
      } else {
        try plan.gradient(unit.output, .blocked)
      }
    guard let sent else { return }
    let positions = shape.spatial.reduce(1, *)
    let planes = sent.layout.paddedChannels / 16
    let scaleLocation = plan.keep(scale)
    try plan.contribute(to: input, .blocked, able: .accumulate) { target in
      let (location, accumulates) = (target.placement.location, target.accumulates)
      plan.emitLoop([sent.location, location], count: shape[0] * planes) { addresses in
        let (from, to) = (addresses.floats(sent.location), addresses.floats(location))
        let scales = addresses.floats(scaleLocation)
        return { share in
          for index in share {
            let scale = scales.vector(index % planes)
            let (gradient, sum) = (from + index * positions * 16, to + index * positions * 16)
            for position in 0..<positions {
              let value = gradient.vector(position) * scale
              sum.vector(position, accumulates ? sum.vector(position) + value : value)
            }
          }
        }
      }
    }
  }
}

extension Shape {
  /// Whether a tensor of this shape, broadcast to another, differs along the channels only.
  fileprivate func isVector(ofChannelsOf other: Shape) -> Bool {
    if elementCount == 1 { return rank <= other.rank }
    let channel = rank - other.rank + 1
    return rank <= other.rank && channel >= 0 && elementCount == other[1] && self[channel] == other[1]
  }
}
