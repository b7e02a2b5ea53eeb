import Foundation
import GinghamAttribution
import GinghamDifferentiation
import GinghamImaging
import GinghamLattices
import GinghamModels
import GinghamNetworks
import GinghamPrediction
import GinghamReporting
import GinghamTensors

/// Gradients of an objective at pictures: computed and measured one by one.
struct PictureGradients {
  let model: Model
  let target: String
  let method: any AttributionMethod
  /// The layer at whose output the gradient is; `nil`: the picture.
  let layer: String?

  private let objective: any Objective
  private let expectation: Expectation
  let survey: LatticeSurvey
  /// How the gradient at a layer N×H×W×C is read.
  private let view: MapView?
  // One of each, as each remembers one plan.
  private var differentiator: any Differentiator
  private var exactDifferentiator: any Differentiator
  private var outputDifferentiator: any Differentiator

  /// - Parameter signals: what the prediction assumes of neighbouring activations in pools.
  /// - Throws: ``ObjectiveError`` where the target cannot be read, ``NetworkError`` where a layer is unknown,
  ///   ``EngineError``.
  init(
    _ model: Model, target: String, method: any AttributionMethod, signals: PredictionOptions.Signals = .white,
    context: RunContext
  ) throws {
    self.model = model
    self.target = target
    self.method = method
    layer = (method as? LayerGradient)?.layer
    objective = try model.objectiveParser().parse(target)
    let value = try model.gradientValue(ofLayer: layer)
    expectation = try Expectation(of: objective, in: model, at: [value], signals: signals)
    survey = expectation.survey(at: value)
    view = try layer.flatMap { layer in
      let bound = try model.bound(leadingTo: [value])
      guard let shape = bound.shapes[bound.resolved(value)] else { return nil }
      guard shape.rank == 4 else { throw ObjectiveError.noRows(layer: layer, shape: shape) }
      return bound.mapView(of: value, shape: shape, axes: bound.channelAxes)
    }
    let engine = try context.differentiator(for: model.network)
    differentiator = PlanCache(engine)
    exactDifferentiator = PlanCache(engine)
    outputDifferentiator = PlanCache(engine)
  }

  /// The same with plans of its own, for another thread.
  ///
  /// - Throws: ``EngineError``.
  func copy(in context: RunContext) throws -> PictureGradients {
    var copy = self
    let engine = try context.differentiator(for: model.network)
    copy.differentiator = PlanCache(engine)
    copy.exactDifferentiator = PlanCache(engine)
    copy.outputDifferentiator = PlanCache(engine)
    return copy
  }

  /// For titles: the net, the method, and the layer where the gradient is no picture's.
  var subject: String {
    "\(type(of: method).name) of \(model.source.title)" + (layer.map { " at \($0)" } ?? "")
  }

  /// One picture's part of a run.
  struct Result: Sendable {
    let finding: GradientFindings.Image
    /// 1×C×H×W of what the network saw, in 0…1.
    let input: Tensor
    /// 1×C×H×W.
    let map: Tensor
    let survey: LatticeSurvey
    /// What the map shows, to be drawn and to be added to what others show.
    let pool: LatticePool
  }

  /// What a picture's passes through the network give, beside its map and the network's output.
  private struct Passes: Codable {
    var value: Float
    var completenessGap: Float?
    var cosine: Double?
  }

  /// - Throws: ``ImageError`` for the picture, ``ModelError/nonFiniteResult(what:count:of:)``, and what the engine throws.
  func result(pictureAt path: String, in context: RunContext = RunContext()) throws -> Result {
    let input = try model.input(pictureAt: path)
    let passes = try context.once(named: path) {
      let attribution = try method.attribute(input, to: objective, by: differentiator)
      try attribution.map.requireFinite("the gradient at '\(path)'")
      return Finished(
        value: Passes(
          value: attribution.values[0], completenessGap: attribution.completenessGaps.first,
          cosine: try cosine(of: attribution.map, at: input)),
        tensors: [view?.map(of: attribution.map) ?? attribution.map, try logits(attribution, input)])
    }
    let (map, outputs) = (passes.tensors[0], passes.tensors[1])
    let pool = try LatticePool(map, by: survey)
    let finding = GradientFindings.Image(
      path: path, target: settledTarget(outputs), value: passes.value.value, averagedOver: positions(outputs),
      prediction: prediction(outputs), lattice: try survey.finding(of: pool), cosine: passes.value.cosine,
      isZero: map.scalars.allSatisfy { $0 == 0 }, completenessGap: passes.value.completenessGap)
    return Result(finding: finding, input: input, map: map, survey: survey, pool: pool)
  }

  /// What was found, without any picture's part yet.
  ///
  /// - Parameter pool: of all pictures.
  /// - Throws: ``ArtifactError``.
  func findings(of pool: LatticePool?, skipped: [SkippedFile]) throws -> GradientFindings {
    GradientFindings(
      model: model.source.specification, method: type(of: method).name, surrogate: type(of: method).isSurrogate,
      layer: layer, images: [], pooled: try pool.flatMap { $0.count > 1 ? try survey.finding(of: $0) : nil },
      skipped: skipped.isEmpty ? nil : skipped)
  }

  /// Writes spectrum and phases of all pictures together, where there are several.
  func draw(_ pool: LatticePool?, into folder: RunFolder) throws {
    if let pool, pool.count > 1 { try survey.draw(pool, into: folder, under: "") }
  }

  /// How much a surrogate has in common with the true gradient; `nil` for true gradients and maps of another shape.
  private func cosine(of map: Tensor, at input: Tensor) throws -> Double? {
    guard type(of: method).isSurrogate, map.shape == input.shape else { return nil }
    return try Gradient().attribute(input, to: objective, by: exactDifferentiator).map.cosine(to: map)
  }

  /// The network's output for the picture, from the run itself where the objective reads it; nothing where the layers
  /// behind the objective do not take pictures of this size.
  private func logits(_ attribution: Attribution, _ input: Tensor) throws -> Tensor {
    if let index = objective.layers.firstIndex(of: "output") { return attribution.activations[index] }
    guard let output = model.network.outputs.first else { return Tensor([0]) }
    do {
      return try outputDifferentiator.plan(
        PlanRequest(inputShapes: [input.shape], targets: [output], gradients: [])
      ).forward([input])[0]
    } catch is NetworkError {
      return Tensor([0])
    }
  }

  private func prediction(_ outputs: Tensor) -> GradientFindings.Prediction? {
    // A picture is no row of classes, nor a map a class: of a map, only the objective that asks for a class says so.
    guard outputs.shape.rank > 1, outputs.count == outputs.shape[1], outputs.count > 1 else { return nil }
    let index = ClassObjective(.top).classes(of: outputs)[0]
    return GradientFindings.Prediction(
      index: index, logit: outputs.scalars[index], label: model.classNames.name(of: index, among: outputs.count))
  }

  /// H and W of the map that a class has, where it is no single number.
  private func positions(_ outputs: Tensor) -> [Int]? {
    guard objective is ClassObjective, outputs.shape.rank > 3 else { return nil }
    let positions = Array(outputs.shape.dimensions.dropFirst(2))
    return positions.allSatisfy { $0 == 1 } ? nil : positions
  }

  /// The objective as the user wrote it, a class by its number.
  private func settledTarget(_ outputs: Tensor) -> String {
    guard let classes = objective as? ClassObjective else { return target }
    return "class:\(classes.classes(of: outputs)[0])"
  }
}

extension PictureGradients {
  /// What a user should know about the run beside its findings.
  ///
  /// - Parameters:
  ///   - zeros: pictures at which the gradient is zero.
  ///   - unnamed: how many more there are.
  func remarks(zeros: [String], unnamed: Int = 0) -> [String] {
    let names = zeros.map { "'\($0)'" } + (unnamed > 0 ? ["\(unnamed) more"] : [])
    return model.remarks + [expectation.remark].compactMap { $0 }
      + (names.isEmpty
        ? []
        : ["the gradient is zero everywhere at \(names.joined(separator: ", ")); nothing is judged there"])
  }
}

extension Model {
  /// What a user should know about the model before trusting a gradient of it.
  public var remarks: [String] {
    outputRemarks + normalizationRemarks
  }

  private var outputRemarks: [String] {
    guard network.outputs.count > 1, source.outputName == nil, let first = network.outputs.first else { return [] }
    let names = network.outputs.map { "'\(network.name(of: $0))'" }
    return [
      "of the outputs \(names.joined(separator: ", ")), '\(network.name(of: first))' is meant; another has to be named"
    ]
  }

  private var normalizationRemarks: [String] {
    guard network.normalization == nil, !source.isRandom, !network.isOneDimensional else { return [] }
    return [
      "the file does not say how pictures were normalized, so 0…1 goes in as it is; most ImageNet nets want "
        + "mean 0.485,0.456,0.406 and std 0.229,0.224,0.225"
    ]
  }
}
