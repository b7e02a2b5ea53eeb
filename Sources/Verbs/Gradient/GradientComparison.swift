import Foundation
import GinghamAttribution
import GinghamDifferentiation
import GinghamImaging
import GinghamLattices
import GinghamNetworks
import GinghamPrediction
import GinghamReporting
import GinghamTensors

/// The true gradient and its mitigated surrogates side by side: how even, how like the true one, how faithful, how fast.
public struct GradientComparison: RunFindings {
  /// The file of a run's folder that holds them.
  public static let fileName = "comparison.json"

  /// A method.
  public struct Row: Encodable, Sendable {
    /// As it is asked for.
    public var method: String
    /// Whether it is no derivative of the objective.
    public var surrogate: Bool
    /// Of all pictures together.
    public var lattice: LatticeFinding
    /// To the true gradient, mean over the pictures.
    public var cosine: Double
    /// Areas under the curves, means over the pictures.
    public var faithfulness: DeletionInsertion.Score
    /// A picture, the plan being made already; median over the pictures. `nil` in files.
    public var seconds: Double?
  }

  /// How faithfulness was measured.
  public struct Faithfulness: Encodable, Sendable {
    /// Of each curve.
    public var steps: Int
    /// What a deleted pixel becomes.
    public var deletionBaseline = "the picture that normalization maps to zero"
    /// What insertion begins with.
    public var insertionStart = "the picture under a Gaussian blur of 5 px, 11 taps"
    /// Which pixels come first.
    public var ranking = "magnitude over channels"
  }

  /// As it was named.
  public var model: String
  /// What the gradient is of, as an objective is written.
  public var target: String
  /// That were read, as they were named.
  public var images: [String]
  /// In the order of the table.
  public var methods: [Row]
  /// How faithfulness was measured.
  public var faithfulness: Faithfulness

  /// Without the methods' seconds.
  public var timeless: GradientComparison {
    var copy = self
    for index in copy.methods.indices { copy.methods[index].seconds = nil }
    return copy
  }

  private enum CodingKeys: String, CodingKey {
    case model, target, images, methods
    case faithfulness = "faithfulness_protocol"
  }
}
