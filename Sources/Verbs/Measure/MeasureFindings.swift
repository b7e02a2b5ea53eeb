import GinghamDiagnosis
import GinghamLattices
import GinghamReporting

/// What `gingham measure` finds.
public struct MeasureFindings: Encodable, Sendable {
  /// One picture, or one sample of an array.
  public struct Image: Encodable, Sendable {
    /// With `[3]` behind it for sample 3 of an array of several.
    public var path: String
    public var height: Int
    public var width: Int
    public var channels: Int
    public var figures: Figures
  }

  /// Of a picture, or of a set of them.
  public enum Figures: Encodable, Sendable {
    case picture(PictureFigures)
    case gradient(GradientFigures)
  }

  /// Signed lattice energy and what is measured beside it.
  public struct PictureFigures: Encodable, Sendable {
    public var lattice: PictureLatticeFinding
    /// `nil` where no period was sought.
    public var search: SearchFigures?
    public var faults: PictureFaults
    /// Of a set: the commonest size's mean. Of one picture: where spectra were asked for.
    public var radial: SpectrumFigures?
    public var cosine: SpectrumFigures?
    /// Of a set of at least eight pictures: what they have alike.
    public var locked: LockedLatticeFinding?

    /// The verdict on a set, which speaks of grids too faint for a single picture as well.
    public var setVerdict: SetVerdict { SetVerdict(pooled: lattice, locked: locked) }
  }

  /// The strongest lattice, or that there is none.
  public struct SearchFigures: Encodable, Sendable {
    public var found: PeriodSearch.Result?
  }

  /// A spectrum by frequency whatever its direction.
  public struct SpectrumFigures: Encodable, Sendable {
    /// Cycles a pixel.
    public var frequency: [Double]
    public var value: [Double]
    /// Size and number of the pictures it is the mean of.
    public var height: Int
    public var width: Int
    public var pictures: Int
  }

  /// Power unevenness of gradients.
  public struct GradientFigures: Encodable, Sendable {
    public var lattice: LatticeFinding
    /// Σ(|∂x| + |∂y|)/Σ|g|, the median over the channels.
    public var normalizedTotalVariation: Double
    /// Share of the power but the mean's above ¼ cycle a pixel, the median over the channels.
    public var highFrequencyShare: Double
  }

  public struct Skipped: Encodable, Hashable, Sendable {
    public var path: String
    public var reason: String
  }

  public var kind: MeasureRun.Kind
  public var periods: [Int]
  public var thresholds: LatticeThresholds
  public var images: [Image]
  /// Over all pictures: the medians of their figures, peaks from powers added up.
  public var pooled: Figures
  /// Files that could not be measured, and why.
  public var skipped: [Skipped]
}

extension MeasureFindings {
  private enum CodingKeys: String, CodingKey {
    case periods, thresholds, images, pooled, skipped, pictures
    case kind = "as"
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kind.rawValue, forKey: .kind)
    try container.encode(periods, forKey: .periods)
    try container.encode(thresholds, forKey: .thresholds)
    try container.encode(images.count, forKey: .pictures)
    try container.encode(images, forKey: .images)
    try container.encode(pooled, forKey: .pooled)
    try container.encode(skipped, forKey: .skipped)
  }
}

extension MeasureFindings.Image {
  private enum CodingKeys: String, CodingKey {
    case path, height, width, channels
  }

  /// Figures stand beside the path, not below a key of their own.
  public func encode(to encoder: any Encoder) throws {
    try figures.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(path, forKey: .path)
    try container.encode(height, forKey: .height)
    try container.encode(width, forKey: .width)
    try container.encode(channels, forKey: .channels)
  }
}

extension MeasureFindings.Figures {
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .picture(let figures): try figures.encode(to: encoder)
    case .gradient(let figures): try figures.encode(to: encoder)
    }
  }

  public var verdict: Verdict {
    switch self {
    case .picture(let figures): figures.lattice.verdict
    case .gradient(let figures): figures.lattice.verdict
    }
  }
}

extension MeasureFindings.PictureFigures {
  private enum CodingKeys: String, CodingKey {
    case verdict, search, radial, cosine, locked, setVerdict, radialSpectrum, cosineSpectrum
  }

  public func encode(to encoder: any Encoder) throws {
    try lattice.encode(to: encoder)
    try faults.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(lattice.verdict, forKey: .verdict)
    if let search { try container.encode(search.found, forKey: .search) }
    if let locked {
      try container.encode(locked, forKey: .locked)
      try container.encode(setVerdict, forKey: .setVerdict)
    }
    try container.encodeIfPresent(radial, forKey: .radialSpectrum)
    try container.encodeIfPresent(cosine, forKey: .cosineSpectrum)
  }
}
