import GinghamLattices
import GinghamPrediction
import GinghamReporting

/// What `predict` finds of a net.
public struct PredictFindings: RunFindings {
  /// What was assumed about weights and signals.
  public struct Convention: Encodable, Sendable {
    /// How much power layers pass.
    public var gain: PredictionOptions.Gain
    /// How strongly neighbouring elements depend on each other in pools and resizes.
    public var signals: PredictionOptions.Signals
  }

  /// The gradient at a layer that was asked for.
  public struct AtLayer: Encodable, Sendable {
    /// As it was asked for.
    public var layer: String
    /// Of the gradient at its output, in its own elements; without verdicts, for it has no bounds.
    public var lattice: LatticeFinding
  }

  /// A layer that skips, merges or enlarges positions.
  public struct Resampling: Encodable, Sendable {
    /// Its name in the network.
    public var layer: String
    /// Taps along rows and columns.
    public var kernel: [Int]
    /// Along rows and columns, in the layer's own elements.
    public var stride: [Int]
    /// Along rows and columns, in the layer's own elements.
    public var dilation: [Int]
    /// Pixels between neighbours on its far side.
    public var cumulativeStride: Int
    /// By how much CV² of each band shrinks where this layer alone is even.
    public var contribution: [String: Double]
  }

  /// What padding and leftovers do to the gradient.
  public struct Border: Encodable, Sendable {
    /// Mean power of the four corner lattices over that of the one in the centre; 1 where the border does not matter.
    public var cornerToCentre: Double
    /// At the bottom, read by no window: their gradient is exactly zero.
    public var unusedRows: Int
    /// At the right, read by no window: their gradient is exactly zero.
    public var unusedColumns: Int
    /// Share of all pixels without any gradient.
    public var deadShare: Double
  }

  /// What the weights of a strided or enlarging layer do with its lattice.
  public struct Kernel: Encodable, Sendable {
    /// Its name in the network.
    public var layer: String
    /// Along rows and columns.
    public var strides: [Int]
    /// Power of all filters on each phase over the mean, by rows.
    public var phasePowers: [[Double]]
    /// CV² of these powers.
    public var cv2: Double
    /// CV² if all taps were equally strong.
    public var architectural: Double
    /// ``cv2`` over ``architectural``: below 1 the weights compensate, above 1 they amplify; `nil` where the
    /// architecture is even.
    public var ratio: Double?
    /// Mean over the filters of the spread of the phase sums over their mean magnitude: how unevenly a constant passes.
    public var sumDeviation: Double
    /// What training has made of the lattice.
    public var learned: KernelPhases.Effect

    private enum CodingKeys: String, CodingKey {
      case layer, strides, phasePowers, cv2, architectural, ratio, learned
      case sumDeviation = "phase_sum_deviation"
    }
  }

  /// What a generator paints when all its weights are alike.
  public struct Painted: Encodable, Sendable {
    /// Of one lattice of what is painted, by band.
    public var lattice: LatticeFinding
    /// Those that enlarge, with what each contributes to the bands.
    public var layers: [Resampling]
    /// Whether the net has weights of its own, so that counts of overlaps are no verdict on what it paints.
    public var isTrained: Bool

    private enum CodingKeys: String, CodingKey {
      case lattice, layers
      case isTrained = "trained"
    }

    /// Counts of overlaps under weights of the net's own carry no verdict.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(OverlapCounts(lattice, judged: !isTrained), forKey: .lattice)
      try container.encode(layers, forKey: .layers)
      try container.encode(isTrained, forKey: .isTrained)
    }
  }

  /// As it was asked for: a built-in architecture or a file.
  public var model: String
  /// 1×C×H×W.
  public var inputShape: [Int]
  /// The objective, as it was asked for.
  public var target: String
  /// What the prediction assumes.
  public var convention: Convention
  /// The gradient at the input from the architecture alone, judged by ``bounds``.
  public var input: LatticeFinding
  /// Between which figures its bands lie at nets of this architecture.
  public var bounds: GradientBounds
  /// `nil` where no layer was asked for.
  public var atLayer: AtLayer?
  /// Of the gradient at the picture.
  public var border: Border
  /// The gradient at every layer on the way.
  public var layers: [LayerPrediction]
  /// Layers between the picture and the target that skip or merge positions.
  public var strided: [Resampling]
  /// The gradient at the input with the second moments of the weights, without verdicts; `nil` for random nets, and where
  /// ``input`` has them.
  public var weighted: LatticeFinding?
  /// Of strided and enlarging layers with weights of their own; none for random nets.
  public var kernels: [Kernel]
  /// `nil` where nothing enlarges on the way to a map.
  public var picture: Painted?
  /// Layers behind which positions could not be followed.
  public var untraced: [String]
  /// What in the architecture leaves a grid, and what could be done about it.
  public var warnings: [PredictionWarning]

  private enum CodingKeys: String, CodingKey {
    case model, inputShape, target, convention, input, bounds, border, layers, strided, weighted, kernels, picture
    case untraced, warnings
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
