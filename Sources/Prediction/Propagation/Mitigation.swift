/// A change to one layer whose effect is worked out by predicting again.
public enum Mitigation: Hashable, Sendable {
  /// The layer reads (or paints) every position equally often: what its contribution is measured against.
  case even
  /// Another kernel of the same stride.
  case kernel(Int)
  /// The layer at stride 1, then a fixed filter of these taps at its stride (Zhang 2019).
  case blurPool(taps: [Double])
  /// The layer at stride 1, then the mean of stride × stride elements.
  case averagePool
  /// One more convolution of stride 1 on the side nearer the pixels.
  case convolutionNearerPixels(kernel: Int)
  /// Instead of a transposed convolution: a nearest or bilinear resize, then a convolution of stride 1.
  case resizeConvolution(kernel: Int)
}
