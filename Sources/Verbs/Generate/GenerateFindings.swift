import GinghamDiagnosis
import GinghamGeneration
import GinghamLattices
import GinghamReporting

/// What `gingham generate` finds.
public struct GenerateFindings: RunFindings {
  /// How the network's output became pixels.
  public struct Range: Encodable, Sendable {
    /// What the network writes for black.
    public var lower: Float
    /// What the network writes for white.
    public var upper: Float
    /// How the range became known.
    public var origin: OutputRange.Origin
    /// Share of the samples' elements that lie outside and are clipped in the PNG files.
    public var outsideShare: Double
  }

  /// As it was asked for: a built-in architecture or a file.
  public var model: String
  /// Pictures that were made.
  public var samples: Int
  /// `nil` where nothing was drawn.
  public var seed: UInt64?
  /// Channels, height, width.
  public var picture: [Int]
  /// How outputs became pixels.
  public var range: Range
  /// What the architecture paints when all weights are alike; `nil` where nothing enlarges.
  public var prediction: LatticeFinding?
  /// Why there is no prediction of a net that enlarges.
  public var unpredicted: String?
  /// The layer that gives each period of the picture.
  public var layers: [Int: String]
  /// What repeats in pictures of flat inputs; `nil` where none were asked for, or the pictures are too small.
  public var flat: FlatField?
  /// Whether the pictures go along where their inputs are shifted; `nil` where nobody asked.
  public var shift: ShiftTest?
  /// Each sample's own figures; where all stand in ``table``, the worst few, the worst first.
  public var images: [MeasureFindings.Image]
  /// The file that holds a row a sample, where there are too many for ``images``.
  public var table: String?
  /// What the rows of ``table`` come to.
  public var summary: MeasureFindings.Summary?
  /// As `measure` gives it for the samples together.
  public var pooled: PictureFigures
  /// How the grid goes with strong colours; `nil` for grey or constant pictures.
  public var colour: ColourDependence.Figures?
  /// From which on figures count as artifacts.
  public var thresholds: LatticeThresholds
  /// Input files that are no pictures, and why.
  public var skipped: [SkippedFile]

  /// Of the samples as a set.
  public var verdict: SetVerdict { pooled.setVerdict }

  private enum CodingKeys: String, CodingKey {
    case model, samples, seed, picture, range, prediction, unpredicted, layers, flat, shift, images, table, summary,
      pooled, colour, thresholds, skipped, verdict
  }

  /// Every key is always there, but for why there is no prediction, what nobody asked for, and the table.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(model, forKey: .model)
    try container.encode(samples, forKey: .samples)
    try container.encode(seed, forKey: .seed)
    try container.encode(picture, forKey: .picture)
    try container.encode(range, forKey: .range)
    try container.encode(prediction, forKey: .prediction)
    try container.encodeIfPresent(unpredicted, forKey: .unpredicted)
    try container.encode(
      Dictionary(uniqueKeysWithValues: layers.map { ("\($0.key)", $0.value) }), forKey: .layers)
    try container.encodeIfPresent(flat, forKey: .flat)
    try container.encodeIfPresent(shift, forKey: .shift)
    try container.encode(images, forKey: .images)
    try container.encodeIfPresent(table, forKey: .table)
    try container.encodeIfPresent(summary, forKey: .summary)
    try container.encode(pooled, forKey: .pooled)
    try container.encode(colour, forKey: .colour)
    try container.encode(thresholds, forKey: .thresholds)
    try container.encode(skipped, forKey: .skipped)
    try container.encode(verdict, forKey: .verdict)
  }
}
