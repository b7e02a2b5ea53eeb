import GinghamDiagnosis
import GinghamLattices
import GinghamReporting

/// What `gingham diagnose` finds.
public struct DiagnoseFindings: RunFindings {
  /// One picture.
  public struct Image: Encodable, Sendable {
    /// As it was named.
    public var path: String
    /// In pixels.
    public var height: Int
    /// In pixels.
    public var width: Int
    /// What it shows by itself.
    public var faults: [Fault]
    /// What the lattice shows.
    public var lattice: PictureLatticeFinding
    /// Of luma.
    public var sharpness: Sharpness
    /// `nil` where the picture is too small.
    public var blur: BlurEstimate?
    /// `nil` for arrays that are no pictures.
    public var levels: LevelStatistics?
    /// `nil` for arrays that are no pictures.
    public var banding: ColourBanding?
    /// `nil` for arrays without colours.
    public var colour: ColourStatistics?
    /// The farthest tile's distance from the norm.
    public var tileDistance: Double?
  }

  /// One thing that is wrong with the set.
  public struct Finding: Sendable {
    /// Fault, cause, fix and where it shows.
    public var fault: FaultFinding
    /// The file that shows it, in the run's folder; `nil` where nobody keeps one.
    public var evidence: String?
  }

  /// Between the set and its reference.
  public struct Colour: Encodable, Sendable {
    /// What differs.
    public var aspect: ColourDistance.Aspect
    /// In the aspect's own unit.
    public var distance: Double
    /// Signed, of the means.
    public var shift: Double
    /// That the sets are alike and differ so much, by permutation.
    public var chance: Double
  }

  /// Of two sets of features.
  public struct Distance: Encodable, Sendable {
    /// Which distance it is.
    public enum Name: String, Encodable, Sendable {
      /// Only the pool features of the Inception net make it that.
      case inception = "FID"
      case general = "Fréchet distance"
    }

    /// Which distance it is.
    public var name: Name
    /// Squared, as is usual (Heusel et al. 2017).
    public var value: Double
    /// What the means contribute.
    public var meanPart: Double
    /// What the covariances contribute.
    public var covariancePart: Double
    /// Whose features they are.
    public var model: String
    /// A layer of the net, by its name.
    public var layer: String
    /// Dimensions.
    public var features: Int
    /// Pictures of the set and of the reference.
    public var samples: [Int]
    /// Whether there are fewer samples than features, so that the figure must not be trusted far.
    public var isRankDeficient: Bool

    init(_ distance: FrechetDistance, model: String, layer: String, name: Name) {
      self.name = name
      value = distance.distance
      meanPart = distance.meanPart
      covariancePart = distance.covariancePart
      self.model = model
      self.layer = layer
      features = distance.features
      samples = [distance.samples.0, distance.samples.1]
      isRankDeficient = distance.isRankDeficient
    }
  }

  /// What could not be judged, and why.
  public enum Note: Hashable, Sendable {
    case coloursNeedReference
    /// Both sets must have so many colour pictures.
    case tooFewForColours(needed: Int)
    case tooFewTiles
    /// Of so few pictures only gross outliers show.
    case fewTiles
  }

  /// One a picture.
  public var images: [Image]
  /// The worst first.
  public var findings: [Finding]
  /// Of all pictures together.
  public var pooled: PictureLatticeFinding
  /// How colours differ from the reference's; empty without one.
  public var colours: [Colour]
  /// `nil` without a net.
  public var distance: Distance?
  /// Pictures that are as they should be.
  public var referenceCount: Int
  /// What counts as an artifact or a fault.
  public var thresholds: DiagnosisThresholds
  /// In pixels.
  public var periods: [Int]
  /// Files that could not be measured, and why.
  public var skipped: [SkippedFile]
  /// Pictures of the reference that could not be measured.
  public var referenceSkipped: [SkippedFile]
  /// What the user should know beside the faults.
  public var notes: [Note]

  private enum CodingKeys: String, CodingKey {
    case images, findings, pooled, colours, distance, thresholds, periods, skipped, referenceSkipped, notes
    case referenceCount = "referencePictures"
  }

  init(
    _ diagnosis: Diagnosis, periods: [Int], skipped: [SkippedFile],
    referenceSkipped: [SkippedFile], distance: Distance?
  ) {
    images = zip(diagnosis.signs, diagnosis.tileDistances).map { picture, tile in
      Image(
        path: picture.name, height: picture.height, width: picture.width,
        faults: Fault.allCases.filter { fault in
          diagnosis.findings.contains { $0.fault == fault && $0.pictures.contains(picture.name) }
        },
        lattice: picture.lattice, sharpness: picture.faults.sharpness, blur: picture.blur, levels: picture.levels,
        banding: picture.faults.banding, colour: picture.colours, tileDistance: tile)
    }
    findings = diagnosis.findings.map { Finding(fault: $0) }
    pooled = diagnosis.pooled
    colours = (diagnosis.colours?.differences ?? []).map {
      Colour(aspect: $0.aspect, distance: $0.distance, shift: $0.shift, chance: $0.chance)
    }
    self.distance = distance
    referenceCount = diagnosis.reference.count
    thresholds = diagnosis.thresholds
    self.periods = periods
    self.skipped = skipped
    self.referenceSkipped = referenceSkipped
    notes = DiagnoseFindings.notes(diagnosis)
  }

  private static func notes(_ diagnosis: Diagnosis) -> [Note] {
    var notes: [Note] = []
    if diagnosis.reference.isEmpty {
      notes.append(.coloursNeedReference)
    } else if diagnosis.colours == nil {
      notes.append(.tooFewForColours(needed: ColourDistance.fewestPictures))
    }
    if diagnosis.norm == nil {
      notes.append(.tooFewTiles)
    } else if diagnosis.reference.isEmpty, diagnosis.signs.count < 4 {
      notes.append(.fewTiles)
    }
    return notes
  }
}

extension DiagnoseFindings.Finding: Encodable {
  private enum CodingKeys: String, CodingKey {
    case fault, strength, unit, threshold, severity, period, pictures, worst, summary, cause, fix, evidence
  }

  /// Every key is always there. The words are those of the terminal.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(fault.fault, forKey: .fault)
    try container.encode(fault.strength, forKey: .strength)
    try container.encode(fault.unit, forKey: .unit)
    try container.encode(fault.threshold, forKey: .threshold)
    try container.encode(fault.severity, forKey: .severity)
    try container.encode(fault.period, forKey: .period)
    try container.encode(fault.pictures, forKey: .pictures)
    try container.encode(fault.worst, forKey: .worst)
    try container.encode(fault.summary, forKey: .summary)
    try container.encode(fault.cause, forKey: .cause)
    try container.encode(fault.fix, forKey: .fix)
    try container.encode(evidence, forKey: .evidence)
  }
}

extension DiagnoseFindings.Distance {
  private enum CodingKeys: String, CodingKey {
    case name, value, meanPart, covariancePart, model, layer, features, samples, warning
  }

  /// As files hold it.
  ///
  /// - Throws: what the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(value, forKey: .value)
    try container.encode(meanPart, forKey: .meanPart)
    try container.encode(covariancePart, forKey: .covariancePart)
    try container.encode(model, forKey: .model)
    try container.encode(layer, forKey: .layer)
    try container.encode(features, forKey: .features)
    try container.encode(samples, forKey: .samples)
    try container.encodeIfPresent(warning, forKey: .warning)
  }
}

extension DiagnoseFindings.Note: Encodable {
  /// As files hold it.
  ///
  /// - Throws: what the encoder throws.
  public func encode(to encoder: any Encoder) throws { try text.encode(to: encoder) }
}
