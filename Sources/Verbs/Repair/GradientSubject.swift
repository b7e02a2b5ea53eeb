import GinghamDifferentiation
import GinghamGeneration
import GinghamModels
import GinghamNetworks
import GinghamReporting
import GinghamRewriting
import GinghamTensors

/// A network judged by the gradients it sends back to its pixels. Where the gradient is that of the top class, it is the
/// class that the network before the repair takes each input for.
struct GradientSubject: RepairSubject {
  let kind = RepairFindings.Kind.gradients
  let output: ValueID
  let skipped: [SkippedFile]
  private let trial: GradientTrial
  private let objective: any Objective
  private let context: RunContext

  var count: Int { trial.inputs.count }

  /// - Throws: ``ModelError/notPictures(_:)``, ``ObjectiveError``, ``NetworkError``, ``EngineError``, ``ImageError`` where
  ///   no picture can be read.
  init(_ model: Model, settings: RepairSettings, context: RunContext) throws {
    guard let output = model.network.outputs.first, model.network.inputs.first?.shape.count == 4 else {
      throw ModelError.notPictures(model.network.inputs.first?.shape.map { $0.map(String.init) ?? "?" } ?? [])
    }
    (self.output, self.context) = (output, context)
    let inputs: [Tensor]
    if settings.images.isEmpty {
      let count = settings.samples ?? RepairSettings.samplesOfGradients
      (inputs, skipped) = (SeededPictures.inputs(of: model, count: count, seed: settings.seed), [])
    } else {
      (inputs, skipped) = try context.each(settings.images, counting: "reading pictures", model.input(pictureAt:))
    }
    let objective = try model.objectiveParser().parse(settings.target)
    self.objective = objective
    let settled = try Self.settled(objective, at: inputs, by: context.differentiator(for: model.network))
    trial = GradientTrial(
      inputs: Array(zip(inputs, settled)), names: inputs.indices.map { "input \($0)" })
  }

  /// Of each input the objective itself, or the class that its top one is.
  private static func settled(
    _ objective: any Objective, at inputs: [Tensor], by differentiator: any Differentiator
  ) throws -> [any Objective] {
    guard (objective as? ClassObjective)?.choice == .top, let first = inputs.first else {
      return inputs.map { _ in objective }
    }
    let pass = try ObjectivePass(objective, of: differentiator, inputShapes: [first.shape])
    return try inputs.map { input in
      _ = try pass.values(input)
      return ClassObjective(.index(ClassObjective(.top).classes(of: pass.activations[0])[0]))
    }
  }

  func prediction(of network: BoundNetwork) -> RepairPrediction {
    RepairPrediction(ofGradients: network, target: output)
  }

  func staggering(of layer: String, in model: Model) throws -> [StaggerOffset]? {
    let value = try model.network.value(ofLayer: layer)
    let bound = try model.bound()
    guard let node = bound.nodes.first(where: { $0.outputs.first == value }), let shape = bound.shapes[value],
      shape.rank == 4, let (window, isPool) = node.operation.downsamplingWindow
    else { return nil }
    var weight: Tensor?
    if !isPool {
      guard node.inputs.count > 1, let known = node.inputs[1].flatMap({ bound.constants[$0]?.tensor }) else {
        return nil
      }
      weight = known
    }
    let coarser = try model.latticePeriods(targets: objective.layers.map(model.network.value), at: [value])[value] ?? 1
    let room = max(1, min(shape[2], shape[3]) / 2)
    var behind = ChannelPhases(channels: shape[1], period: min(coarser, Self.longestLattice, room))
    let engine = try context.differentiator(for: model.network)
    for map in try trial.maps(at: value, by: engine, progress: { context.progress.step(layer, $0, of: count) }) {
      try behind.add(map)
    }
    return StaggerBalance(reading: window, weight: weight, behind: behind)?.offsets
  }

  /// Of a layer's output, in its elements: phases beyond that are too many to be told from chance.
  private static let longestLattice = 8

  func measure(_ model: Model, counting what: String) throws -> RepairMeasurement {
    let value = try model.gradientValue(ofLayer: nil)
    let survey = try Expectation(of: objective, in: model, at: [value]).survey(at: value)
    let engine = try context.differentiator(for: model.network)
    let maps = try trial.maps(at: value, by: engine) { context.progress.step(what, $0, of: count) }
    let outputs = try engine.plan(
      PlanRequest(inputShapes: [trial.inputs[0].picture.shape], targets: [output], gradients: []))
    var found = RepairMeasurement(
      outputs: .stacked(try trial.inputs.map { try outputs.forward([$0.picture])[0] }))
    found.maps = maps
    found.survey = survey
    found.gradients = try survey.finding(of: maps)
    return found
  }
}
