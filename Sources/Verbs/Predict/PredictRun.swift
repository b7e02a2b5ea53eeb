import GinghamDifferentiation
import GinghamLattices
import GinghamModels
import GinghamNetworks
import GinghamPrediction
import GinghamTensors

/// `predict MODEL`: predicts from the architecture what a network's gradients, and a generator's pictures, must show.
public struct PredictRun: Run {
  /// The verb: what manifests and folders call the run.
  public static let name = "predict"

  /// The net, with every option that changes what its file says.
  public var model: ModelSource
  /// All that the run is asked to do.
  public var settings: PredictSettings

  /// Reads nothing yet.
  public init(_ model: ModelSource, settings: PredictSettings = PredictSettings()) {
    self.model = model
    self.settings = settings
    // What passes as much power as it gets does not depend on weights, nor on what other inputs hold.
    self.model.skipsRandomWeights = settings.gain == .unit
    self.model.fixesOpenInputs = settings.gain == .unit
  }

  /// What the manifest is written from.
  public var record: RunRecord { RunRecord(of: model, runsModel: false, settings: settings) }

  /// - Throws: ``SettingError`` where the threshold is below 0.
  public func validate() throws { try settings.validate() }

  /// - Throws: ``ObjectiveError``, ``NetworkError`` where a layer is unknown, ``ModelError/contradiction(_:)`` for an
  /// objective on several layers.
  public func check(_ model: Model, in context: RunContext) throws { _ = try Prediction(of: model, settings: settings) }

  /// - Throws: ``ObjectiveError``, ``NetworkError``, ``ModelError/contradiction(_:)`` for an objective on several layers,
  ///   ``ArtifactError`` where no path leads from the target to the input or a layer cannot be predicted.
  public func result(in context: RunContext) throws -> RunResult<PredictFindings> {
    let model = try context.load(model)
    context.progress.step("predicting")
    let (findings, planes) = try Prediction(of: model, settings: settings).findings()
    return RunResult(findings) { try findings.draw(planes, into: $0) }
  }
}

extension PredictFindings {
  /// What is predicted of a net that is loaded, with the settings that nobody has to give.
  ///
  /// - Throws: ``NetworkError``, ``ArtifactError``.
  init(of model: Model) throws { self = try Prediction(of: model, settings: PredictSettings()).findings().0 }
}

/// What can be drawn of a prediction.
struct PredictedPlanes {
  /// Predicted power over the picture in units of its mean, borders included.
  let variance: Plane
  /// Overlap over the whole painted picture.
  let overlap: Plane?
  /// One lattice of what is painted, or of the gradient at the input.
  let tile: PhaseTable
}

/// A model and where its gradient starts.
private struct Prediction {
  let model: Model
  let settings: PredictSettings
  private let network: BoundNetwork
  private let start: ValueID
  private let neuron: NeuronObjective?
  private let at: (layer: String, value: ValueID)?

  init(of model: Model, settings: PredictSettings) throws {
    let objective = try model.objectiveParser().parse(settings.target)
    guard Set(objective.layers).count == 1, let name = objective.layers.first else {
      throw ModelError.contradiction(
        "a prediction starts from one layer; '\(settings.target)' reads \(objective.layers.joined(separator: ", "))")
    }
    self.model = model
    self.settings = settings
    start = try model.network.value(ofLayer: name)
    neuron = objective as? NeuronObjective
    at = try settings.at.map { ($0, try model.network.value(ofLayer: $0)) }
    network = try model.bound(leadingTo: [start] + (at.map { [$0.value] } ?? []))
  }

  func findings() throws -> (PredictFindings, PredictedPlanes) {
    let gradient = try GradientPrediction(network, target: start, options: settings.options)
    let painted = try picturePrediction()
    let variance = try gradient.variance(at: gradient.inputValue, startingAt: try neuronPosition(gradient))
    let foveation = Foveation(of: variance, period: gradient.period)
    let kernels = try kernels()
    let (input, bounds) = try gradient.judgedInput()
    let findings = PredictFindings(
      model: model.source.specification, inputShape: model.inputShape(batch: 1).dimensions, target: settings.target,
      convention: .init(gain: settings.gain, signals: settings.signals), input: input, bounds: bounds,
      atLayer: try at.map { .init(layer: $0.layer, lattice: try gradient.finding(at: $0.value).unjudged) },
      border: .init(
        cornerToCentre: foveation.cornerToCentre, unusedRows: foveation.unusedRows,
        unusedColumns: foveation.unusedColumns, deadShare: foveation.deadShare),
      layers: gradient.layers, strided: gradient.stridedLayers.map(PredictFindings.Resampling.init),
      weighted: try weighted(), kernels: kernels,
      picture: painted.map {
        .init(
          lattice: $0.finding, layers: $0.upsamplingLayers.map(PredictFindings.Resampling.init),
          isTrained: !model.source.isRandom)
      },
      untraced: gradient.untracedLayers,
      warnings: try gradient.warnings() + (painted?.warnings() ?? [])
        + Self.phaseSumWarnings(kernels, of: painted?.upsamplingLayers ?? []))
    let planes = PredictedPlanes(
      variance: foveation.map, overlap: try painted?.overlap(), tile: painted?.phases ?? gradient.inputPhases)
    return (findings, planes)
  }

  /// Where the net enlarges something on the way to a map.
  private func picturePrediction() throws -> PicturePrediction? {
    guard let output = network.outputs.first, let spatial = network.shapes[output]?.spatial, spatial.count == 2,
      spatial.contains(where: { $0 > 1 })
    else { return nil }
    let prediction = try PicturePrediction(network, options: settings.options)
    return prediction.upsamples ? prediction : nil
  }

  private func neuronPosition(_ gradient: GradientPrediction) throws -> (row: Int, column: Int)? {
    guard let neuron, let shape = network.shapes[start], shape.rank == 4 else { return nil }
    let position = neuron.position ?? (shape[2] / 2, shape[3] / 2)
    return (position.y, position.x)
  }

  /// Weights that were drawn at random say nothing that the architecture does not.
  private func weighted() throws -> LatticeFinding? {
    guard !model.source.isRandom, settings.gain != .weights else { return nil }
    var weighted = settings.options
    weighted.gain = .weights
    return try GradientPrediction(network, target: start, options: weighted).input.unjudged
  }

  /// Enlarging layers whose learned phase sums differ: what is constant in front of them comes out as a grid, however
  /// evenly their kernels overlap.
  private static func phaseSumWarnings(
    _ kernels: [PredictFindings.Kernel], of layers: [StridedLayer]
  ) -> [PredictionWarning] {
    layers.compactMap { layer in
      guard let kernel = kernels.first(where: { $0.layer == layer.name }), kernel.sumDeviation >= leastSumDeviation
      else { return nil }
      return PredictionWarning(
        layer: layer.name, kind: .unevenPhaseSums,
        message: String(
          format:
            "its learned phase sums differ by ±%.0f %%: a constant in front of it comes out as a grid of period %d",
          100 * kernel.sumDeviation, layer.cumulativeBehind),
        advice:
          "how much of that the pictures show is for samples to tell: \(Mention.verb(TraceRun.name, "MODEL")) holds "
          + "it against them, \(Mention.verb(RepairRun.name, "MODEL")) makes the sums equal where that helps")
    }
  }

  /// Spread of phase sums over their mean magnitude from which on they are worth a warning.
  private static let leastSumDeviation = 0.05

  private func kernels() throws -> [PredictFindings.Kernel] {
    guard !model.source.isRandom else { return [] }
    let phases = try network.kernelPhases()
    return network.nodes.compactMap { node in
      node.outputs.first.flatMap { phases[$0] }.map { PredictFindings.Kernel(layer: node.name, phases: $0) }
    }
  }
}
