import GinghamTensors

/// What an attack made of a batch.
public struct AttackResult: Sendable {
  /// The attack's name.
  public let attack: String
  /// The norm of its budgets.
  public let norm: PerturbationNorm
  /// Of every random number.
  public let seed: UInt64
  /// Where the search ended; for minimum-norm attacks this may lie outside the budget.
  public let raw: Tensor
  /// `raw` brought into the budget and 0…1: what ``Outcome/success`` speaks of.
  public let clipped: Tensor
  /// `clipped` as 8 bits a sample keep it, still within the budget: what ``Outcome/successAtEightBits`` speaks of.
  public let rounded: Tensor
  /// One a picture.
  public let outcomes: [Outcome]

  /// Of one picture.
  public struct Outcome: Hashable, Sendable, Codable {
    /// The budget, in the units of 0…1 of the attack's norm.
    public var epsilon: Float
    /// The clipped picture is taken for another class (or for the target).
    public var success: Bool
    /// Whether the class changes when the picture is rounded to 8 bits a sample.
    public var successAtEightBits: Bool
    /// Whether the search's own end is adversarial, whatever its size.
    public var rawSuccess: Bool
    /// The class of the changed picture.
    public var prediction: Int
    /// The class of the changed picture, rounded to 8 bits a sample.
    public var predictionAtEightBits: Int
    /// Of the clipped picture from the clean one.
    public var distances: Distances
    /// Of the search's own end from the clean one.
    public var rawDistances: Distances
    /// Steps until the first adversarial picture on the way.
    public var steps: Int?
    /// The objective along the search, the start first.
    public var losses: [Float]

    private enum CodingKeys: String, CodingKey {
      case epsilon, success, prediction, distances, steps, losses
      case successAtEightBits = "success_8bit"
      case rawSuccess = "raw_success"
      case predictionAtEightBits = "prediction_8bit"
      case rawDistances = "raw_distances"
    }
  }

  /// Classifies what a search found, clipped to the budget, and rounded.
  init(
    _ attack: some Attack, of batch: AttackBatch, epsilons: [Float], search: AttackSearch,
    against classifier: Classifier, seed: UInt64
  ) throws {
    self.attack = attack.name
    norm = attack.norm
    self.seed = seed
    raw = search.pictures
    var clipped = search.pictures
    for sample in 0..<batch.count {
      batch.pictures.withSample(sample) { clean in
        clipped.withMutableSample(sample) { attack.norm.project($0, around: clean, epsilon: epsilons[sample]) }
      }
    }
    self.clipped = clipped
    rounded = EightBitRounding.rounded(clipped, around: batch.pictures, norm: attack.norm, epsilons: epsilons)
    let predictions = try classifier.predictions(of: clipped)
    let roundedPredictions = try classifier.predictions(of: rounded)
    let rawPredictions = attack.isMinimumNorm ? try classifier.predictions(of: raw) : predictions
    let success = batch.isAdversarial(predictions)
    let roundedSuccess = batch.isAdversarial(roundedPredictions)
    let rawSuccess = batch.isAdversarial(rawPredictions)
    let distances = clipped.distances(to: batch.pictures)
    let rawDistances = attack.isMinimumNorm ? raw.distances(to: batch.pictures) : distances
    outcomes = (0..<batch.count).map { sample in
      Outcome(
        epsilon: epsilons[sample], success: success[sample], successAtEightBits: roundedSuccess[sample],
        rawSuccess: rawSuccess[sample], prediction: predictions[sample],
        predictionAtEightBits: roundedPredictions[sample], distances: distances[sample],
        rawDistances: rawDistances[sample], steps: search.steps[sample], losses: search.losses[sample])
    }
  }
}
