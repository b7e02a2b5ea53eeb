import Foundation
import GinghamAttribution
import GinghamDifferentiation
import GinghamImaging
import GinghamLattices
import GinghamModels
import GinghamNetworks
import GinghamReporting
import GinghamTensors

/// `gradient --compare`: the true gradient and its mitigated surrogates side by side.
public struct GradientComparisonRun: Run {
  /// The verb: what manifests and folders call the run.
  public static let name = "compare-gradients"

  /// The net, with every option that changes what its file says.
  public var model: ModelSource
  /// All that the run is asked to do.
  public var settings: GradientSettings

  /// Reads nothing yet.
  public init(_ model: ModelSource, settings: GradientSettings) {
    self.model = model
    self.settings = settings
  }

  /// What the manifest is written from.
  public var record: RunRecord {
    RunRecord(of: model, inputs: settings.images, seed: settings.seed, settings: settings)
  }

  /// - Throws: ``SettingError`` where a setting is out of its range, or a method or a layer is given.
  public func validate() throws { try settings.validate() }

  /// - Throws: ``ObjectiveError`` where the target cannot be read, ``NetworkError`` where its layer is unknown.
  public func check(_ model: Model, in context: RunContext) throws {
    try model.check(objective: settings.target)
  }

  /// - Throws: ``ObjectiveError``, ``NetworkError``, ``EngineError``, what the methods throw, and what the first picture
  ///   fails with where none can be read.
  public func result(in context: RunContext) throws -> RunResult<GradientComparison> {
    let model = try context.load(model)
    let table = try MethodTable(model, settings: settings, context: context)
    let (inputs, skipped) = try context.each(settings.images) { path in
      let picture = try model.input(pictureAt: path)
      return MethodTable.Subject(path: path, picture: picture, exact: try table.exact(at: picture, path: path))
    }
    let (compared, sheet) = try table.compare(inputs)
    var comparison = compared
    comparison.skipped = skipped.isEmpty ? nil : skipped
    let seconds = comparison.methods.map { ($0.method, $0.seconds.map(JSONValue.number) ?? .null) }
    return RunResult(
      comparison, remarks: table.remarks + model.fittingRemarks(at: settings.images), skipped: skipped,
      settled: ["seconds": .object(Dictionary(uniqueKeysWithValues: seconds))]
    ) { folder in
      try folder.write("montage.png", figure: sheet.figure(), scale: 1)
    }
  }
}

/// Holds methods against the true gradient.
private struct MethodTable {
  /// A picture with its true gradient, which is finite.
  struct Subject {
    let path: String
    let picture: Tensor
    let exact: Tensor
  }

  /// A method under the name it has in the table.
  struct Candidate {
    let name: String
    let method: any AttributionMethod
  }

  let model: Model
  let target: String
  private let objective: any Objective
  private let expectation: Expectation
  private let survey: LatticeSurvey
  private let engine: any Differentiator
  private let exactEngine: PlanCache
  private let game = DeletionInsertion()
  private let candidates: [Candidate]
  private let context: RunContext

  init(_ model: Model, settings: GradientSettings, context: RunContext) throws {
    self.model = model
    target = settings.target
    self.context = context
    objective = try model.objectiveParser().parse(target)
    let value = try model.gradientValue(ofLayer: nil)
    expectation = try Expectation(of: objective, in: model, at: [value], signals: settings.signals)
    survey = expectation.survey(at: value)
    engine = try context.differentiator(for: model.network)
    exactEngine = PlanCache(engine)
    let period = survey.period
    candidates = GradientMethod.all.flatMap(\.candidates)
      .map { Candidate(name: $0.name, method: $0.make(settings, period)) }
  }

  var remarks: [String] { model.remarks + [expectation.remark].compactMap { $0 } }

  /// The gradient without any mitigation.
  ///
  /// - Throws: ``ModelError/nonFiniteResult(what:count:of:)``, and what the engine throws.
  func exact(at picture: Tensor, path: String) throws -> Tensor {
    try context.once(named: "map of exact at \(path)") {
      let map = try Gradient().attribute(picture, to: objective, by: exactEngine).map
      try map.requireFinite("the gradient at '\(path)'")
      return Finished(value: 0, tensors: [map])
    }.tensors[0]
  }

  /// The comparison, and the maps of the first few pictures: a row a picture, one map a method.
  ///
  /// - Throws: what the methods throw.
  func compare(_ subjects: [Subject]) throws -> (comparison: GradientComparison, sheet: ContactSheet) {
    let (paths, inputs) = (subjects.map(\.path), subjects.map(\.picture))
    let forward = PlanCache(engine)
    var rows: [GradientComparison.Row] = []
    var shown: [[Tensor]] = []
    let total = candidates.count * inputs.count
    for (index, candidate) in candidates.enumerated() {
      var done = index * inputs.count
      let (maps, seconds) = try self.maps(of: candidate.method, named: candidate.name, at: inputs, paths: paths) {
        context.progress.step("maps", done, of: total)
        done += 1
      }
      let scores = try zip(maps, zip(inputs, paths)).map { map, picture in
        try context.once(named: "score of \(candidate.name) at \(picture.1)") {
          let score = try game.score(map, of: picture.0, to: objective, by: forward)
          return Finished(value: [score.deletion, score.insertion])
        }.value
      }
      let cosines = try zip(maps, subjects.map(\.exact)).map { try $0.cosine(to: $1) }
      rows.append(
        .init(
          method: candidate.name, surrogate: type(of: candidate.method).isSurrogate,
          lattice: try survey.finding(of: maps), cosine: cosines.mean,
          faithfulness: .init(deletion: scores.map { $0[0] }.mean, insertion: scores.map { $0[1] }.mean),
          seconds: seconds))
      shown.append(Array(maps.prefix(Self.shownPictures)))
    }
    let comparison = GradientComparison(
      model: model.source.specification, target: target, images: paths, methods: rows,
      faithfulness: .init(steps: game.steps))
    return (comparison, try sheet(inputs, shown, names: candidates.map(\.name)))
  }

  private static let shownPictures = 4

  private func maps(
    of method: any AttributionMethod, named name: String, at inputs: [Tensor], paths: [String], before: () -> Void
  ) throws -> (maps: [Tensor], seconds: Double) {
    let differentiator = PlanCache(engine)
    var maps: [Tensor] = []
    var times: [Double] = []
    for (input, path) in zip(inputs, paths) {
      before()
      let finished = try context.once(named: "map of \(name) at \(path)") {
        var start = ContinuousClock.now
        var map = try method.attribute(input, to: objective, by: differentiator).map
        // Where there is one picture, its first pass made the plan; what is done quickly is timed again.
        if inputs.count == 1, ContinuousClock.now - start < .seconds(3) {
          start = ContinuousClock.now
          map = try method.attribute(input, to: objective, by: differentiator).map
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        try map.requireFinite("the map of '\(type(of: method).name)' at '\(path)'")
        return Finished(value: seconds, tensors: [map])
      }
      times.append(finished.value)
      maps.append(finished.tensors[0])
    }
    return (maps, times.sorted()[times.count / 2])
  }

  private func sheet(_ inputs: [Tensor], _ maps: [[Tensor]], names: [String]) throws -> ContactSheet {
    var tiles: [ContactSheet.Tile] = []
    for index in 0..<min(inputs.count, Self.shownPictures) {
      tiles.append(.init(try Picture(showing: inputs[index]), label: "picture"))
      for (map, name) in zip(maps, names) {
        tiles.append(.init(try HeatMap(of: map[index], reducing: .norm).picture, label: name))
      }
    }
    return ContactSheet(
      "Magnitude of the gradient, each method on a scale of its own", tiles: tiles,
      columns: inputs.count == 1 ? (names.count + 2) / 2 : names.count + 1,
      side: 227)
  }
}

extension [Double] {
  fileprivate var mean: Double { reduce(0, +) / Double(Swift.max(count, 1)) }
}
