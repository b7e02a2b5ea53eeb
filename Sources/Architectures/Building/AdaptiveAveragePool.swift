import GinghamNetworks

extension NetworkBuilder {
  /// PyTorch's `AdaptiveAvgPool2d` to a square of `size`, for maps of any size.
  public mutating func adaptiveAveragePool(_ name: String, _ x: Feature, size: Int) -> Feature {
    let output = append(name, .averagePool(AveragePool(adaptiveSize: [size, size])), [x], like: x)
    return Feature(value: output.value, channels: x.channels, spatial: [size, size])
  }
}
