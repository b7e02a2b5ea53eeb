import GinghamTensors

/// Every pixel is a parameter of its own: the naive start, in which high frequencies cost nothing.
public struct PixelParameterization: SpatialParameterization {
  public let shape: Shape
  /// Standard deviation of the start; its mean is 0, which is mid-grey behind the sigmoid.
  public var deviation: Float

  public var parameterShape: Shape { shape }

  public init(shape: Shape, deviation: Float = 0.01) {
    self.shape = shape
    self.deviation = deviation
  }

  public func initial(seed: UInt64) -> Tensor { normal(seed: seed, deviation: deviation) }
  public func maps(_ parameters: Tensor) -> Tensor { parameters }
  public func gradient(_ cotangent: Tensor, at parameters: Tensor) -> Tensor { cotangent }
  public func parameters(for maps: Tensor) -> Tensor { maps }
}
