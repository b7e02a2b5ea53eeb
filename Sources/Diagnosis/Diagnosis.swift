import GinghamLattices

/// What is wrong with a set of pictures, the worst first.
public struct Diagnosis: Sendable {
  /// What was measured on each picture.
  public let signs: [PictureSigns]
  /// Of all pictures together: texture averages out over a set, a grid does not.
  public let pooled: PictureLatticeFinding
  /// What was measured on each picture that is as it should be; empty without a reference.
  public let reference: [PictureSigns]
  /// What counts as an artifact or a fault.
  public let thresholds: DiagnosisThresholds
  /// The worst first.
  public let findings: [FaultFinding]
  /// Largest tile distance of each picture; `nil` where there is no norm or no tile.
  public let tileDistances: [Double?]
  /// Colour differences from the reference, where both sets have three colour pictures at least.
  public let colours: ColourDistance?
  /// The norm that tiles are held against.
  public let norm: LocalOutliers?

  /// - Parameter locked: what all pictures have at the same pixels; `nil` where they are too few to tell.
  public init(
    of signs: [PictureSigns], pooled: PictureLatticeFinding, locked: LockedLatticeFinding? = nil,
    reference: [PictureSigns] = [], thresholds: DiagnosisThresholds = DiagnosisThresholds()
  ) {
    let norm = LocalOutliers(norm: (reference.isEmpty ? signs : reference).compactMap(\.tiles))
    self.init(
      of: signs, tileDistances: signs.map { $0.tileDistance(from: norm) }, norm: norm, pooled: pooled, locked: locked,
      reference: reference, thresholds: thresholds)
  }

  /// The same of signs that have lost what the norm and the distances from it were made of.
  ///
  /// - Parameter distances: one a picture. The picture with the largest still has its tiles.
  public init(
    of signs: [PictureSigns], tileDistances distances: [Double?], norm: LocalOutliers?, pooled: PictureLatticeFinding,
    locked: LockedLatticeFinding? = nil, reference: [PictureSigns] = [],
    thresholds: DiagnosisThresholds = DiagnosisThresholds()
  ) {
    self.signs = signs
    self.pooled = pooled
    self.reference = reference
    self.thresholds = thresholds
    self.norm = norm
    tileDistances = distances
    colours = ColourDistance(of: signs.compactMap(\.colours), from: reference.compactMap(\.colours))
    let detection = FaultDetection(
      signs: signs, pooled: pooled, locked: locked, reference: reference, thresholds: thresholds,
      tileDistances: distances,
      colours: colours, norm: norm)
    findings = detection.findings.sorted { ($0.severity, $1.fault.rawValue) > ($1.severity, $0.fault.rawValue) }
  }
}
