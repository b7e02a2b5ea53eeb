import GinghamLattices
import GinghamReporting

/// What is found of gradients: those at every layer between the picture and the target, pooled over pictures.
public struct GradientTrace: Encodable, Sendable {
  /// A layer on the way back to the picture.
  public struct Layer: Encodable, Sendable {
    /// As objectives name it.
    public var name: String
    /// The operation's name.
    public var operation: String
    /// Of the output whose gradient this is, for one picture.
    public var shape: [Int]
    /// Distance of neighbouring elements in input pixels.
    public var stride: Double
    /// Root mean square, mean magnitude, and share of elements that are exactly zero.
    public var rootMeanSquare: Double
    /// Of the gradient at the layer's output.
    public var meanMagnitude: Double
    /// Share of exact zeros, in 0…1.
    public var zeroShare: Double
    /// Periods are in the layer's own elements; `nil` for layers without positions.
    public var lattice: LatticeFinding?

    private enum CodingKeys: String, CodingKey {
      case name, operation, shape, stride, lattice, meanMagnitude, zeroShare
      case rootMeanSquare = "rms"
    }
  }

  /// The gradient at the pixels once the backward passes of some layers are evened.
  public struct Without: Encodable, Sendable {
    /// That are even here; all others stay as they are.
    public var layers: [String]
    /// Predicted values are those of the changed net.
    public var lattice: LatticeFinding
    /// To the true gradient, mean over the pictures.
    public var cosine: Double
  }

  /// As it was named.
  public var model: String
  /// What the gradient is of, as an objective is written.
  public var target: String
  /// That were read, as they were named.
  public var images: [String]
  /// From the picture (`input`) to the deepest layer.
  public var layers: [Layer]
  /// Each named layer made even, and all together.
  public var without: [Without]
  /// Pictures that could not be read, each with the reason; `nil` where all could.
  public var skipped: [SkippedFile]?

  /// The gradient at the pixels.
  public var input: LatticeFinding? { layers.first?.lattice }
}
