import GinghamFeatureVisualization

/// What `visualize` finds about its pictures.
public struct VisualizationFindings: RunFindings {
  public struct Image: Encodable, Sendable {
    /// The objective at the finished picture, without transforms and penalties.
    public var activation: Float
    public var measures: PictureMeasures

    init(activation: Float, _ measures: PictureMeasures) {
      self.activation = activation
      self.measures = measures
    }

    private enum Keys: String, CodingKey {
      case activation, imageLattice, latticeShare, gradientLattice, totalVariation, spectrumSlope
      case spectrumDistance = "spectrum_distance_db"
    }

    /// Everything side by side; what is not known is null.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Keys.self)
      try container.encode(activation, forKey: .activation)
      try container.encode(measures.lattice, forKey: .imageLattice)
      try container.encode(measures.latticeShare, forKey: .latticeShare)
      try container.encode(measures.gradientLattice, forKey: .gradientLattice)
      try container.encode(measures.totalVariation, forKey: .totalVariation)
      try container.encode(measures.spectrumSlope, forKey: .spectrumSlope)
      try container.encode(measures.spectrumDistance, forKey: .spectrumDistance)
    }
  }

  public var model: String
  public var objective: String
  public var preset: String
  public var seed: Int
  /// Height and width.
  public var size: [Int]
  public var steps: Int
  /// Where the objective left the finite numbers.
  public var stoppedAt: Int?
  public var latticePeriod: Int
  public var images: [Image]
  public var warnings: [VisualizationWarning]
}
