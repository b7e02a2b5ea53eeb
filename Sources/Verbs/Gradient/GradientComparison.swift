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
  /// `comparison.json`, in the run's folder.
  public static let fileName = "comparison.json"

  /// One method, over all pictures.
  public struct Row: Encodable, Sendable {
    /// Its name in the comparison; a method with several variants stands there once for each.
    public var method: String
    /// Whether its maps are something other than derivatives.
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
    /// Points of a curve less one.
    public var steps: Int
    /// What pixels are set to when they are deleted.
    public var deletionBaseline = "the picture that normalization maps to zero"
    /// Where insertion begins.
    public var insertionStart = "the picture under a Gaussian blur of 5 px, 11 taps"
    /// What pixels are ordered by, the largest first.
    public var ranking = "magnitude over channels"
  }

  /// As it was asked for: a built-in architecture or a file.
  public var model: String
  /// The objective, as it was asked for.
  public var target: String
  /// Files of the pictures that could be read.
  public var images: [String]
  /// The true gradient first.
  public var methods: [Row]
  /// How deletion and insertion were carried out, the same for all methods.
  public var faithfulness: Faithfulness

  /// What could not be read or computed, with reasons; `nil` (left out) where everything was.
  public var skipped: [SkippedFile]?

  /// Without the seconds of the methods.
  public var timeless: GradientComparison {
    var copy = self
    for index in copy.methods.indices { copy.methods[index].seconds = nil }
    return copy
  }

  private enum CodingKeys: String, CodingKey {
    case model, target, images, methods, skipped
    case faithfulness = "faithfulness_protocol"
  }
}
