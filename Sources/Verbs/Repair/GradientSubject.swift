import GinghamDifferentiation
import GinghamGeneration
import GinghamLattices
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
    let objective = try model.objectiveParser().parse(settings.target)
    self.objective = objective
    let shape = model.inputShape(batch: 1)
    let settle = try Self.settling(objective, by: context.differentiator(for: model.network), shape: shape)
    var inputs: [GradientTrial.Input] = []
    func add(_ top: Int?, read: @escaping () throws -> Tensor) {
      let own = top.map { ClassObjective(.index($0)) as any Objective } ?? objective
      inputs.append(.init(name: "input \(inputs.count)", objective: own, picture: read))
    }
    if settings.images.isEmpty {
      let count = settings.samples ?? RepairSettings.samplesOfGradients
      for index in 0..<count {
        let picture = { SeededPictures.input(index, of: model, seed: settings.seed) }
        add(try settle(picture()), read: picture)
      }
      skipped = []
    } else {
      var settled: [SettledPicture] = []
      skipped = try context.eachPicture(
        InputFiles.files(settings.images), of: model, counting: "reading pictures", into: &settled
      ) { settled, path, picture in
        settled.append(SettledPicture(path: path, top: try settle(picture)))
      }
      for picture in settled { add(picture.top) { try model.input(pictureAt: picture.path) } }
    }
    trial = GradientTrial(inputs: inputs, shape: shape)
  }

  /// A picture, and the class that is its top one where that is the objective.
  private struct SettledPicture: Codable {
    var path: String
    var top: Int?
  }

  /// Gives the class that is an input's top one, where that is the objective.
  private static func settling(
    _ objective: any Objective, by differentiator: any Differentiator, shape: Shape
  ) throws -> (Tensor) throws -> Int? {
    guard (objective as? ClassObjective)?.choice == .top else { return { _ in nil } }
    let pass = try ObjectivePass(objective, of: differentiator, inputShapes: [shape])
    return { input in
      _ = try pass.values(input)
      return ClassObjective(.top).classes(of: pass.activations[0])[0]
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
    try trial.forEach(at: value, by: engine) {
      context.progress.step(layer, $0, of: count)
    } use: { _, map in
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
    let forward = try engine.plan(PlanRequest(inputShapes: [trial.shape], targets: [output], gradients: []))
    var (outputs, maps, pool): ([Tensor], [Tensor], LatticePool?) = ([], [], nil)
    try trial.forEach(at: value, by: engine) {
      context.progress.step(what, $0, of: count)
    } use: { picture, map in
      outputs.append(try forward.forward([picture])[0])
      if maps.count < Self.shownMaps { maps.append(map) }
      if pool == nil { pool = try LatticePool(map, by: survey) } else { try pool?.add(map) }
    }
    var found = RepairMeasurement(outputs: .stacked(outputs))
    (found.maps, found.pool, found.survey) = (maps, pool, survey)
    found.gradients = try pool.map(survey.finding(of:))
    return found
  }

  private static let shownMaps = 4
}
