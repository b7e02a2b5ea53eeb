import GinghamDiagnosis
import GinghamLattices
import GinghamReporting

/// What `gingham diagnose` finds.
public struct DiagnoseFindings: Encodable, Sendable {
  /// One picture.
  public struct Image: Encodable, Sendable {
    public var path: String
    public var height: Int
    public var width: Int
    /// What it shows by itself.
    public var faults: [Fault]
    public var lattice: PictureLatticeFinding
    public var sharpness: Sharpness
    public var blur: BlurEstimate?
    public var levels: LevelStatistics?
    public var banding: ColourBanding?
    public var colour: ColourStatistics?
    /// The farthest tile's distance from the norm.
    public var tileDistance: Double?
  }

  /// Between the set and its reference.
  public struct Colour: Encodable, Sendable {
    public var aspect: ColourDistance.Aspect
    public var distance: Double
    public var shift: Double
    public var chance: Double
  }

  /// Of two sets of features.
  public struct Distance: Encodable, Sendable {
    public var name: String
    public var value: Double
    public var meanPart: Double
    public var covariancePart: Double
    public var model: String
    public var layer: String
    public var features: Int
    public var samples: [Int]
    /// Why the figure must not be trusted far; `nil` where there are samples enough.
    public var warning: String?

    init(_ distance: FrechetDistance, model: String, layer: String, name: String) {
      self.name = name
      value = distance.distance
      meanPart = distance.meanPart
      covariancePart = distance.covariancePart
      self.model = model
      self.layer = layer
      features = distance.features
      samples = [distance.samples.0, distance.samples.1]
      if distance.isRankDeficient {
        warning =
          "\(samples.min() ?? 0) pictures are too few for \(features) features: the covariances are singular and the "
          + "distance comes out too large; compare only with distances of equally large sets"
      }
    }
  }

  public var images: [Image]
  /// The worst first.
  public var findings: [FaultFinding]
  public var pooled: PictureLatticeFinding
  public var colours: [Colour]
  public var distance: Distance?
  public var referenceCount: Int
  public var thresholds: DiagnosisThresholds
  public var periods: [Int]
  /// Files that could not be measured, and why.
  public var skipped: [MeasureFindings.Skipped]
  public var referenceSkipped: [MeasureFindings.Skipped]
  /// What could not be judged, and why.
  public var notes: [String]

  private enum CodingKeys: String, CodingKey {
    case images, findings, pooled, colours, distance, thresholds, periods, skipped, notes, referenceSkipped
    case referenceCount = "reference_pictures"
  }

  init(
    _ diagnosis: Diagnosis, periods: [Int], skipped: [MeasureFindings.Skipped],
    referenceSkipped: [MeasureFindings.Skipped], distance: Distance?
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
    findings = diagnosis.findings
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

  private static func notes(_ diagnosis: Diagnosis) -> [String] {
    var notes: [String] = []
    if diagnosis.reference.isEmpty {
      notes.append("colours are judged beside a reference only (--reference DIR)")
    } else if diagnosis.colours == nil {
      notes.append(
        "colours were not judged: that takes at least \(ColourDistance.fewestPictures) colour pictures in both sets")
    }
    if diagnosis.norm == nil {
      notes.append("distortion was not judged: there are too few tiles for a norm; name a reference")
    } else if diagnosis.reference.isEmpty, diagnosis.signs.count < 4 {
      notes.append("distortion was judged by the tiles of so few pictures that only gross outliers show")
    }
    return notes
  }
}
