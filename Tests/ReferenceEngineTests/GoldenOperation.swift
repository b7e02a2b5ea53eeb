import GinghamNetworks
import Testing

extension GoldenCase {
  /// The operation that the case names.
  func makeOperation() throws -> Operation {
    let a = attributes
    switch operation {
    case "convolution": return .convolution(Convolution(try window(), groups: try given(a.groups)))
    case "transposedConvolution":
      return .transposedConvolution(
        TransposedConvolution(try window(), groups: try given(a.groups), outputPadding: a.outputPadding))
    case "maxPool": return .maxPool(MaxPool(try window()))
    case "averagePool": return .averagePool(AveragePool(try window(), countsPadding: try given(a.countsPadding)))
    case "pointwise": return .pointwise(try makePointwise())
    case "elementwise":
      return .elementwise(try given(Elementwise(rawValue: try given(a.function))))
    case "parametricReLU": return .parametricReLU
    case "select": return .select
    case "pixelNormalization":
      return .pixelNormalization(
        PixelNormalization(
          source: try given(a.source), scale: try given(a.scale), shift: try given(a.shift)))
    case "batchNormalization": return .batchNormalization(epsilon: try given(a.epsilon))
    case "instanceNormalization": return .instanceNormalization(epsilon: try given(a.epsilon))
    case "layerNormalization":
      return .layerNormalization(axis: try given(a.axis), epsilon: try given(a.epsilon))
    case "groupNormalization":
      return .groupNormalization(groups: try given(a.groups), epsilon: try given(a.epsilon))
    case "localResponseNormalization":
      return .localResponseNormalization(
        LocalResponseNormalization(
          size: try given(a.size), alpha: try given(a.alpha), beta: try given(a.beta),
          bias: try given(a.bias)))
    case "reduce":
      return .reduce(
        Reduction(
          try given(Reduction.Kind(rawValue: try given(a.kind))), axes: .listed(try given(a.axes)),
          keepsDimensions: try given(a.keeps)))
    case "softmax":
      return .softmax(
        Softmax(
          axis: try given(a.axis), isLogarithmic: try given(a.logarithmic),
          flattensBehindAxis: try given(a.flattens)))
    case "matrixMultiply": return .matrixMultiply
    case "generalMatrixMultiply":
      return .generalMatrixMultiply(
        GeneralMatrixMultiply(
          alpha: try given(a.alpha), beta: try given(a.beta), transposesA: try given(a.transposesA),
          transposesB: try given(a.transposesB)))
    default: return try makeMovement()
    }
  }

  private func makeMovement() throws -> Operation {
    let a = attributes
    switch operation {
    case "concatenate": return .concatenate(axis: try given(a.axis))
    case "split": return .split(Split(axis: try given(a.axis), sizes: a.sizes))
    case "slice":
      let axes = Swift.Array(try given(a.starts).indices)
      return .slice(Slice(starts: a.starts, ends: a.ends?.map { $0 == -1 ? .min + 1 : $0 }, axes: axes, steps: a.steps))
    case "pad":
      return .pad(
        Pad(
          mode: try given(Pad.Mode(rawValue: try given(a.mode))), before: a.before, after: a.after,
          value: a.value ?? 0))
    case "transpose": return .transpose(permutation: a.permutation)
    case "gather": return .gather(axis: try given(a.axis))
    case "expand": return .expand(shape: a.shape)
    case "tile": return .tile(repeats: a.repeats)
    case "reshape": return .reshape(Reshape(shape: a.shape))
    case "depthToSpace":
      return .depthToSpace(
        blockSize: try given(a.block), order: try given(DepthOrder(rawValue: try given(a.order))))
    case "spaceToDepth": return .spaceToDepth(blockSize: try given(a.block))
    case "identity": return .identity
    case "resize":
      return .resize(
        Resize(
          mode: try given(Resize.Mode(rawValue: try given(a.mode))),
          coordinates: try given(Resize.Coordinates(rawValue: try given(a.coordinates))),
          rounding: try given(Resize.Rounding(rawValue: try given(a.rounding))),
          cubicCoefficient: try given(a.cubic), excludesOutside: try given(a.excludes),
          antialiases: try given(a.antialiases), sizes: a.sizes))
    default:
      Issue.record("no operation is called \(operation)")
      return .identity
    }
  }

  private func window() throws -> Window {
    let a = attributes
    return Window(
      kernel: try given(a.kernel), strides: a.strides, dilations: a.dilations,
      padding: .explicit(before: try given(a.before), after: try given(a.after)), ceilMode: a.ceil ?? false)
  }

  private func makePointwise() throws -> Pointwise {
    let a = attributes
    switch try given(a.function) {
    case "leakyReLU": return .leakyReLU(slope: try given(a.slope))
    case "clip":
      let maximum = try given(a.maximum)
      return .clip(minimum: try given(a.minimum), maximum: maximum > 1e38 ? .infinity : maximum)
    case "hardSigmoid": return .hardSigmoid(alpha: try given(a.alpha), beta: try given(a.beta))
    case "gelu": return .gelu(approximate: try given(a.approximate))
    case "elu": return .elu(alpha: try given(a.alpha))
    case "selu": return .selu(alpha: try given(a.alpha), gamma: try given(a.gamma))
    case "celu": return .celu(alpha: try given(a.alpha))
    case "thresholdedReLU": return .thresholdedReLU(alpha: try given(a.alpha))
    case "shrink": return .shrink(lambda: try given(a.threshold), bias: try given(a.bias))
    case let name:
      let plain: [Pointwise] = [
        .relu, .sigmoid, .tanh, .hardSwish, .erf, .softplus, .softsign, .mish, .silu, .exp, .log, .sqrt, .reciprocal,
        .absolute, .negate, .sign, .ceil, .floor, .round, .sin, .cos, .tan, .asin, .acos, .atan, .sinh, .cosh, .asinh,
        .acosh, .atanh,
      ]
      return try given(plain.first { String(describing: $0) == name })
    }
  }
}

/// An attribute that the operation cannot do without.
private struct MissingAttribute: Error {}

private func given<Value>(_ value: Value?) throws -> Value {
  guard let value else { throw MissingAttribute() }
  return value
}
