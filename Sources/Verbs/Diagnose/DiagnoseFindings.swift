import GinghamDiagnosis
import GinghamLattices
import GinghamReporting

/// What `gingham diagnose` finds.
public struct DiagnoseFindings: RunFindings {
  /// One picture.
  public struct Image: Encodable, Sendable {
    /// As it was found; `[3]` behind it for sample 3 of an array of several.
    public var path: String
    /// In pixels.
    public var height: Int
    /// In pixels.
    public var width: Int
    /// What it shows by itself.
    public var faults: [Fault]
    /// Its checkerboard, band by band.
    public var lattice: PictureLatticeFinding
    /// How sharp and how rough it is; these alone make no fault.
    public var sharpness: Sharpness
    /// A Gaussian that explains its spectrum; `nil` where the picture is too small or too flat.
    public var blur: BlurEstimate?
    /// The 8-bit levels that its samples take; `nil` where samples leave 0…1.
    public var levels: LevelStatistics?
    /// Signs of too few levels on slow ramps, the median over the channels; `nil` where samples leave 0…1.
    public var banding: ColourBanding?
    /// In CIE L*a*b*; `nil` for anything but three channels, and where samples leave 0…1.
    public var colour: MeanColour?
    /// The farthest tile's distance from the norm.
    public var tileDistance: Double?
  }

  /// A picture's colours in a few numbers.
  public struct MeanColour: Encodable, Sendable {
    /// Deviation of L* within the picture.
    public var contrast: Double
    /// Mean L*, in 0…100.
    public var lightness: Double
    /// Mean C*.
    public var chroma: Double
    /// Mean a* and b*.
    public var tint: SIMD2<Double>

    init(_ colours: ColourStatistics) {
      (contrast, lightness) = (colours.contrast, colours.meanLightness)
      (chroma, tint) = (colours.meanChroma, colours.meanTint)
    }
  }

  /// One thing that is wrong with the set.
  public struct Finding: Sendable {
    /// Which fault, how strong, on which pictures.
    public var fault: FaultFinding
    /// The file that shows it, in the run's folder; `nil` where nobody keeps one.
    public var evidence: String?
  }

  /// Between the set and its reference.
  public struct Colour: Encodable, Sendable {
    /// Which property of the colours; the units of the figures are its own.
    public var aspect: ColourDistance.Aspect
    /// From 0, in the unit of the aspect.
    public var distance: Double
    /// Set less reference: degrees of hue turned, L*, log₂ of contrast, C*, and of a cast the hue it leans to, 0…360°.
    public var shift: Double
    /// How often random dealings of the pictures to two sets come as far apart, above 0 and up to 1.
    public var chance: Double
  }

  /// Of two sets of features.
  public struct Distance: Encodable, Sendable {
    /// What the distance may be called.
    public enum Name: String, Encodable, Sendable {
      /// Only the pool features of the Inception net make it that.
      case inception = "FID"
      /// Of any other features.
      case general = "Fréchet distance"
    }

    /// Which of the two it is.
    public var name: Name
    /// ‖μ₁ − μ₂‖² + tr(C₁ + C₂ − 2(C₁C₂)^½), in squared units of the features (Dowson & Landau 1982).
    public var value: Double
    /// ‖μ₁ − μ₂‖², the part of the means.
    public var meanPart: Double
    /// tr(C₁ + C₂ − 2(C₁C₂)^½), the part of the covariances.
    public var covariancePart: Double
    /// The net of the features, as it was asked for.
    public var model: String
    /// The layer of the features.
    public var layer: String
    /// Their number: the layer's channels.
    public var features: Int
    /// Pictures of the set and of its reference.
    public var samples: [Int]
    /// Whether there are fewer samples than features, so that the figure must not be trusted far.
    public var isRankDeficient: Bool
    /// The squared maximum mean discrepancy of the same features (Bińkowski et al. 2018), which few samples do not bias;
    /// `nil` below four a set.
    public var kernel: Double?
    /// Of ``kernel``.
    public var kernelError: Double?
    /// How the sets were made ready differently, which moves both distances.
    public var preparation: [PreparationDifference]

    init(
      _ distance: FrechetDistance, _ kernel: KernelDistance?, model: String, layer: String, name: Name,
      preparation: [PreparationDifference]
    ) {
      self.kernel = kernel?.distance
      kernelError = kernel?.standardError
      self.preparation = preparation
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
    /// Without a reference colours are not judged.
    case coloursNeedReference
    /// Both sets must have so many colour pictures.
    case tooFewForColours(needed: Int)
    /// The pictures are too few or too small for a norm of their tiles.
    case tooFewTiles
    /// Of so few pictures only gross outliers show.
    case fewTiles
  }

  /// A large set in a few numbers.
  public struct Summary: Encodable, Sendable {
    /// That were measured.
    public var pictures: Int
    /// Of these, how many show no fault by themselves.
    public var faultless: Int
  }

  /// Pictures that were measured.
  public var count: Int
  /// In the order in which their files were named; where all stand in ``table``, those with the most faults. Those that could
  /// not be measured are in ``skipped``.
  public var images: [Image] = []
  /// The file that holds a row a picture, where there are too many for ``images``.
  public var table: String?
  /// What the rows of ``table`` come to.
  public var summary: Summary?
  /// The worst first.
  public var findings: [Finding]
  /// The set's checkerboard, over all pictures.
  public var pooled: PictureLatticeFinding
  /// One entry for each aspect; empty without a reference, and with too few pictures to tell.
  public var colours: [Colour]
  /// `nil` where no net was named for it.
  public var distance: Distance?
  /// Pictures of the reference that were measured; 0 without one.
  public var referenceCount: Int
  /// From which on figures count as faults.
  public var thresholds: DiagnosisThresholds
  /// Of the checkerboards that were looked for, in pixels.
  public var periods: [Int]
  /// Files that could not be measured, and why.
  public var skipped: [SkippedFile]
  /// Files of the reference that could not be measured, and why.
  public var referenceSkipped: [SkippedFile]
  /// What could not be judged, or not well.
  public var notes: [Note]

  private enum CodingKeys: String, CodingKey {
    case images, table, summary, findings, pooled, colours, distance, thresholds, periods, skipped, referenceSkipped,
      notes
    case referenceCount = "referencePictures"
  }

  init(
    _ diagnosis: Diagnosis, periods: [Int], skipped: [SkippedFile],
    referenceSkipped: [SkippedFile], distance: Distance?
  ) {
    count = diagnosis.signs.count
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

  /// With a warning beside the figures where they must not be trusted far.
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
  /// In the words of the terminal.
  public func encode(to encoder: any Encoder) throws { try text.encode(to: encoder) }
}
