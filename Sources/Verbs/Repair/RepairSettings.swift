import GinghamRewriting

/// What a repair is asked for.
public struct RepairSettings: Sendable {
  public enum Layers: Sendable {
    /// Those behind an uneven band, predicted or measured.
    case uneven
    /// Every one the method applies to.
    case all
    case named([String])
  }

  public var layers: Layers
  /// `nil`: equal phase sums for networks that paint, blur pools for all others.
  public var method: RewriteMethod?
  public var options: RewriteOptions
  /// Samples, or seeded inputs, that are measured; `nil`: 64 samples, 16 inputs.
  public var samples: Int?
  public var seed: UInt64
  /// Pictures to measure with in place of seeded inputs.
  public var images: [String]
  /// Of the gradients.
  public var target: String

  public init(
    layers: Layers = .uneven, method: RewriteMethod? = nil, options: RewriteOptions = RewriteOptions(),
    samples: Int? = nil, seed: UInt64 = 0, images: [String] = [], target: String = "top"
  ) {
    self.layers = layers
    self.method = method
    self.options = options
    self.samples = samples
    self.seed = seed
    self.images = images
    self.target = target
  }
}
