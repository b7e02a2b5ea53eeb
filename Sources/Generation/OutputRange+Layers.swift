import GinghamNetworks
import GinghamTensors

extension OutputRange {
  /// The range that the last layers of a network force on a value; `nil` where they bound it on one side at most.
  ///
  /// A bounded function such as tanh is looked for on the way back from the value, through layers that move, scale or
  /// shift elements.
  public init?(of value: ValueID, in network: Network) {
    guard let bounds = Self.bounds(of: value, in: network) else { return nil }
    let slack: Float = 1e-5
    switch (bounds.lower, bounds.upper) {
    case (-slack...1, 0...(1 + slack)): self = .unit
    case ((-1 - slack)...0, 0...(1 + slack)): self = .symmetric
    case (-slack...128, 128...(255 + 255 * slack)): self = .levels
    default: self.init(bounds.lower, bounds.upper)
    }
  }

  private typealias Bounds = (lower: Float, upper: Float)

  private static func bounds(of value: ValueID, in network: Network) -> Bounds? {
    guard let node = network.nodes.last(where: { $0.outputs.contains(value) }),
      let input = node.inputs.first ?? nil
    else { return nil }
    switch node.operation {
    case .pointwise(let function): return bounds(of: function)
    case .softmax: return (0, 1)
    case .pixelNormalization(let normalization):
      guard let before = bounds(of: input, in: network) else { return nil }
      let ends = zip(normalization.scale, normalization.shift).flatMap {
        [$0 * before.lower + $1, $0 * before.upper + $1]
      }
      return ends.min().flatMap { low in ends.max().map { (low, $0) } }
    case .elementwise(let function):
      return bounds(of: function, inputs: node.inputs.compactMap { $0 }, in: network)
    case .identity, .dropout, .cast, .reshape, .transpose, .flatten, .squeeze, .unsqueeze, .slice, .depthToSpace,
      .spaceToDepth, .split, .gather, .align, .gatherElements, .gatherSlices, .topK:
      return bounds(of: input, in: network)
    case .convolution, .transposedConvolution, .maxPool, .averagePool, .parametricReLU, .select, .batchNormalization,
      .instanceNormalization, .layerNormalization, .groupNormalization, .localResponseNormalization, .reduce,
      .matrixMultiply, .generalMatrixMultiply, .concatenate, .pad, .expand, .tile, .resize, .shapeOf, .sizeOf,
      .constantOfShape, .range, .scatterElements, .scatterSlices, .gridSample, .regionAlign, .cumulativeSum,
      .extremePlace, .quantize, .dynamicQuantize, .determinant, .nonZero, .unique, .random, .branch, .loop, .missing:
      return nil
    }
  }

  private static func bounds(of function: Pointwise) -> Bounds? {
    switch function {
    case .tanh, .softsign, .erf, .sin, .cos: (-1, 1)
    case .sigmoid, .hardSigmoid, .isNaN, .isInfinite: (0, 1)
    case .clip(let minimum, let maximum): minimum.isFinite && maximum.isFinite ? (minimum, maximum) : nil
    case .relu, .leakyReLU, .hardSwish, .gelu, .elu, .selu, .celu, .softplus, .mish, .silu, .thresholdedReLU, .shrink,
      .exp, .log, .sqrt, .reciprocal, .absolute, .negate, .sign, .ceil, .floor, .round, .tan, .asin, .acos, .atan,
      .sinh,
      .cosh, .asinh, .acosh, .atanh, .not, .root:
      nil
    }
  }

  /// A bounded value with a number added, taken away, multiplied or divided by.
  private static func bounds(of function: Elementwise, inputs: [ValueID], in network: Network) -> Bounds? {
    guard inputs.count == 2 else { return nil }
    let numbers = inputs.map { number($0, in: network) }
    let ends: [Float]
    switch (function, numbers[0], numbers[1]) {
    case (.add, nil, let number?), (.add, let number?, nil):
      guard let before = bounds(of: inputs[numbers[0] == nil ? 0 : 1], in: network) else { return nil }
      ends = [before.lower + number, before.upper + number]
    case (.multiply, nil, let number?), (.multiply, let number?, nil):
      guard let before = bounds(of: inputs[numbers[0] == nil ? 0 : 1], in: network) else { return nil }
      ends = [before.lower * number, before.upper * number]
    case (.subtract, nil, let number?):
      guard let before = bounds(of: inputs[0], in: network) else { return nil }
      ends = [before.lower - number, before.upper - number]
    case (.divide, nil, let number?) where number != 0:
      guard let before = bounds(of: inputs[0], in: network) else { return nil }
      ends = [before.lower / number, before.upper / number]
    default: return nil
    }
    return (min(ends[0], ends[1]), max(ends[0], ends[1]))
  }

  private static func number(_ value: ValueID, in network: Network) -> Float? {
    guard let tensor = network.constants[value]?.tensor, tensor.count == 1 else { return nil }
    return tensor.scalars[0]
  }
}
