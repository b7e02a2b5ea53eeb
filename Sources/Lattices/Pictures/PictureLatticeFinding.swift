/// What a picture, or a set of them, shows on the lattices that were looked at.
public struct PictureLatticeFinding: Hashable, Sendable, Codable {
  /// What repeats with one period and none of its divisors.
  public struct Band: Hashable, Sendable, Codable {
    /// In pixels.
    public var period: Int
    /// Share of the high-passed map's variance on the frequencies of this exact period, 0…1.
    public var share: Double
    /// What white noise of this size gives; of sounds, what frequencies as strong as those around them would.
    public var null: Double
    /// The same share as the power of the control's frequencies would make it: per-frequency share of the control
    /// times the band's number of frequencies. ``share`` ÷ ``control`` is how far the band stands out.
    public var control: Double
    /// The coprime period that served as control.
    public var controlPeriod: Int
    /// The band's highest frequency over its surroundings, in dB; `nil` where it has no surroundings to compare with.
    public var peakDecibels: Double?
    /// That frequency along rows and columns, in cycles a pixel: [0.5, 0.5] is a checkerboard, [0, 0.5] are stripes.
    public var peakFrequency: [Double]?
    /// The geometric mean of the band's frequencies over their surroundings in dB, in detail that is evened to the same
    /// contrast everywhere; `nil` of signals, and where there are no surroundings.
    public var evenDecibels: Double?
    /// The same of those of its frequencies that lie on one axis, the axis that has more: of grids along rows or columns.
    public var axisDecibels: Double?
    /// The chance of ``evenDecibels`` or ``axisDecibels`` in a photograph, corrected for both, the periods and the looks
    /// at the colours.
    public var chance: Double?
    /// Median F score over the channels: never decides alone.
    public var fScore: Double?
    /// The one look at the colours that shows a grid where all channels together do not, and whose figures these are;
    /// `nil`: they are those of all channels.
    public var look: ColourLook?
    /// What a lattice that stands out is in place of a grid that layers paint: then the band is clean.
    public var content: RegularContent?
    /// Whether a grid shows.
    public var verdict: Verdict

    private enum CodingKeys: String, CodingKey {
      case period, share, null, control, verdict, controlPeriod, chance, fScore
      case content
      case look = "colours"
      case peakDecibels = "peak_db"
      case evenDecibels = "even_db"
      case axisDecibels = "axis_db"
      case peakFrequency = "peak_at"
    }
  }

  /// A period that no layer causes, for comparison.
  public struct Control: Hashable, Sendable, Codable {
    /// In pixels.
    public var period: Int
    /// Of the fine detail, in 0…1.
    public var share: Double
    /// What white noise has there, in 0…1.
    public var null: Double
  }

  /// Bands that fit the pictures, by ascending period.
  public var bands: [Band]
  /// Periods that no layer causes.
  public var controls: [Control]
  /// Periods asked for that need larger pictures.
  public var skippedPeriods: [Int]
  /// Channels measured: three a colour picture.
  public var maps: Int
  /// Whether every channel was constant, so that there was nothing to measure: all shares are then 0.
  public var isConstant: Bool
  /// The lattice of any period and turn that stands out most, where it was sought; of a set, where more than half of the
  /// pictures show one.
  public var moved: MovedGrid?

  /// Whether a grid shows.
  public var verdict: Verdict {
    bands.contains { $0.verdict == .artifact } || moved?.verdict == .artifact ? .artifact : .clean
  }

  private enum CodingKeys: String, CodingKey {
    case bands, controls, maps, skippedPeriods, moved
    case isConstant = "constant"
  }
}

extension PictureLatticeFinding.Band {
  /// Every key is always there: a peak without surroundings is null.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(period, forKey: .period)
    try container.encode(share, forKey: .share)
    try container.encode(null, forKey: .null)
    try container.encode(control, forKey: .control)
    try container.encode(controlPeriod, forKey: .controlPeriod)
    try container.encode(peakDecibels, forKey: .peakDecibels)
    try container.encode(peakFrequency, forKey: .peakFrequency)
    try container.encode(evenDecibels, forKey: .evenDecibels)
    try container.encode(axisDecibels, forKey: .axisDecibels)
    try container.encode(chance, forKey: .chance)
    try container.encode(fScore, forKey: .fScore)
    try container.encodeIfPresent(look, forKey: .look)
    try container.encodeIfPresent(content, forKey: .content)
    try container.encode(verdict, forKey: .verdict)
  }
}

extension PictureLattice {
  /// The finding of one picture, given as its channels.
  ///
  /// - Throws: ``ArtifactError/tooSmall(height:width:needed:why:)``, ``ArtifactError/noMaps``.
  public func finding(ofPicture channels: [Plane]) throws -> PictureLatticeFinding {
    try finding(pooling: measure(picture: channels))
  }

  /// The finding of a set from what ``measure(picture:retainsDetail:)`` gave of all its pictures, which may differ in
  /// size: a band is judged on those that are large enough for it.
  ///
  /// - Throws: ``ArtifactError/noMaps``.
  public func finding(pooling channels: [Channel]) throws -> PictureLatticeFinding {
    var pool = PictureLatticePool(self)
    for channel in channels { pool.add(channel) }
    return try pool.finding()
  }
}
