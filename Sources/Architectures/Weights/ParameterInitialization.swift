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
  /// N(0, gain/n), n = inputs · taps of one output. A gain of 1 is LeCun's; ⅓ has the variance of what PyTorch gives its
  /// layers where their authors say nothing, U(−1/√n, 1/√n): what the layers behind see depends on no more than that.
  case normalFanIn(gain: Float)
  /// N(0, 2/(inputs + outputs)) of a dense layer (Glorot & Bengio 2010). It stands for their uniform numbers of the same
  /// variance.
  case glorot

  /// A dense layer or a convolution whose authors left it to PyTorch.
  static let standard = normalFanIn(gain: 1.0 / 3)

  /// A tensor of the given shape, whose random elements are made when they are read. The same seed, name and shape give
  /// the same bytes on every machine.
  public func tensor(shape: Shape, groups: Int = 1, name: String, seed: UInt64) -> Tensor {
    let taps = shape.dimensions.dropFirst(2).reduce(1, *)
    let outputs = Float((shape.dimensions.first ?? 1) * taps) / Float(groups)
    let inputs = Float(shape.dimensions.dropFirst().reduce(1, *))
    func normal(_ mean: Float, _ deviation: Float) -> Tensor {
      .renewable(shape) { NormalSequence(seed: seed, name: name).fill($0, mean: mean, deviation: deviation) }
    }
    switch self {
    case .constant(let value): return Tensor(shape, repeating: value)
    case .normal(let mean, let deviation): return normal(mean, deviation)
    case .heNormalFanOut: return normal(0, (2 / outputs).squareRoot())
    case .normalFanIn(let gain): return normal(0, (gain / inputs).squareRoot())
    case .glorot: return normal(0, (2 / (inputs + outputs)).squareRoot())
    }
  }
}
