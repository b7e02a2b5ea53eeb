import Foundation
import GinghamFeatureVisualization
import GinghamReporting

/// What `gingham visualize` finds about its pictures.
public struct VisualizationFindings: Encodable, Sendable {
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
  public var warnings: [String]

  private enum CodingKeys: String, CodingKey {
    case model, objective, preset, seed, size, steps, images, warnings, stoppedAt, latticePeriod
  }
}

extension VisualizationFindings {
  /// For the terminal.
  public var text: String {
    var table = TextTable([
      ("picture", .right), ("activation", .right), ("lattice of picture", .right), ("of gradient", .right),
      ("total variation", .right), ("off 1/f", .right), ("verdict", .left),
    ])
    for (index, image) in images.enumerated() {
      let measures = image.measures
      table.append([
        "\(index)", String(format: "%.4g", image.activation),
        measures.latticeShare.map { String(format: "%.4f", $0) } ?? "–",
        measures.gradientLattice.map { String(format: "%.4f", $0.cv2Corrected) } ?? "–",
        String(format: "%.3f", measures.totalVariation),
        measures.spectrumDistance.map { String(format: "%.1f dB", $0) } ?? "–",
        measures.lattice?.verdict.rawValue ?? "too small to say",
      ])
    }
    return """
      \(objective), preset \(preset), \(size[0])×\(size[1]), \(stoppedAt ?? steps) steps, lattice of \(latticePeriod)
      \(table.description)
      """
  }
}
