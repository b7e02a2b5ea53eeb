import GinghamDiagnosis
import GinghamGeneration
import GinghamLattices
import GinghamReporting

/// What is found of a generator: the grid of every layer's activations on the way up to the picture.
public struct GeneratorTrace: Encodable, Sendable {
  /// A band of a layer's maps.
  public struct Band: Encodable, Sendable {
    /// What repeats with one period.
    public var band: ActivationLattice.Band
    /// The same period in pixels of the picture.
    public var pixels: Int
    /// The layer whose enlargement gives the period.
    public var layer: String?
  }

  /// A layer on the way to the picture.
  public struct Layer: Encodable, Sendable {
    /// As objectives name it.
    public var name: String
    /// The operation's name.
    public var operation: String
    /// Channels, height, width.
    public var shape: [Int]
    /// Pixels of the picture between neighbouring elements.
    public var spacing: Double
    /// Of the maps, over all samples.
    public var rootMeanSquare: Double
    /// One a period.
    public var bands: [Band]

    private enum CodingKeys: String, CodingKey {
      case name, operation, shape, spacing, bands
      case rootMeanSquare = "rms"
    }
  }

  /// The picture's bands once the phase sums of some layers are equal.
  public struct Without: Encodable, Sendable {
    /// That are even here; all others stay as they are.
    public var layers: [String]
    /// What all pictures have at the same pixels; `nil` for too few of them.
    public var locked: LockedLatticeFinding?
    /// Of all pictures together.
    public var pooled: PictureLatticeFinding
    /// Root mean square of what changes in the pictures, in 8-bit levels.
    public var change: Double

    /// Of one band in dB: what the set has alike, or without that what its pictures show.
    func peakDecibels(of period: Int) -> Double? {
      let alike = locked?.bands.first { $0.period == period }?.peakDecibels
      return alike ?? pooled.bands.first { $0.period == period }?.peakDecibels
    }
  }

  /// A band that the pictures show, and the layer behind it.
  public struct Cause: Sendable {
    /// In pixels.
    public var period: Int
    /// Whether a grid shows.
    public var verdict: SetVerdict
    /// The layer whose enlargement reaches the period.
    public var layer: String?
    /// The first layer on whose maps the band stands 10 dB above its surroundings.
    public var emergence: String?
    /// What the layer's weights make inevitable; `nil` where it has no phase sums.
    public var grid: UpsamplingGrid?
    /// Of the pictures, in dB over the surroundings; `nil` where nothing stands out.
    public var peak: Double?
    /// The same once the layer's phase sums are equal; `nil` where nothing stands out.
    public var evenedPeak: Double?
  }

  /// As it was named.
  public var model: String
  /// That were traced.
  public var samples: Int
  /// Of every random number.
  public var seed: UInt64?
  /// From the input to the picture.
  public var layers: [Layer]
  /// What weights make inevitable, beside what is painted.
  public var upsampling: [UpsamplingGrid]
  /// From the architecture; `nil` where nothing can be predicted.
  public var prediction: LatticeFinding?
  /// Of the pictures, as `measure` gives it.
  public var pooled: PictureFigures
  /// Each layer made even in turn.
  public var without: [Without]
  /// Which layer brings which band in.
  public var causes: [Cause]
  /// Pictures without a result.
  public var skipped: [SkippedFile]

  /// Whether a grid shows.
  public var verdict: SetVerdict { pooled.setVerdict }

  private enum CodingKeys: String, CodingKey {
    case model, samples, seed, layers, upsampling, prediction, pooled, without, causes, skipped, verdict
  }

  /// As files hold it.
  ///
  /// - Throws: what the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(model, forKey: .model)
    try container.encode(samples, forKey: .samples)
    try container.encode(seed, forKey: .seed)
    try container.encode(layers, forKey: .layers)
    try container.encode(upsampling, forKey: .upsampling)
    try container.encode(prediction, forKey: .prediction)
    try container.encode(pooled, forKey: .pooled)
    try container.encode(without, forKey: .without)
    try container.encode(causes, forKey: .causes)
    try container.encode(skipped, forKey: .skipped)
    try container.encode(verdict, forKey: .verdict)
  }
}

extension GeneratorTrace.Band {
  private enum CodingKeys: String, CodingKey {
    case pixels, layer
  }

  /// As files hold it.
  ///
  /// - Throws: what the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    try band.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(pixels, forKey: .pixels)
    try container.encode(layer, forKey: .layer)
  }
}

extension GeneratorTrace.Cause: Encodable {
  private enum CodingKeys: String, CodingKey {
    case period, verdict, layer, emergence, evidence
  }

  /// As files hold it.
  ///
  /// - Throws: what the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(period, forKey: .period)
    try container.encode(verdict, forKey: .verdict)
    try container.encodeIfPresent(layer, forKey: .layer)
    try container.encodeIfPresent(emergence, forKey: .emergence)
    try container.encode(evidence, forKey: .evidence)
  }
}
