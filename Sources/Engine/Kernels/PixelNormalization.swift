import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// Mean and deviation in front of the first layer: channel c is scale[c] · x[source[c]] + shift[c].
final class PixelNormalizationOperator: Operator {
  private let input: ValueID
  private let output: ValueID
  private let normalization: PixelNormalization
  private let shape: Shape

  var kernel: String { "pixel normalization" }

  init?(_ node: Node, _ plan: PlanBuilder) throws {
    guard case .pixelNormalization(let normalization) = node.operation, let input = node.inputs[0],
      plan.network.constants[input] == nil
    else { return nil }
    shape = try plan.shape(input)
    guard shape.rank >= 2, normalization.source.allSatisfy((0..<shape[1]).contains) else { return nil }
    self.normalization = normalization
    self.input = input
    output = node.outputs[0]
  }

  private var positions: Int { shape.dimensions.dropFirst(2).reduce(1, *) }

  func layForward(_ plan: PlanBuilder) throws {
    let source = try plan.activation(input, .plain)
    let target = try plan.define(output, .plain)
    let (normalization, positions) = (normalization, positions)
    let (inputs, outputs) = (shape[1], normalization.source.count)
    plan.emitLoop([source.location, target.location], count: shape[0] * outputs) { addresses in
      let (from, to) = (addresses.floats(source.location), addresses.floats(target.location))
      return { share in
        for plane in share {
          let (picture, channel) = plane.quotientAndRemainder(dividingBy: outputs)
          let pixels = from + (picture * inputs + normalization.source[channel]) * positions
          let (scale, shift) = (normalization.scale[channel], normalization.shift[channel])
          let result = to + plane * positions
          for position in 0..<positions { result[position] = pixels[position] * scale + shift }
        }
      }
    }
  }

  func layBackward(_ plan: PlanBuilder) throws {
    guard let sent = try plan.gradient(output, .plain) else { return }
    let (normalization, positions) = (normalization, positions)
    let (inputs, outputs) = (shape[1], normalization.source.count)
    try plan.contribute(to: input, .plain) { target in
      let location = target.placement.location
      plan.emitLoop([sent.location, location], count: shape[0] * inputs) { addresses in
        let (from, to) = (addresses.floats(sent.location), addresses.floats(location))
        return { share in
          for plane in share {
            let (picture, channel) = plane.quotientAndRemainder(dividingBy: inputs)
            let result = to + plane * positions
            result.update(repeating: 0, count: positions)
            for output in 0..<outputs where normalization.source[output] == channel {
              let gradient = from + (picture * outputs + output) * positions
              let scale = normalization.scale[output]
              for position in 0..<positions { result[position] += gradient[position] * scale }
            }
          }
        }
      }
    }
  }
}
