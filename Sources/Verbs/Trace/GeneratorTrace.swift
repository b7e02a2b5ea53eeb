import GinghamDiagnosis
import GinghamGeneration
import GinghamLattices
import GinghamReporting

/// What is found of a generator: the grid of every layer's activations on the way up to the picture.
public struct GeneratorTrace: Encodable, Sendable {
  /// One band of a layer's activations.
  public struct Band: Encodable, Sendable {
    /// Its figures, the period in the layer's own elements.
    public var band: ActivationLattice.Band
    /// The same period in pixels of the picture.
    public var pixels: Int
    /// The layer whose enlargement gives the period.
    public var layer: String?
  }

  /// One layer between the input and the picture.
  public struct Layer: Encodable, Sendable {
    /// Its name in the network.
    public var name: String
    /// Its operator.
    public var operation: String
    /// Channels, height, width.
    public var shape: [Int]
    /// Pixels of the picture between neighbouring elements.
    public var spacing: Double
    /// Of the activations, over all channels, positions and samples.
    public var rootMeanSquare: Double
    /// Of the periods that layers in front leave on it.
    public var bands: [Band]

    private enum CodingKeys: String, CodingKey {
      case name, operation, shape, spacing, bands
      case rootMeanSquare = "rms"
    }
  }

  /// The picture's bands once the phase sums of some layers are equal.
  public struct Without: Encodable, Sendable {
    /// Whose phase sums are made equal.
    public var layers: [String]
    /// What all pictures have alike then; `nil` where they are too few to tell.
    public var locked: LockedLatticeFinding?
    /// What single pictures show then.
    public var pooled: PictureLatticeFinding
    /// Root mean square of what changes in the pictures, in 8-bit levels.
    public var change: Double

    /// Of one band in dB: what the set has alike, or without that what its pictures show.
    func peakDecibels(of period: Int) -> Double? {
      let alike = locked?.bands.first { $0.period == period }?.peakDecibels
      return alike ?? pooled.bands.first { $0.period == period }?.peakDecibels
    }
  }

  /// A band that the pictures show, and the layer behind it, where there is one.
  public struct Cause: Sendable {
    /// In pixels of the picture.
    public var period: Int
    /// Whether single pictures show the band, or only all of them together.
    public var verdict: SetVerdict
    /// The layer to blame: evening it alone takes ``leastFall`` off the band's peak, more than evening any other;
    /// `nil`: no single layer's phase sums are behind the band.
    public var layer: String?
    /// The layer whose enlargement reaches the period: the first to be suspected.
    public var suspect: String?
    /// Where the band's share of the fine detail rises most between neighbouring layers; `nil` where it does not.
    public var growth: Growth?
    /// The first layer on whose maps the band stands 10 dB above its surroundings.
    public var emergence: String?
    /// What the weights of the layer, or of the suspect, make inevitable; `nil` where it has no phase sums.
    public var grid: UpsamplingGrid?
    /// Of the pictures, in dB over the surroundings; `nil` where nothing stands out.
    public var peak: Double?
    /// The same once the phase sums of the layer, or of the suspect, are equal, in dB; `nil` where it was not tried or
    /// cannot be told.
    public var evenedPeak: Double?

    /// What evening must take off a peak, in dB, for the layer to be blamed: a quarter of its power is left then.
    public static let leastFall = 6.0
    /// Of fewer samples peaks differ by themselves.
    public static let fewestSamples = 8
  }

  /// A step on the way up at which a band becomes more of the fine detail.
  public struct Growth: Encodable, Sendable {
    /// Behind which layer it is more.
    public var layer: String
    /// In front of it and behind it.
    public var shares: [Double]

    /// By which factor a share must rise at least.
    static let least = 1.5

    /// Of one band, `nil` where it rises nowhere.
    init?(of period: Int, in layers: [Layer]) {
      let shares = layers.compactMap { layer in
        layer.bands.first { $0.pixels == period }.map { (layer.name, $0.band.share) }
      }
      let steps = zip(shares, shares.dropFirst()).filter { $1.1 >= Self.least * $0.1 }
      guard let (before, behind) = steps.max(by: { $0.1.1 - $0.0.1 < $1.1.1 - $1.0.1 }) else { return nil }
      (layer, self.shares) = (behind.0, [before.1, behind.1])
    }
  }

  /// As it was asked for: a built-in architecture or a file.
  public var model: String
  /// Pictures that were made.
  public var samples: Int
  /// Of the latents; `nil` where nothing was drawn.
  public var seed: UInt64?
  /// From the input up to the picture.
  public var layers: [Layer]
  /// The grid of each transposed convolution, beside what its weights make inevitable.
  public var upsampling: [UpsamplingGrid]
  /// What the architecture paints when all weights are alike; `nil` where it cannot be said.
  public var prediction: LatticeFinding?
  /// Of the pictures, as `measure` gives it.
  public var pooled: PictureFigures
  /// From which on figures count as artifacts.
  public var thresholds = LatticeThresholds()
  /// One entry for each layer whose phase sums were made equal.
  public var without: [Without]
  /// One for each band that the pictures show.
  public var causes: [Cause]
  /// Input files that are no pictures, and why.
  public var skipped: [SkippedFile]

  /// Of the pictures as a set.
  public var verdict: SetVerdict { pooled.setVerdict }

  private enum CodingKeys: String, CodingKey {
    case model, samples, seed, layers, upsampling, prediction, pooled, without, causes, skipped, verdict
  }

  /// Every key is always there, and the verdict with them.
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

  /// The band's figures stand beside the rest.
  public func encode(to encoder: any Encoder) throws {
    try band.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(pixels, forKey: .pixels)
    try container.encode(layer, forKey: .layer)
  }
}

extension GeneratorTrace.Cause: Encodable {
  private enum CodingKeys: String, CodingKey {
    case period, verdict, layer, suspect, emergence, growth, evidence
  }

  /// With the evidence in the words of the terminal.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(period, forKey: .period)
    try container.encode(verdict, forKey: .verdict)
    try container.encode(layer, forKey: .layer)
    try container.encodeIfPresent(suspect, forKey: .suspect)
    try container.encodeIfPresent(emergence, forKey: .emergence)
    try container.encodeIfPresent(growth, forKey: .growth)
    try container.encode(evidence, forKey: .evidence)
  }
}
