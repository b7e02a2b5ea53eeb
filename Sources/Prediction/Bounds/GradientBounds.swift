import GinghamLattices
import GinghamNetworks
import GinghamTensors

/// Between which figures a gradient's bands lie at a net of this architecture: predictions under many guesses at what the
/// architecture leaves open, its pools' signals, the gains of its shortcuts and gates, and the draw of its weights.
public struct GradientBounds: Hashable, Sendable, Encodable {
  /// What repeats with one period and none of its divisors.
  public struct Band: Hashable, Sendable, Encodable {
    /// In pixels.
    public var period: Int
    /// CV² under the least favourable guess.
    public var lower: Double
    /// CV² under the most favourable guess.
    public var upper: Double
    /// The layer that brings this band in.
    public var layer: String?
    /// Whether a grid shows, where both bounds agree; open where they do not.
    public var verdict: Verdict
  }

  /// In ascending order of periods; none where nothing is predicted.
  public var bands: [Band]
  /// Why nothing is predicted; `nil` where something is.
  public var reason: String?

  /// Guesses that the bounds are the extremes of.
  static let draws = 96
  /// For lattices longer than ``longLattice``, whose guesses cost more.
  static let fewDraws = 16
  static let longLattice = 64
}

extension GradientPrediction {
  /// Bounds of the bands at the input.
  ///
  /// Cost: a hundred predictions; a sixth of that for lattices above 64 pixels.
  ///
  /// - Throws: ``ArtifactError`` as the prediction does.
  public func bounds() throws -> GradientBounds {
    if let reason = reasonForNone { return GradientBounds(bands: [], reason: reason) }
    let periods = inputPhases.lattice.bandPeriods
    let channels = network.shapes[inputValue].map { $0.rank > 1 ? $0[1] : 1 } ?? 1
    let (depths, coherence) = (network.nodes.weightedDepths(), largestCoherence)
    let count = period > GradientBounds.longLattice ? GradientBounds.fewDraws : GradientBounds.draws
    let guesses = try (0..<count).map { seed in
      let draw = WeightDraw(seed, coherence: coherence, depths: depths)
      var guess = interior
      guess.draw = draw
      guard let plane = try guess.backward(from: target)[inputValue] else {
        throw ArtifactError.unreachable(value: network.name(of: inputValue))
      }
      var phases = PhaseTable(tiling: plane)
      phases.values = draw.varied(phases.values, channels: channels)
      return Unevenness(of: phases).bands
    }
    let layers = bandLayers
    return GradientBounds(
      bands: periods.map { period in
        let values = guesses.map { $0[period] ?? 0 }
        let (lower, upper) = (values.min() ?? 0, values.max() ?? 0)
        let threshold = options.thresholds.gradientUnevenness
        return .init(
          period: period, lower: lower, upper: upper, layer: layers[period],
          verdict: lower > threshold ? .artifact : upper <= threshold ? .clean : .open)
      })
  }

  /// The prediction at the input with the verdicts of its bounds, for its mean alone tells nothing.
  ///
  /// - Throws: ``ArtifactError`` as the prediction does.
  public func judgedInput() throws -> (finding: LatticeFinding, bounds: GradientBounds) {
    let bounds = try bounds()
    return (input.judged { period in bounds.bands.first { $0.period == period }?.verdict ?? .open }, bounds)
  }

  /// Why the input's lattice is not predicted at all; `nil` where it is.
  private var reasonForNone: String? {
    let dynamic = network.nodes.first { node in
      guard case .convolution = node.operation, node.inputs.count > 1, let weight = node.inputs[1] else { return false }
      return network.constants[weight] == nil
    }
    if let dynamic { return "the kernels of \(dynamic.name) are worked out from the input" }
    if period == 1, let lost = untracedLayers.first {
      return "positions cannot be followed through \(lost): what it does with them is for data to decide"
    }
    return nil
  }

  /// Rectifiers and pools that switch positions off give each its own gradient; where activations are soft, all
  /// positions may receive the same from a mean over them: the share of soft ones.
  private var largestCoherence: Double {
    var (soft, hard) = (0.0, 0.0)
    for node in network.nodes {
      guard let value = node.outputs.first, planes[value] != nil, !interior.layout(value).axes.isEmpty else { continue }
      switch node.operation {
      case .maxPool: hard += 1
      case .pointwise(let function) where function.passesHalf: hard += 1
      case .pointwise: soft += 1
      default: continue
      }
    }
    return hard == 0 ? 1 : soft / (soft + hard)
  }
}

extension LatticeFinding {
  /// With other verdicts, by period.
  package func judged(_ verdict: (Int) -> Verdict) -> LatticeFinding {
    var finding = self
    for index in bands.indices { finding.bands[index].verdict = verdict(bands[index].period) }
    return finding
  }

  /// Of figures that have no bounds.
  package var unjudged: LatticeFinding { judged { _ in .open } }
}
