import GinghamArtifacts
import GinghamAttribution
import GinghamDifferentiation
import GinghamImaging
import GinghamNetworks
import GinghamReporting
import GinghamTensors

/// Gradients of an objective at pictures: computed, measured, drawn.
public struct GradientRun {
  public let model: Model
  public let target: String
  public let method: any AttributionMethod
  /// The layer at whose output the gradient is; `nil`: the picture.
  public let layer: String?

  private let objective: any Objective
  private let differentiator: any Differentiator
  private let period: Int

  /// - Throws: ``ObjectiveError`` where the target cannot be read, ``NetworkError`` where a layer is unknown,
  ///   ``EngineError``.
  public init(
    _ model: Model, target: String, method: any AttributionMethod, backend: Backend = .fast, threads: Int
  ) throws {
    self.model = model
    self.target = target
    self.method = method
    layer = (method as? LayerGradient)?.layer
    objective = try model.objectiveParser().parse(target)
    let targets = try objective.layers.map(model.network.value)
    let start = try layer.map(model.network.value)
    period = try model.latticePeriod(targets: targets, at: start)
    differentiator = PlanCache(try backend.differentiator(for: model.network, threads: threads))
  }

  /// One picture's part of a run.
  public struct Result {
    public let finding: GradientFindings.Image
    /// 1×C×H×W of what the network saw, in 0…1.
    public let input: Tensor
    /// 1×C×H×W.
    public let map: Tensor
  }

  /// - Throws: ``ImageError`` for the picture, ``ModelError/nonFiniteResult(what:count:of:)``, and what the engine throws.
  public func result(pictureAt path: String) throws -> Result {
    let input = try model.input(pictureAt: path)
    let attribution = try method.attribute(input, to: objective, by: differentiator)
    try requireFinite(attribution.map, "the gradient at '\(path)'")
    let outputs = try logits(attribution, input)
    let finding = GradientFindings.Image(
      path: path, target: settledTarget(outputs), value: attribution.values[0], prediction: prediction(outputs),
      lattice: try lattice([attribution.map]), completenessGap: attribution.completenessGaps.first)
    return Result(finding: finding, input: input, map: attribution.map)
  }

  /// What all results together show.
  public func findings(_ results: [Result]) throws -> GradientFindings {
    GradientFindings(
      model: model.source.specification, method: type(of: method).name, surrogate: type(of: method).isSurrogate,
      layer: layer, images: results.map(\.finding),
      pooled: results.count > 1 ? try lattice(results.map(\.map)) : nil)
  }

  private func lattice(_ maps: [Tensor]) throws -> LatticeFinding {
    let (height, width) = (maps[0].shape[2], maps[0].shape[3])
    // A method may speak of coarser positions than pixels: then only the finest lattice is left to look at.
    let period = min(period, max(2, min(height, width) / 2))
    var lattice = try GradientLattice(
      period: period, border: GradientLattice.usualBorder(period: period, height: height, width: width))
    for map in maps { try lattice.add(map) }
    return try lattice.finding()
  }

  private func requireFinite(_ tensor: Tensor, _ what: String) throws {
    guard !tensor.isFinite else { return }
    throw ModelError.nonFiniteResult(what: what, count: tensor.scalars.count { !$0.isFinite }, of: tensor.count)
  }

  /// The network's output for the picture, from the run itself where the objective reads it.
  private func logits(_ attribution: Attribution, _ input: Tensor) throws -> Tensor {
    if let index = objective.layers.firstIndex(of: "output") { return attribution.activations[index] }
    guard let output = model.network.outputs.first else { return Tensor([0]) }
    return try differentiator.plan(
      PlanRequest(inputShapes: [input.shape], targets: [output], gradients: [])
    ).forward([input])[0]
  }

  private func prediction(_ outputs: Tensor) -> GradientFindings.Prediction? {
    // A picture or a map is no row of classes.
    guard outputs.count == outputs.shape.dimensions.dropFirst().first, outputs.count > 1 else { return nil }
    let index = ClassObjective(.top).classes(of: outputs)[0]
    return GradientFindings.Prediction(
      index: index, logit: outputs.scalars[index], label: model.classNames.name(of: index, among: outputs.count))
  }

  private func settledTarget(_ outputs: Tensor) -> String {
    guard let settled = objective.settled(by: [outputs]) as? ClassObjective, settled.choice != .top else {
      return target
    }
    return "class:\(settled.classes(of: outputs)[0])"
  }
}

extension GradientRun {
  /// What a user should know about the run beside its findings.
  public var remarks: [String] {
    guard model.network.normalization == nil, !model.source.isRandom else { return [] }
    return [
      "the file does not say how pictures were normalized, so 0…1 goes in as it is; most ImageNet nets want "
        + "--mean 0.485,0.456,0.406 --std 0.229,0.224,0.225"
    ]
  }
}
