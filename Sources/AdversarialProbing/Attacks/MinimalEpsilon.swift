/// The smallest budget at which an attack succeeds, by doubling and then halving the interval, every picture of a batch
/// at its own pace.
///
/// Attacks are not monotone in their budget, so this is an upper bound of the smallest: the least budget at which a
/// success was seen.
public struct MinimalEpsilon: Sendable {
  /// What is tried at each budget.
  public var attack: any Attack
  /// The first budget to be tried.
  public var first: Float
  /// Budgets above this are not tried.
  public var largest: Float
  /// Halvings of the interval after the first success.
  public var halvings: Int

  /// With the properties of the same names.
  public init(of attack: any Attack, first: Float, largest: Float, halvings: Int = 5) {
    self.attack = attack
    self.first = first
    self.largest = largest
    self.halvings = halvings
  }

  /// One a picture; `nil` where nothing succeeded up to the largest budget. 0 for pictures that are misclassified as
  /// they are.
  ///
  /// - Throws: ``ProbingError`` and what the engine throws.
  public func search(
    _ batch: AttackBatch, against classifier: Classifier, seed: UInt64 = 0, step: (Int) throws -> Void = { _ in }
  ) throws -> [Float?] {
    guard first > 0, largest >= first else {
      throw ProbingError.badArgument("budgets from \(first) to \(largest) cannot be searched")
    }
    try batch.checkClasses(classifier.classCount)
    let clean = batch.isAdversarial(try classifier.predictions(of: batch.pictures))
    var upper: [Float?] = clean.map { $0 ? 0 : nil }
    var lower = [Float](repeating: 0, count: batch.count)
    var trial = [Float](repeating: first, count: batch.count)
    var rounds = 0
    func attempt() throws -> [Bool] {
      defer { rounds += 1 }
      try step(rounds)
      return try attack.run(batch, epsilons: trial, against: classifier, seed: seed).outcomes.map(\.success)
    }
    while true {
      let success = try attempt()
      for sample in trial.indices where upper[sample] == nil {
        if success[sample] { upper[sample] = trial[sample] } else { lower[sample] = trial[sample] }
      }
      let open = trial.indices.filter { upper[$0] == nil && trial[$0] < largest }
      guard !open.isEmpty else { break }
      for sample in open { trial[sample] = min(2 * trial[sample], largest) }
    }
    for _ in 0..<halvings {
      for sample in trial.indices {
        guard let found = upper[sample], found > 0 else { continue }
        trial[sample] = (lower[sample] + found) / 2
      }
      let success = try attempt()
      for sample in trial.indices {
        guard let found = upper[sample], found > 0 else { continue }
        if success[sample] { upper[sample] = min(found, trial[sample]) } else { lower[sample] = trial[sample] }
      }
    }
    return upper
  }
}
