import GinghamDiagnosis
import GinghamLattices
import GinghamReporting

/// What `gingham measure` finds.
public struct MeasureFindings: RunFindings {
  /// One picture, or one sample of an array.
  public struct Image: Encodable, Sendable {
    /// With `[3]` behind it for sample 3 of an array of several.
    public var path: String
    /// In pixels; 1 of a sound.
    public var height: Int
    /// In pixels, of a sound in samples.
    public var width: Int
    /// Maps that the figures are over.
    public var channels: Int
    /// Of the picture alone.
    public var figures: Figures
  }

  /// Of a picture, or of a set of them.
  public enum Figures: Encodable, Sendable {
    /// Of maps whose signs matter.
    case picture(PictureFigures)
    /// Of maps of which only the squares matter.
    case gradient(GradientFigures)
    /// Of signals, whose lattices have one axis.
    case sound(SoundFigures)
  }

  /// A large set in a few numbers.
  public struct Summary: Encodable, Sendable {
    /// Pictures that show a checkerboard by themselves.
    public var artifacts: Int
    /// Of each picture's strongest band, its share less what chance gives; of pictures that are not constant.
    public var excess: Quantiles?
  }

  /// What the maps were taken for.
  public var kind: MeasureSettings.Kind
  /// Of the lattices that were measured, in pixels, as they were listed or found.
  public var periods: [Int]
  /// From which on figures count as artifacts.
  public var thresholds: LatticeThresholds
  /// Pictures that were measured.
  public var count: Int
  /// In the order in which their files were named; where all stand in ``table``, the worst few, the worst first.
  public var images: [Image]
  /// The file that holds a row a picture, where there are too many for ``images``.
  public var table: String?
  /// What the rows of ``table`` come to.
  public var summary: Summary?
  /// Over all pictures: the medians of their figures, peaks from powers added up.
  public var pooled: Figures
  /// Files that could not be measured, and why.
  public var skipped: [SkippedFile]
}

extension MeasureFindings.Image {
  init(_ picture: MeasuredPicture) {
    self.init(
      path: picture.name, height: picture.height, width: picture.width, channels: picture.figures.lattice.maps,
      figures: .picture(picture.figures))
  }
}

extension MeasureFindings {
  init(of set: MeasuredSet, thresholds: LatticeThresholds, skipped: [SkippedFile]) {
    self.init(
      kind: .picture, periods: set.periods, thresholds: thresholds, count: set.pictures.count,
      images: set.pictures.map(Image.init), pooled: .picture(set.pooled), skipped: skipped)
  }

  init(of set: MeasuredSounds, thresholds: LatticeThresholds, skipped: [SkippedFile]) {
    self.init(
      kind: .sound, periods: set.periods, thresholds: thresholds, count: set.sounds.count,
      images: set.sounds.map {
        Image(path: $0.name, height: 1, width: $0.length, channels: $0.channels, figures: .sound($0.figures))
      }, pooled: .sound(set.pooled), skipped: skipped)
  }

  init(of set: MeasuredGradients, thresholds: LatticeThresholds, skipped: [SkippedFile]) {
    self.init(
      kind: .gradient, periods: set.periods, thresholds: thresholds, count: set.gradients.count,
      images: set.gradients.map {
        Image(
          path: $0.name, height: $0.height, width: $0.width, channels: $0.channels, figures: .gradient($0.figures))
      }, pooled: .gradient(set.pooled), skipped: skipped)
  }
}

extension MeasureFindings {
  private enum CodingKeys: String, CodingKey {
    case periods, thresholds, images, table, summary, pooled, skipped, pictures
    case kind = "as"
  }

  /// With the number of pictures under `pictures`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kind, forKey: .kind)
    try container.encode(periods, forKey: .periods)
    try container.encode(thresholds, forKey: .thresholds)
    try container.encode(count, forKey: .pictures)
    try container.encode(images, forKey: .images)
    try container.encodeIfPresent(table, forKey: .table)
    try container.encodeIfPresent(summary, forKey: .summary)
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
  /// As the figures themselves.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .picture(let figures): try figures.encode(to: encoder)
    case .gradient(let figures): try figures.encode(to: encoder)
    case .sound(let figures): try figures.encode(to: encoder)
    }
  }

  /// Whether a checkerboard shows.
  public var verdict: Verdict {
    switch self {
    case .picture(let figures): figures.lattice.verdict
    case .gradient(let figures): figures.lattice.verdict
    case .sound(let figures): figures.lattice.verdict
    }
  }
}
