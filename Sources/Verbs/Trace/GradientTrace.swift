import GinghamLattices
import GinghamReporting

/// What is found of gradients: those at every layer between the picture and the target, pooled over pictures.
public struct GradientTrace: Encodable, Sendable {
  /// The gradient at one layer's output.
  public struct Layer: Encodable, Sendable {
    /// Its name in the network; `input` for the picture.
    public var name: String
    /// Its operator.
    public var operation: String
    /// Of the output whose gradient this is, for one picture.
    public var shape: [Int]
    /// Distance of neighbouring elements in input pixels.
    public var stride: Double
    /// Root mean square, mean magnitude, and share of elements that are exactly zero.
    public var rootMeanSquare: Double
    /// Mean |gradient| of an element.
    public var meanMagnitude: Double
    /// Share of elements that are exactly zero, 0…1.
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
    /// Whose backward passes are made even.
    public var layers: [String]
    /// Predicted values are those of the changed net.
    public var lattice: LatticeFinding
    /// To the true gradient, mean over the pictures.
    public var cosine: Double
  }

  /// As it was asked for: a built-in architecture or a file.
  public var model: String
  /// The objective, as it was asked for.
  public var target: String
  /// Files of the pictures that could be read.
  public var images: [String]
  /// From the picture (`input`) to the deepest layer.
  public var layers: [Layer]
  /// Each layer that was asked for alone, and, where there are several, all together.
  public var without: [Without]
  /// The same graph with random weights at the same pictures; `nil` where it was not asked for.
  public var twins: RandomTwins?
  /// What strides fold over on the way forward; `nil` where it was not asked for.
  public var aliasing: Aliasing?
  /// Pictures that could not be read, each with the reason; `nil` where all could.
  public var skipped: [SkippedFile]?

  /// The gradient at the pixels.
  public var input: LatticeFinding? { layers.first?.lattice }
}
