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

/// The true gradient and its mitigated surrogates side by side: how even, how like the true one, how faithful, how fast.
public struct GradientComparison: Encodable, Sendable {
  public struct Row: Encodable, Sendable {
    public var method: String
    public var surrogate: Bool
    /// Of all pictures together.
    public var lattice: LatticeFinding
    /// To the true gradient, mean over the pictures.
    public var cosine: Double
    /// Areas under the curves, means over the pictures.
    public var faithfulness: DeletionInsertion.Score
    /// A picture, the plan being made already; median over the pictures.
    public var seconds: Double
  }

  /// How faithfulness was measured.
  public struct Faithfulness: Encodable, Sendable {
    public var steps: Int
    public var deletionBaseline = "the picture that normalization maps to zero"
    public var insertionStart = "the picture under a Gaussian blur of 5 px, 11 taps"
    public var ranking = "magnitude over channels"

    private enum CodingKeys: String, CodingKey {
      case steps, ranking
      case deletionBaseline = "deletion_baseline"
      case insertionStart = "insertion_start"
    }
  }

  public var model: String
  public var target: String
  public var images: [String]
  public var methods: [Row]
  public var faithfulness: Faithfulness

  private enum CodingKeys: String, CodingKey {
    case model, target, images, methods
    case faithfulness = "faithfulness_protocol"
  }
}

/// Computes a ``GradientComparison``.
public struct GradientComparisonRun {
  /// A method under the name it has in the table.
  public struct Candidate {
    public let name: String
    public let method: any AttributionMethod

    public init(_ method: any AttributionMethod, named name: String? = nil) {
      self.name = name ?? type(of: method).name
      self.method = method
    }
  }

  public let model: Model
  public let target: String
  private let objective: any Objective
  private let expectation: Expectation
  private let survey: LatticeSurvey
  private let engine: any Differentiator
  private let game: DeletionInsertion

  /// - Throws: ``ObjectiveError``, ``NetworkError``, ``EngineError``.
  public init(
    _ model: Model, target: String, signals: PredictionOptions.Signals = .white,
    faithfulness: DeletionInsertion = DeletionInsertion(), backend: Backend = .fast, threads: Int
  ) throws {
    self.model = model
    self.target = target
    game = faithfulness
    objective = try model.objectiveParser().parse(target)
    let value = try model.gradientValue(ofLayer: nil)
    expectation = try Expectation(of: objective, in: model, at: [value], signals: signals)
    survey = expectation.survey(at: value)
    engine = try backend.differentiator(for: model.network, threads: threads)
  }

  /// The side of the net's lattice.
  public var period: Int { survey.period }

  /// What a user should know beside the findings.
  public var remarks: [String] { model.remarks + [expectation.remark].compactMap { $0 } }

  /// The comparison, and the maps of the first few pictures: a row a picture, one map a method.
  ///
  /// - Parameter progress: told how many of how many maps are done.
  /// - Throws: what reading the pictures and the methods throw.
  public func run(
    _ candidates: [Candidate], picturesAt paths: [String], progress: (Int, Int) -> Void = { _, _ in }
  ) throws -> (comparison: GradientComparison, sheet: ContactSheet) {
    let inputs = try paths.map(model.input(pictureAt:))
    let forward = PlanCache(engine)
    let exact = try self.maps(of: Gradient(), at: inputs, paths: paths) {}
    var rows: [GradientComparison.Row] = []
    var shown: [[Tensor]] = []
    let total = candidates.count * inputs.count
    for (index, candidate) in candidates.enumerated() {
      var done = index * inputs.count
      let (maps, seconds) = try self.maps(of: candidate.method, at: inputs, paths: paths) {
        progress(done, total)
        done += 1
      }
      let scores = try zip(maps, inputs).map { try game.score($0, of: $1, to: objective, by: forward) }
      let cosines = try zip(maps, exact.maps).map { try $0.cosine(to: $1) }
      rows.append(
        .init(
          method: candidate.name, surrogate: type(of: candidate.method).isSurrogate,
          lattice: try survey.finding(of: maps), cosine: cosines.mean,
          faithfulness: .init(deletion: scores.map(\.deletion).mean, insertion: scores.map(\.insertion).mean),
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
    of method: any AttributionMethod, at inputs: [Tensor], paths: [String], before: () -> Void
  ) throws -> (maps: [Tensor], seconds: Double) {
    let differentiator = PlanCache(engine)
    var maps: [Tensor] = []
    var times: [Double] = []
    for (input, path) in zip(inputs, paths) {
      before()
      var start = ContinuousClock.now
      var map = try method.attribute(input, to: objective, by: differentiator).map
      // Where there is one picture, its first pass made the plan; what is done quickly is timed again.
      if inputs.count == 1, ContinuousClock.now - start < .seconds(3) {
        start = ContinuousClock.now
        map = try method.attribute(input, to: objective, by: differentiator).map
      }
      times.append((ContinuousClock.now - start) / .seconds(1))
      try map.requireFinite("the map of '\(type(of: method).name)' at '\(path)'")
      maps.append(map)
    }
    return (maps, times.sorted()[times.count / 2])
  }

  private func sheet(_ inputs: [Tensor], _ maps: [[Tensor]], names: [String]) throws -> ContactSheet {
    var tiles: [ContactSheet.Tile] = []
    for index in 0..<min(inputs.count, Self.shownPictures) {
      let photograph = try Picture(inputs[index])
      tiles.append(.init(photograph.channels == 2 ? photograph.grey : photograph, label: "picture"))
      for (map, name) in zip(maps, names) {
        tiles.append(.init(try HeatMap(of: map[index], reducing: .norm).picture, label: name))
      }
    }
    return ContactSheet(
      "Magnitude of the gradient", tiles: tiles, columns: inputs.count == 1 ? (names.count + 2) / 2 : names.count + 1,
      side: 227)
  }
}

extension [Double] {
  fileprivate var mean: Double { reduce(0, +) / Double(Swift.max(count, 1)) }
}

extension GradientComparison {
  /// For the terminal.
  public var text: String {
    let bands = methods.first?.lattice.bands.map(\.period) ?? []
    var table = TextTable(
      [("method", .left), ("CV²", .right)] + bands.map { ("period \($0)", .right) } + [
        ("cosine", .right), ("deletion ↓", .right), ("insertion ↑", .right), ("seconds", .right),
      ])
    for row in methods {
      let bandCells = bands.map { period in
        row.lattice.bands.first { $0.period == period }.map { String(format: "%.4f", $0.cv2Corrected) } ?? ""
      }
      table.append(
        [row.method + (row.surrogate ? " *" : ""), String(format: "%.4f", row.lattice.cv2Corrected)] + bandCells + [
          String(format: "%.3f", row.cosine), String(format: "%.3f", row.faithfulness.deletion),
          String(format: "%.3f", row.faithfulness.insertion), String(format: "%.3f", row.seconds),
        ])
    }
    let pictures = images.count == 1 ? images[0] : "\(images.count) pictures"
    return """
      \(model), \(target) at \(pictures)
      \(table.description)
      * a surrogate: no derivative of the objective; cosine is to the true gradient. CV² less what chance gives.
        Deletion and insertion: areas under the curve over \(faithfulness.steps) steps (Petsiuk et al. 2018).
      """
  }
}
