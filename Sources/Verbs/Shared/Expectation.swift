import GinghamDifferentiation
import GinghamLattices
import GinghamModels
import GinghamNetworks
import GinghamPrediction

/// What the architecture alone implies for the gradients of an objective.
struct Expectation {
  /// `nil` where nothing can be predicted; then ``remark`` says why.
  let prediction: GradientPrediction?
  let remark: String?
  /// Over the whole map of each value, borders included.
  private let variances: [ValueID: Plane]
  private let layers: [ValueID: [Int: String]]
  private let periods: [ValueID: Int]

  /// - Parameter values: at which gradients are looked at.
  /// - Throws: ``NetworkError`` where the network does not take pictures of the model's size.
  init(
    of objective: any Objective, in model: Model, at values: [ValueID],
    signals: PredictionOptions.Signals = .white
  ) throws {
    let targets = try objective.layers.map(model.network.value)
    let bound = try model.bound(leadingTo: targets + values)
    periods = try model.latticePeriods(targets: targets, at: values)
    var found: (GradientPrediction, [ValueID: Plane], [ValueID: [Int: String]])?
    var failure: String?
    do {
      let prediction = try GradientPrediction(
        bound, target: try objective.singleTarget(in: model.network), options: PredictionOptions(signals: signals))
      let start = Self.start(of: objective, target: prediction.target, in: bound)
      found = (
        prediction, try prediction.variances(at: values, startingAt: start), try prediction.bandLayers(at: values)
      )
      if !prediction.untracedLayers.isEmpty { failure = Self.untraced(prediction.untracedLayers) }
    } catch let error as ArtifactError {
      failure = "no prediction: \(error)"
    }
    prediction = found?.0
    variances = found?.1 ?? [:]
    layers = found?.2 ?? [:]
    remark = failure
  }

  private static func untraced(_ names: [String]) -> String {
    "positions could not be followed through \(names.map { "'\($0)'" }.joined(separator: ", ")): the gradient above "
      + "counts as even"
  }

  /// Gradients of one neuron start at its position.
  private static func start(
    of objective: any Objective, target: ValueID, in network: BoundNetwork
  ) -> (row: Int, column: Int)? {
    guard let neuron = objective as? NeuronObjective, network.shapes[target]?.rank == 4,
      let shape = network.mapShape(of: target)
    else { return nil }
    return neuron.position.map { ($0.y, $0.x) } ?? (shape[2] / 2, shape[3] / 2)
  }

  /// How gradients at a value are measured.
  func survey(at value: ValueID) -> LatticeSurvey {
    LatticeSurvey(period: periods[value] ?? 2, expected: variances[value], layers: layers[value] ?? [:])
  }

  /// The bands at the input once the backward passes of some layers have been evened, by exact period.
  ///
  /// - Throws: ``ArtifactError``.
  func bands(evening layers: [ValueID]) throws -> [Int: Double] {
    guard let prediction else { return [:] }
    let changes = layers.map { (prediction.network.resolved($0), Mitigation.even) }
    return try prediction.bands(with: Dictionary(changes) { first, _ in first })
  }
}
