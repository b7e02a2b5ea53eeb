import GinghamDifferentiation
import GinghamModels
import GinghamNetworks
import GinghamTensors

/// A network judged by the gradients it sends back to its pixels. Where the gradient is that of the top class, it is the
/// class that the network before the repair takes each input for.
struct GradientSubject: RepairSubject {
  let kind = RepairFindings.Kind.gradients
  let output: ValueID
  private let inputs: [Tensor]
  private let target: String
  private let classes: [Int]?
  private let backend: Backend
  private let threads: Int

  var count: Int { inputs.count }

  /// - Throws: ``ObjectiveError``, ``NetworkError``, ``EngineError``, ``ImageError`` for pictures.
  init(_ model: Model, settings: RepairSettings, backend: Backend, threads: Int) throws {
    guard let output = model.network.outputs.first, model.network.inputs.first?.shape.count == 4 else {
      throw ModelError.notPictures(model.network.inputs.first?.shape.map { $0.map(String.init) ?? "?" } ?? [])
    }
    self.output = output
    target = settings.target
    self.backend = backend
    self.threads = threads
    inputs =
      settings.images.isEmpty
      ? SeededPictures.pictures(model.inputShape(batch: settings.samples ?? 16), seed: settings.seed)
      : try settings.images.map(model.input(pictureAt:))
    let objective = try model.objectiveParser().parse(target)
    guard (objective as? ClassObjective)?.choice == .top else {
      classes = nil
      return
    }
    let pass = try ObjectivePass(
      objective, of: backend.differentiator(for: model.network, threads: threads), inputShapes: [inputs[0].shape])
    classes = try inputs.map { input in
      _ = try pass.values(input)
      return ClassObjective(.top).classes(of: pass.activations[0])[0]
    }
  }

  func measure(_ model: Model, progress: (Int, Int) -> Void) throws -> RepairMeasurement {
    let objective = try model.objectiveParser().parse(target)
    let value = try model.gradientValue(ofLayer: nil)
    let survey = try Expectation(of: objective, in: model, at: [value]).survey(at: value)
    let engine = try backend.differentiator(for: model.network, threads: threads)
    let plan = try engine.plan(
      PlanRequest(
        inputShapes: [inputs[0].shape], targets: try objective.layers.map(model.network.value), gradients: [value]))
    let outputs = try engine.plan(PlanRequest(inputShapes: [inputs[0].shape], targets: [output], gradients: []))
    var found = RepairMeasurement(outputs: Tensor([0]))
    var rows: [Tensor] = []
    for (index, input) in inputs.enumerated() {
      progress(index, inputs.count)
      let settled = classes.map { ClassObjective(.index($0[index])) as any Objective } ?? objective
      let map = try ObjectivePass(settled, on: plan).valuesAndGradients(input).gradients[0]
      try map.requireFinite("the gradient of input \(index)")
      found.maps.append(map)
      rows.append(try outputs.forward([input])[0])
    }
    found.outputs = .stacked(rows)
    found.survey = survey
    found.gradients = try survey.finding(of: found.maps)
    return found
  }
}
