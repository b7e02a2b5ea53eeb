import GinghamTensors

/// How a parameter gets its first value.
public enum ParameterInitialization: Hashable, Sendable {
  case constant(Float)
  case normal(mean: Float, deviation: Float)
  /// N(0, 2/n), n = output channels · taps / groups: the number of outputs that an input element reaches at stride 1
  /// (He et al. 2015, "fan out", gain of a ReLU). It keeps the variance of gradients.
  ///
  /// PyTorch's `kaiming_normal_` does not divide by the groups. In front of batch statistics that makes no difference;
  /// with identity statistics, as random networks have them here, it would let depthwise networks fade to nothing.
  case heNormalFanOut

  /// A tensor of the given shape, whose random elements are made when they are read. The same seed, name and shape give the same bytes on every machine.
  public func tensor(shape: Shape, groups: Int = 1, name: String, seed: UInt64) -> Tensor {
    switch self {
    case .constant(let value):
      return Tensor(shape, repeating: value)
    case .normal(let mean, let deviation):
      return .renewable(shape) {
        NormalSequence(seed: seed, name: name).fill($0, mean: mean, deviation: deviation)
      }
    case .heNormalFanOut:
      let fanOut = Float(shape.dimensions.dropFirst(2).reduce(shape.dimensions.first ?? 1, *)) / Float(groups)
      return .renewable(shape) {
        NormalSequence(seed: seed, name: name).fill($0, mean: 0, deviation: (2 / fanOut).squareRoot())
      }
    }
  }
}
