#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What the pictures of a set share on the lattices that were looked at.
public struct LockedLatticeFinding: Hashable, Sendable, Codable {
  /// What repeats with one period, at the same pixels of all pictures.
  public struct Band: Hashable, Sendable, Codable {
    /// In pixels.
    public var period: Int
    /// Share of a picture's fine detail that all pictures have alike on this band, surroundings taken off.
    public var share: Double
    /// Root mean square of what they have alike there, in 8-bit levels of pixels in 0…1.
    public var levels: Double
    /// The clearest frequency over its surroundings in the mean of the pictures' spectra, in dB.
    public var peakDecibels: Double?
    /// The same in the spectrum of the mean picture.
    public var meanPeakDecibels: Double?
    /// That frequency along rows and columns, in cycles a pixel.
    public var peakFrequency: [Double]?
    /// Share of that frequency's power that has one phase in all pictures: 1/pictures where the phases are random.
    public var coherence: Double
    /// The chance of such a peak of the mean picture in a locally flat spectrum, for all frequencies looked at.
    public var chance: Double?
    /// The one look at the colours that has a grid where all channels together have none, and whose figures these are.
    public var look: ColourLook?
    /// Whether the band is at the same pixels of all pictures.
    public var isLocked: Bool

    private enum CodingKeys: String, CodingKey {
      case period, share, levels, coherence, chance
      case peakDecibels = "peak_db"
      case meanPeakDecibels = "mean_peak_db"
      case peakFrequency = "peak_at"
      case isLocked = "locked"
      case look = "colours"
    }
  }

  /// Pictures judged: those of the commonest size.
  public var pictures: Int
  /// In pixels.
  public var height: Int
  /// In pixels.
  public var width: Int
  /// One a period.
  public var bands: [Band]
  /// The same at periods that no layer has.
  public var controls: [Band]

  /// Whether any band is at the same pixels of all pictures.
  public var isLocked: Bool { bands.contains(where: \.isLocked) }
}

/// When a band counts as locked to the pixels of a set. Set on generators and photographs; all can be changed.
public struct LockedThresholds: Hashable, Sendable, Codable {
  /// A frequency over its surroundings, in the mean of the spectra and in the spectrum of the mean, in dB.
  public var peakDecibels: Double
  /// The mean picture's peak over the highest of the controls, in dB.
  public var controlDecibels: Double
  /// The largest chance of the mean picture's peak.
  public var chance: Double
  /// The least share of a picture's fine detail. JPEG's interpolated colours leave grids of a tenth of it on photographs.
  public var share: Double
  /// The largest chance that pictures of random phases add up to the coherence found (Rayleigh 1880): one loud picture
  /// that has something at a frequency of the lattice is not enough.
  public var phaseChance: Double
  /// Fewer pictures have no say.
  public var pictures: Int

  /// With the properties of the same names.
  public init(
    peakDecibels: Double = 10, controlDecibels: Double = 3, chance: Double = 1e-3, share: Double = 1e-4,
    phaseChance: Double = 1e-3, pictures: Int = 8
  ) {
    self.phaseChance = phaseChance
    self.peakDecibels = peakDecibels
    self.controlDecibels = controlDecibels
    self.chance = chance
    self.share = share
    self.pictures = pictures
  }

  private enum CodingKeys: String, CodingKey {
    case chance, share, pictures, phaseChance
    case peakDecibels = "peak_db"
    case controlDecibels = "over_control_db"
  }

  func isLocked(_ band: LockedLatticeFinding.Band, controlDecibels background: Double?, pictures: Int) -> Bool {
    guard pictures >= self.pictures, let single = band.peakDecibels, let mean = band.meanPeakDecibels,
      let chance = band.chance
    else { return false }
    return single >= peakDecibels && mean >= max(peakDecibels, (background ?? 0) + controlDecibels)
      && chance <= self.chance && band.share >= share
      && exp(-band.coherence * Double(pictures)) <= phaseChance
  }
}

/// The verdict on a set of pictures from one source.
public enum SetVerdict: String, Hashable, Sendable, Codable {
  /// Single pictures show the grid.
  case artifact
  /// Too faint for a single picture, but all of them have it at the same pixels.
  case faint
  case clean

  /// Of what the pictures show by themselves, and together.
  public init(pooled: PictureLatticeFinding, locked: LockedLatticeFinding?) {
    self = pooled.verdict == .artifact ? .artifact : locked?.isLocked == true ? .faint : .clean
  }

  /// Of one band.
  public init(period: Int, pooled: PictureLatticeFinding, locked: LockedLatticeFinding?) {
    let isVisible = pooled.bands.contains { $0.period == period && $0.verdict == .artifact }
    let isLocked = locked?.bands.contains { $0.period == period && $0.isLocked } ?? false
    self = isVisible ? .artifact : isLocked ? .faint : .clean
  }
}
