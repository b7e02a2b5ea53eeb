import GinghamLattices
import GinghamPrediction
import GinghamReporting

/// What `predict` finds of a net.
public struct PredictFindings: RunFindings {
  /// What was assumed about weights and signals.
  public struct Convention: Encodable, Sendable {
    /// How much power layers pass.
    public var gain: PredictionOptions.Gain
    /// What neighbours in pools and resizes have to do with each other.
    public var signals: PredictionOptions.Signals
  }

  /// The gradient at a layer that was asked for.
  public struct AtLayer: Encodable, Sendable {
    /// A layer of the net, by its name.
    public var layer: String
    /// Of the gradient there.
    public var lattice: LatticeFinding
  }

  /// A layer that skips, merges or enlarges positions.
  public struct Resampling: Encodable, Sendable {
    /// A layer of the net, by its name.
    public var layer: String
    /// Rows and columns.
    public var kernel: [Int]
    /// Rows and columns.
    public var stride: [Int]
    /// Rows and columns.
    public var dilation: [Int]
    /// Pixels between neighbours on its far side.
    public var cumulativeStride: Int
    /// By how much CV² of each band shrinks where this layer alone is even.
    public var contribution: [String: Double]
  }

  /// What padding and leftovers do to the gradient.
  public struct Border: Encodable, Sendable {
    /// Energy at the corner over energy in the centre.
    public var cornerToCentre: Double
    /// Of the picture, that no output reads.
    public var unusedRows: Int
    /// Of the picture, that no output reads.
    public var unusedColumns: Int
    /// Share of all pixels without any gradient.
    public var deadShare: Double
  }

  /// What the weights of a strided or enlarging layer do with its lattice.
  public struct Kernel: Encodable, Sendable {
    /// A layer of the net, by its name.
    public var layer: String
    /// Rows and columns.
    public var strides: [Int]
    /// Power of all filters on each phase over the mean, by rows.
    public var phasePowers: [[Double]]
    /// CV² of these powers.
    public var cv2: Double
    /// CV² if all taps were equally strong.
    public var architectural: Double
    /// Strongest over weakest phase; `nil` where one is dead.
    public var ratio: Double?
    /// Mean over the filters of the spread of the phase sums over their mean magnitude: how unevenly a constant passes.
    public var sumDeviation: Double
    /// Whether weights even the layer's lattice out, or spoil it.
    public var learned: KernelPhases.Effect

    private enum CodingKeys: String, CodingKey {
      case layer, strides, phasePowers, cv2, architectural, ratio, learned
      case sumDeviation = "phase_sum_deviation"
    }
  }

  /// What a generator paints when all its weights are alike.
  public struct Painted: Encodable, Sendable {
    /// Of the picture that is painted.
    public var lattice: LatticeFinding
    /// That enlarge, from the input to the picture.
    public var layers: [Resampling]
  }

  /// As it was named.
  public var model: String
  /// N×C×H×W.
  public var inputShape: [Int]
  /// What the gradient is of, as an objective is written.
  public var target: String
  /// What was assumed.
  public var convention: Convention
  /// The gradient at the input from the architecture alone.
  public var input: LatticeFinding
  /// `nil` where no layer was asked for.
  public var atLayer: AtLayer?
  /// How energy falls off towards the border.
  public var border: Border
  /// From the target to the picture.
  public var layers: [LayerPrediction]
  /// Layers that skip positions.
  public var strided: [Resampling]
  /// The gradient at the input with the second moments of the weights; `nil` for random nets.
  public var weighted: LatticeFinding?
  /// Empty for random nets.
  public var kernels: [Kernel]
  /// `nil` where nothing enlarges on the way to a map.
  public var picture: Painted?
  /// Layers behind which positions could not be followed.
  public var untraced: [String]
  /// The worst first.
  public var warnings: [PredictionWarning]

  private enum CodingKeys: String, CodingKey {
    case model, inputShape, target, convention, input, border, layers, strided, weighted, kernels, picture, untraced
    case warnings
    case atLayer = "at"
  }
}

extension PredictFindings.Kernel {
  init(layer: String, phases: KernelPhases) {
    let mean = phases.powers.mean
    self.layer = layer
    strides = phases.strides
    phasePowers = (0..<phases.powers.height).map { row in
      (0..<phases.powers.width).map { mean > 0 ? phases.powers[row, $0] / mean : 0 }
    }
    cv2 = phases.learned
    architectural = phases.architectural
    ratio = phases.ratio
    sumDeviation = phases.meanSumDeviation
    learned = phases.effect
  }
}

extension PredictFindings.Resampling {
  init(_ layer: StridedLayer) {
    self.init(
      layer: layer.name, kernel: layer.kernel, stride: layer.stride, dilation: layer.dilation,
      cumulativeStride: layer.cumulativeBehind,
      contribution: Dictionary(uniqueKeysWithValues: layer.contribution.map { ("\($0.key)", $0.value) }))
  }
}
