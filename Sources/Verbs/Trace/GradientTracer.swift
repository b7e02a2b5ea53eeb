import GinghamAttribution
import GinghamDifferentiation
import GinghamLattices
import GinghamModels
import GinghamNetworks
import GinghamPrediction
import GinghamReporting
import GinghamTensors

/// Traces the gradients of an objective through a network: one backward pass a picture that hands out the gradient of
/// every layer on the way.
struct GradientTracer {
  let model: Model
  let target: String
  private let objective: any Objective
  private let engine: any Differentiator
  private let expectation: Expectation
  private let path: [Station]
  /// The layers of each counterfactual, with the rules that even them.
  private let changes: [(layers: [String], values: [ValueID], rules: BackwardRules)]

  /// A value on the way whose gradient is looked at.
  private struct Station {
    let name: String
    let operation: String
    let value: ValueID
    let stride: Double
    /// How its gradients are read where they are N×H×W×C.
    var view: MapView?
  }

  private let context: RunContext

  /// - Parameter evened: layers whose backward pass is replaced by its even version; each alone, and, where there are
  ///   several, all together.
  /// - Throws: ``ObjectiveError``, ``NetworkError`` for unknown layers with the nearest names,
  ///   ``AttributionError/nothingToSmooth(layer:uneven:)``, ``EngineError``.
  init(
    _ model: Model, target: String, without evened: [String] = [], signals: PredictionOptions.Signals = .white,
    context: RunContext
  ) throws {
    self.model = model
    self.target = target
    objective = try model.objectiveParser().parse(target)
    let network = model.network
    var groups = evened.map { [$0] }
    if evened.count > 1 { groups.append(evened) }
    let targets = objective.layers
    changes = try groups.map { layers in
      (
        layers, try layers.map(network.value),
        try BackwardSmoothing.rules(smoothing: layers, of: network, towards: targets)
      )
    }
    path = try Self.path(in: model, to: targets.map(network.value))
    expectation = try Expectation(of: objective, in: model, at: path.map(\.value), signals: signals)
    engine = try context.differentiator(for: network)
    self.context = context
  }

  /// The picture and every layer between it and the targets, these left out: there the gradient is the objective's own.
  private static func path(in model: Model, to targets: [ValueID]) throws -> [Station] {
    let source = try model.gradientValue(ofLayer: nil)
    let bound = try model.bound(leadingTo: targets + [source])
    let leading = bound.nodes.ancestors(of: targets)
    guard leading.contains(source) else { throw EngineError.unreachable(value: bound.name(of: source)) }
    let (sampling, axes) = (bound.sampling, bound.channelAxes)
    let what = model.network.isOneDimensional ? "signal" : "picture"
    var stations = [Station(name: "input", operation: what, value: source, stride: 1)]
    for node in bound.nodes.following([source]) {
      guard let value = node.outputs.first, leading.contains(value), !targets.contains(value) else { continue }
      let shape = bound.shapes[value] ?? []
      stations.append(
        Station(
          name: node.name, operation: node.operation.name, value: value, stride: sampling[value]?.stride ?? 1,
          view: shape.rank == 4 ? bound.mapView(of: value, shape: shape, axes: axes) : nil))
    }
    return stations
  }

  /// What a user should know beside the findings.
  var remarks: [String] { model.remarks + [expectation.remark].compactMap { $0 } }

  /// Pictures that cannot be read, or whose gradients are not finite, are left out.
  ///
  /// - Throws: what the first picture fails with where none can be traced, and what the engine throws.
  func trace(picturesAt paths: [String]) throws -> (trace: GradientTrace, skipped: [SkippedFile]) {
    let files = try InputFiles.listed(paths)
    guard !files.isEmpty else { throw MeasureError.noPictures(in: paths) }
    let shape = model.inputShape(batch: 1)
    let plan = try engine.plan(
      PlanRequest(
        inputShapes: [shape], targets: try objective.layers.map(model.network.value), gradients: path.map(\.value),
        readsMaps: true))
    let pass = ObjectivePass(objective, on: plan)
    let surveys = path.map { expectation.survey(at: $0.value) }
    var gathered = TracedGradients(layers: path.map { _ in LayerGradients() })
    let skipped = try context.eachPicture(
      files, of: model, counting: "pictures", into: &gathered
    ) { gathered, file, picture in
      let gradients = try pass.valuesAndGradients(picture).gradients
      for (station, gradient) in zip(path, gradients) {
        try gradient.requireFinite("the gradient of '\(station.name)' at '\(file)'")
      }
      for (station, gradient) in gradients.enumerated() {
        try gathered.layers[station].add(path[station].view?.map(of: gradient) ?? gradient, by: surveys[station])
      }
      gathered.pictures.append(file)
    }
    let read = gathered.pictures
    let trial = GradientTrial(
      inputs: read.map { file in
        .init(name: "the pixels at '\(file)'", objective: objective) { try model.input(pictureAt: file) }
      }, shape: shape)
    let without = try changes.enumerated().map { number, change in
      try self.without(change.layers, change.values, change.rules, trial: trial, exact: pass) {
        context.progress.step("pictures", read.count * number + $0, of: read.count * changes.count)
      }
    }
    let trace = GradientTrace(
      model: model.source.specification, target: target, images: read,
      layers: try path.indices.map { index in
        let station = path[index]
        return try gathered.layers[index].layer(
          name: station.name, operation: station.operation, stride: station.stride, by: surveys[index])
      }, without: without, twins: nil, aliasing: nil, skipped: skipped.isEmpty ? nil : skipped)
    return (trace, skipped)
  }

  /// The gradient at the pixels of nets with random weights, at the same pictures.
  ///
  /// - Parameter lattice: of the net itself.
  /// - Returns: `nil` where that has none.
  /// - Throws: what reading a picture and the engine throw; ``ModelError/nonFiniteResult(what:count:of:)``.
  func randomTwins(
    _ count: Int, seed: UInt64, of lattice: LatticeFinding?, picturesAt files: [String]
  ) throws -> RandomTwins? {
    guard let lattice else { return nil }
    let pixels = path[0].value
    let survey = expectation.survey(at: pixels)
    let shape = model.inputShape(batch: 1)
    let trial = GradientTrial(
      inputs: files.map { file in
        .init(name: "a random twin at '\(file)'", objective: objective) { try model.input(pictureAt: file) }
      }, shape: shape)
    let twins = try (0..<count).map { number in
      let engine = try context.differentiator(
        for: model.network.withRandomWeights(seed: seed &+ UInt64(number)))
      var found = try survey.emptyLattice(for: shape)
      try trial.forEach(at: pixels, by: engine) {
        context.progress.step("random twins", files.count * number + $0, of: files.count * count)
      } use: { _, map in
        try found.add(map)
      }
      return try survey.finding(of: found, mapsOf: shape)
    }
    return RandomTwins(of: lattice, twins: twins, seed: seed)
  }

  /// - Parameter exact: of the gradient at every station, the pixels first. It is taken again at each picture: of a large
  ///   set not even the pixels' gradients are kept.
  private func without(
    _ layers: [String], _ values: [ValueID], _ rules: BackwardRules, trial: GradientTrial, exact: ObjectivePass,
    progress: (Int) -> Void
  ) throws -> GradientTrace.Without {
    let pixels = path[0].value
    let survey = expectation.survey(at: pixels)
    var lattice = try survey.emptyLattice(for: trial.shape)
    var (cosines, count) = (0.0, 0)
    try trial.forEach(at: pixels, by: engine, rules: rules, progress: progress) { picture, map in
      try lattice.add(map)
      cosines += try map.cosine(to: exact.valuesAndGradients(picture).gradients[0])
      count += 1
    }
    var finding = try survey.finding(of: lattice, mapsOf: trial.shape)
    let predicted = try expectation.bands(evening: values)
    for index in finding.bands.indices {
      finding.bands[index].predicted = predicted[finding.bands[index].period]
      finding.bands[index].ratio = nil
    }
    return .init(layers: layers, lattice: finding, cosine: cosines / Double(max(count, 1)))
  }
}

/// What is gathered of the pictures of a trace.
private struct TracedGradients: Codable {
  /// One a station.
  var layers: [LayerGradients]
  /// That have been gathered.
  var pictures: [String] = []
}

/// Gradients at one layer, added up picture by picture.
private struct LayerGradients: Codable {
  private var lattice: GradientLattice?
  /// N×C×H×W of one of them.
  private var dimensions: [Int]?
  private var squares = 0.0
  private var magnitudes = 0.0
  private var zeros = 0
  private var count = 0

  mutating func add(_ gradient: Tensor, by survey: LatticeSurvey) throws {
    gradient.withUnsafeBufferPointer { values in
      for value in values {
        squares += Double(value) * Double(value)
        magnitudes += Double(abs(value))
        if value == 0 { zeros += 1 }
      }
    }
    count += gradient.count
    dimensions = gradient.shape.dimensions
    // A lattice needs two positions along each axis.
    guard gradient.shape.rank == 4, Plane.side(height: gradient.shape[2], width: gradient.shape[3]) >= 2 else { return }
    if lattice == nil { lattice = try survey.emptyLattice(for: gradient.shape) }
    try lattice?.add(gradient)
  }

  func layer(
    name: String, operation: String, stride: Double, by survey: LatticeSurvey
  ) throws -> GradientTrace.Layer {
    let total = Double(max(count, 1))
    return GradientTrace.Layer(
      name: name, operation: operation, shape: Array(dimensions?.dropFirst() ?? []),
      stride: stride, rootMeanSquare: (squares / total).squareRoot(), meanMagnitude: magnitudes / total,
      zeroShare: Double(zeros) / total,
      lattice: try lattice?.finding(
        prediction: survey.expectation(forMapsOf: dimensions.map { Shape($0) }), layers: survey.layers))
  }
}
