import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// Batch normalization that stands in front of a convolution (DenseNet): a scale and a shift a channel, with an
/// activation behind it, in one pass.
final class ChannelAffineOperator: Operator {
  private let unit: Unit
  private let input: ValueID
  private let activation: ActivationFunction?
  private let scale: MemoryBlock
  private let shift: MemoryBlock
  private let shape: Shape

  /// `nil` where the node is no batch normalization with constant parameters, or its activation no rectifier.
  init?(_ unit: Unit, _ plan: PlanBuilder) throws {
    guard case .batchNormalization(let epsilon) = unit.lead.operation, let input = unit.lead.inputs[0],
      plan.network.constants[input] == nil, plan.library.channelBlock == 16
    else { return nil }
    shape = try plan.shape(input)
    guard Layout.canBlock(shape),
      let affine = ChannelAffine(
        batchNormalization: unit.lead, epsilon: epsilon, constants: plan.network.constants)
    else { return nil }
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
