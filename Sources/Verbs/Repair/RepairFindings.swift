import GinghamLattices
import GinghamReporting
import GinghamRewriting

/// What a repair did, and what became of the grid.
public struct RepairFindings: RunFindings {
  /// Whether the grid is looked for in what the network paints or in what it sends back to its pixels.
  public enum Kind: String, Hashable, Codable, Sendable {
    case pictures, gradients
  }

  /// A layer that is rewritten.
  public struct Choice: Sendable {
    /// Its name in the network.
    public var layer: String
    /// Why it is; several may hold.
    public var reasons: [Reason]
  }

  /// Why a layer is rewritten.
  public enum Reason: Hashable, Sendable {
    /// The user named it.
    case named
    /// All that can be are.
    case every
    /// Single pictures show the layer's band: its share of the fine detail, and that by chance.
    case visible(period: Int, share: Double, null: Double)
    /// All samples share it.
    case shared(period: Int, peakDecibels: Double?)
    /// The gradients' energy is uneven on the layer's band.
    case unevenGradient(period: Int, cv2: Double)
  }

  /// The network before or after.
  public struct State: Encodable, Sendable {
    /// From the architecture alone; `nil` where nothing can be predicted.
    public var prediction: LatticeFinding?
    /// Why that is so.
    public var unpredicted: String?
    /// Of samples, for networks that paint.
    public var pictures: PictureLatticeFinding?
    /// What all samples have alike.
    public var locked: LockedLatticeFinding?
    /// Of input gradients, for all others.
    public var gradients: LatticeFinding?
    /// Of layers that enlarge by their own weights: spread of the phase sums over their mean magnitude.
    public var phaseSumDeviations: [String: Double]
    /// For one sample.
    public var multiplyAdds: Int
    /// Numbers that the network holds.
    public var parameters: Int
  }

  /// How far the outputs for equal inputs lie apart.
  public struct Difference: Encodable, Sendable {
    /// Root mean square, and the same over the outputs' deviation.
    public var rms: Double
    /// ``rms`` over the deviation of the outputs before; infinite where these are constant and others come out.
    public var relativeRMS: Double
    /// Largest |difference| of any output.
    public var largest: Double
    /// Of pixels in 0…1; `nil` where the outputs are equal or no pictures.
    public var peakSignalToNoise: Double?
    /// Share of the inputs that are taken for the same class; `nil` for pictures.
    public var sameClass: Double?

    private enum CodingKeys: String, CodingKey {
      case rms, relativeRMS, sameClass
      case largest = "max"
      case peakSignalToNoise = "psnr_db"
    }
  }

  /// Whether the network must learn again, by ``Difference/relativeRMS``.
  public enum FineTuning: String, Encodable, Sendable {
    /// The outputs are as good as before.
    case notNeeded = "not_needed"
    /// The outputs are still similar.
    case advisable
    /// The outputs are others.
    case needed

    /// Relative root mean squares up to which the network is as good as before, and up to which it is still the same.
    static let limits = (same: 0.05, similar: 0.2)

    init(relativeRMS: Double) {
      self = relativeRMS <= Self.limits.same ? .notNeeded : relativeRMS <= Self.limits.similar ? .advisable : .needed
    }
  }

  /// As it was asked for: a built-in architecture or a file.
  public var model: String
  /// Where the grid was looked for.
  public var kind: Kind
  /// How layers were rewritten, as asked for or found to help; empty where nothing helped.
  public var methods: [RewriteMethod]
  /// What was tried by itself, where nobody said which layers are to be rewritten.
  public var trials: [Trial]
  /// What a step by which a band's verdict falls (artifact, faint, clean) may change the output by, in units of its
  /// deviation; `nil` where nothing came of the usual fifth, and whatever takes the grid away was kept.
  public var mostChange: Double?
  /// Layers that were to be rewritten, and why.
  public var chosen: [Choice]
  /// What became of each of them.
  public var rewrites: [LayerRewrite]
  /// The network as it was.
  public var before: State
  /// The network with its layers rewritten, on equal inputs.
  public var after: State
  /// Between the network before and after.
  public var outputDifference: Difference
  /// What the difference calls for.
  public var fineTuning: FineTuning
  /// What became of the grid.
  public var outcome: Outcome
  /// Samples or inputs measured.
  public var samples: Int
  /// The file that was written, in the run's folder; `nil` where nobody keeps one.
  public var file: String?
  /// Largest difference of an output when the file is read again, over the largest output.
  public var readBackError: Double?
}

extension RepairFindings.Choice: Encodable {
  private enum CodingKeys: String, CodingKey {
    case layer, reason
  }

  /// The reasons in the words of the terminal.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(layer, forKey: .layer)
    try container.encode(reason, forKey: .reason)
  }
}
