import GinghamTensors

/// Random numbers in the shape of the input, or in one of its own. They are drawn when the network is bound, the same
/// ones for the same seed and name: a network must give the same answer twice.
public struct RandomFill: Hashable, Sendable {
  /// What numbers are drawn from.
  public enum Distribution: Hashable, Sendable {
    case normal(mean: Float, deviation: Float)
    /// From `low` up to `high`.
    case uniform(low: Float, high: Float)
  }

  /// What numbers are drawn from.
  public var distribution: Distribution
  /// `nil`: the shape of the input.
  public var shape: [Int]?
  /// Of every random number.
  public var seed: UInt64
  /// Tells apart nodes of equal seed.
  public var stream: String

  /// With the properties of the same names.
  public init(_ distribution: Distribution, shape: [Int]? = nil, seed: UInt64 = 0, stream: String = "") {
    self.distribution = distribution
    self.shape = shape
    self.seed = seed
    self.stream = stream
  }

  func values(_ shape: Shape) -> Tensor {
    Tensor(shape) { target in
      switch distribution {
      case .normal(let mean, let deviation):
        NormalSequence(seed: seed, name: stream).fill(target, mean: mean, deviation: deviation)
      case .uniform(let low, let high):
        let bits = BitSequence(seed: seed, name: stream)
        for index in target.indices { target[index] = low + (high - low) * Float(bits[index] >> 40) * 0x1p-24 }
      }
    }
  }
}
