import GinghamPrediction

/// What `trace` is asked to do.
public struct TraceSettings: Encodable, Hashable, Sendable {
  /// Pictures that go in; none for a net that makes pictures of random numbers.
  public var images: [String]
  /// What the gradient is of; `nil`: a net that makes pictures is traced up to them, any other net's top class down to
  /// the pixels.
  public var target: String?
  /// Latents that a generator draws.
  public var samples = 64
  /// Of the latents, and of the shifts.
  public var seed: UInt64 = 0
  /// Whether a generator's inputs are the same everywhere, so that all that repeats on any layer is the net's own.
  public var flat = false
  /// Layers whose backward pass is made even: each alone, and, where there are several, all together.
  public var without: [String] = []
  /// Whether what strides fold over on the way forward is looked at, and whether classes stay where pictures are shifted.
  public var aliasing = false
  /// Nets of the same graph with random weights that the gradient is held against; 0: none.
  public var randomTwins = 0
  /// What the prediction assumes of neighbouring activations in pools.
  public var signals = PredictionOptions.Signals.white

  /// - Parameter images: of no need to a net that makes pictures of random numbers.
  public init(images: [String] = []) {
    self.images = images
  }
}
