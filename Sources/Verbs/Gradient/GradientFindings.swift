import Foundation
import GinghamLattices
import GinghamPrediction
import GinghamReporting

/// What `gingham gradient` finds.
public struct GradientFindings: RunFindings {
  /// What a classifier takes a picture for.
  public struct Prediction: Encodable, Sendable {
    /// Of the largest output, from 0.
    public var index: Int
    /// That output, as the network gives it.
    public var logit: Float
    /// The class's name, where names are known.
    public var label: String?

    private enum CodingKeys: String, CodingKey {
      case logit, label
      case index = "class"
    }
  }

  /// The gradient of one picture.
  public struct Image: Encodable, Sendable {
    /// As it was found.
    public var path: String
    /// The objective, with `top` replaced by the class.
    public var target: String
    /// Of the objective, at the picture.
    public var value: Float
    /// The positions over whose mean the value is, where the class has a map: H×W. `nil`: the class is one number.
    public var averagedOver: [Int]?
    /// The class the network takes the picture for; `nil` where its output is not a row of classes.
    public var prediction: Prediction?
    /// Of the map, beside what the architecture predicts.
    public var lattice: LatticeFinding
    /// Of a surrogate's map to the true gradient; `nil` for true gradients and maps of another shape.
    public var cosine: Double?
    /// Whether the map holds nothing but zeros.
    var isZero: Bool
    /// How far integrated gradients miss the difference of the values they should sum to.
    public var completenessGap: Float?

    private enum CodingKeys: String, CodingKey {
      case path, target, value, prediction, lattice, cosine, completenessGap
      case averagedOver = "mean_over"
    }
  }

  /// Many pictures in a few numbers.
  public struct Summary: Encodable, Sendable {
    /// Pictures with a result.
    public var count: Int
    /// Of these, how many show a grid.
    public var artifacts: Int
    /// How many have a gradient of nothing but zeros.
    public var zeros: Int
    /// Of the pictures' CV² less what chance gives.
    public var cv2Corrected: Quantiles
  }

  /// As it was asked for: a built-in architecture or a file.
  public var model: String
  /// Its name, which may be shared by several layers' forms.
  public var method: String
  /// Whether the maps are something other than derivatives.
  public var surrogate: Bool
  /// The layer at whose output the gradient is; `nil`: the picture.
  public var layer: String?
  /// Of pictures that have a result, in the order in which their files were named; none where they stand in ``table``.
  public var images: [Image]
  /// The file that holds a row a picture, where there are too many for ``images``.
  public var table: String?
  /// What the rows of ``table`` come to.
  public var summary: Summary?
  /// The lattice over all pictures, where there are several.
  public var pooled: LatticeFinding?
  /// Pictures without a result, each with the reason; `nil` where all have one.
  public var skipped: [SkippedFile]?
}
