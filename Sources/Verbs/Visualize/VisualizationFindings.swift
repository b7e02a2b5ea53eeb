import GinghamFeatureVisualization
import GinghamReporting

/// What `visualize` finds about its pictures.
public struct VisualizationFindings: RunFindings {
  /// One finished picture.
  public struct Image: Encodable, Sendable {
    /// The objective at the finished picture, without transforms and penalties.
    public var activation: Float
    /// Its artifacts.
    public var measures: PictureMeasures

    /// How far it has come from the photograph that it accentuates.
    public var accentuation: Accentuation?

    init(activation: Float, _ measures: PictureMeasures, accentuation: Accentuation?) {
      (self.activation, self.accentuation) = (activation, accentuation)
      self.measures = measures
    }

    private enum Keys: String, CodingKey {
      case activation, imageLattice, latticeShare, gradientLattice, totalVariation, spectrumSlope, accentuation
      case lines = "narrow_line"
      case saturatedShare
      case spectrumDistance = "spectrum_distance_db"
    }

    /// Everything side by side; what is not known is null.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Keys.self)
      try container.encode(activation, forKey: .activation)
      try container.encode(measures.lattice, forKey: .imageLattice)
      try container.encode(measures.latticeShare, forKey: .latticeShare)
      try container.encode(measures.gradientLattice, forKey: .gradientLattice)
      try container.encode(measures.lines, forKey: .lines)
      try container.encode(measures.saturatedShare, forKey: .saturatedShare)
      try container.encode(measures.totalVariation, forKey: .totalVariation)
      try container.encode(measures.spectrumSlope, forKey: .spectrumSlope)
      try container.encode(measures.spectrumDistance, forKey: .spectrumDistance)
      try container.encodeIfPresent(accentuation, forKey: .accentuation)
    }
  }

  /// As it was asked for: a built-in architecture or a file.
  public var model: String
  /// As it was asked for.
  public var objective: String
  /// That the recipe began from.
  public var preset: String
  /// Of the start and of every random transform.
  public var seed: Int
  /// Height and width.
  public var size: [Int]
  /// Of the recipe. Fewer were taken where ``stoppedAt`` is known.
  public var steps: Int
  /// Where the objective left the finite numbers.
  public var stoppedAt: Int?
  /// Side of the lattice of the objective's gradient, in pixels.
  public var latticePeriod: Int
  /// The layer that stayed near the photograph's activations, and how firmly; `nil` where nothing is accentuated.
  public var held: Hold?
  /// One for each picture of the batch.
  public var images: [Image]
  /// Whether the pictures travel through the net as photographs do; `nil`: nobody asked.
  public var path: PathFindings?
  /// What the user should know of the pictures.
  public var warnings: [VisualizationWarning]
}
