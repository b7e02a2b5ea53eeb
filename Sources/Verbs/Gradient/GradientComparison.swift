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

  public struct Row: Encodable, Sendable {
    public var method: String
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
    public var steps: Int
    public var deletionBaseline = "the picture that normalization maps to zero"
    public var insertionStart = "the picture under a Gaussian blur of 5 px, 11 taps"
    public var ranking = "magnitude over channels"
  }

  public var model: String
  /// What the gradient is of, as an objective is written.
  public var target: String
  public var images: [String]
  public var methods: [Row]
  public var faithfulness: Faithfulness

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
