import GinghamDiagnosis
import GinghamLattices
import GinghamReporting

/// What `gingham track` finds.
public struct TrackFindings: RunFindings {
  /// How bright the pictures are.
  public struct Level: Encodable, Sendable {
    /// Over all samples, channels and pixels, in 0…1.
    public var mean: Double
    /// Over all samples, channels and pixels, in units of 0…1.
    public var deviation: Double
  }

  /// The pictures of one checkpoint.
  public struct Checkpoint: Encodable, Sendable {
    /// Its file.
    public var path: String
    /// The last number in the file's name; the place in the series, from 0, where names do not tell checkpoints apart.
    public var step: Int
    /// Of its pictures together, as `measure` gives it.
    public var pooled: PictureFigures
    /// Of its pictures.
    public var level: Level
    /// Root mean square of what changed in the pictures since the checkpoint before, in 8-bit levels; `nil` for the
    /// first.
    public var change: Double?

    /// Of its pictures as a set.
    public var verdict: SetVerdict { pooled.setVerdict }

    private enum CodingKeys: String, CodingKey {
      case path, step, pooled, level, change, verdict
    }

    /// Every key is always there, and the verdict with them.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(path, forKey: .path)
      try container.encode(step, forKey: .step)
      try container.encode(pooled, forKey: .pooled)
      try container.encode(level, forKey: .level)
      try container.encode(change, forKey: .change)
      try container.encode(verdict, forKey: .verdict)
    }
  }

  /// One period through the training.
  public struct Band: Encodable, Sendable {
    /// In pixels.
    public var period: Int
    /// The layer whose enlargement gives the period; `nil` where none does.
    public var layer: String?
    /// When the band comes, and whether it goes.
    public var verdict: GridHistory
    /// Of each checkpoint, in dB.
    public var peaks: [Double?]
  }

  /// Pictures of each checkpoint.
  public var samples: Int
  /// Of the latents; `nil` where nothing was drawn.
  public var seed: UInt64?
  /// In the order of training; those that could not be followed are in ``skipped``.
  public var checkpoints: [Checkpoint]
  /// One for each period that was measured.
  public var bands: [Band]
  /// Checkpoints that could not be followed, and why.
  public var skipped: [SkippedFile]

  private enum CodingKeys: String, CodingKey {
    case samples, seed, checkpoints, bands, skipped, verdict
  }

  /// Of the band that is strongest at the end, or, where none is left, of the one that was strongest.
  public var verdict: GridHistory {
    let left = bands.filter { $0.verdict != .clean && $0.verdict != .heals }
    if let band = left.max(by: { ($0.peaks.last.flatMap { $0 } ?? 0) < ($1.peaks.last.flatMap { $0 } ?? 0) }) {
      return band.verdict
    }
    return bands.contains { $0.verdict == .heals } ? .heals : .clean
  }

  /// Every key is always there, and the verdict with them.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(samples, forKey: .samples)
    try container.encode(seed, forKey: .seed)
    try container.encode(checkpoints, forKey: .checkpoints)
    try container.encode(bands, forKey: .bands)
    try container.encode(skipped, forKey: .skipped)
    try container.encode(verdict, forKey: .verdict)
  }

  /// - Parameter layers: that give each period.
  init(
    samples: Int, seed: UInt64?, checkpoints: [Checkpoint], layers: [Int: String],
    skipped: [SkippedFile]
  ) {
    (self.samples, self.seed, self.checkpoints, self.skipped) = (samples, seed, checkpoints, skipped)
    let periods = checkpoints.first?.pooled.lattice.bands.map(\.period) ?? []
    bands = periods.map { period in
      let shown = checkpoints.map { $0.pooled.setVerdict(of: period) != .clean }
      let peaks = checkpoints.map { $0.pooled.peakDecibels(of: period) }
      return Band(
        period: period, layer: layers[period], verdict: GridHistory(shown: shown, peaks: peaks), peaks: peaks)
    }
  }
}
