import GinghamTensors

/// One way to look for a small change of a picture that changes its class. Works in pixel space 0…1: mean and deviation
/// belong to the network.
public protocol Attack: Sendable {
  /// As the command line and findings name it.
  var name: String { get }
  var norm: PerturbationNorm { get }
  /// Looks for the smallest change by itself, so that one search serves every budget.
  var isMinimumNorm: Bool { get }
  /// Leaves a picture as soon as it is turned, with changes that rounding to 8 bits may take back: what becomes of them
  /// then says where the search stopped, nothing of the classifier.
  var stopsAtSuccess: Bool { get }
  /// As few classes as the attack can work with.
  var neededClasses: Int { get }
  /// Whether it can look for a change towards one class.
  var isTargetable: Bool { get }
  /// Whether it does not look at the network: what attacks are held against.
  var isBaseline: Bool { get }
  /// About how many passes through the network one search takes, for telling how long it will.
  var passes: Double { get }

  /// The search itself, within the given budget of each picture; all above 0.
  func search(
    _ batch: AttackBatch, epsilons: [Float], against classifier: Classifier, seed: UInt64
  ) throws -> AttackSearch
}

/// What a search leaves behind.
public struct AttackSearch: Sendable {
  /// Where it ended: N×C×H×W.
  public var pictures: Tensor
  /// The objective at each step of each picture, the start first.
  public var losses: [[Float]]
  /// Steps until the first picture that was adversarial; `nil` where none was seen on the way.
  public var steps: [Int?]

  /// Writes down where a search stands after a step.
  ///
  /// - Parameter leavesTurned: whether pictures that were adversarial before are not looked at any more.
  mutating func note(_ values: [Float], after step: Int, isAdversarial: [Bool], leavesTurned: Bool = false) {
    for sample in values.indices where !leavesTurned || steps[sample] == nil {
      losses[sample].append(values[sample])
      if isAdversarial[sample], steps[sample] == nil { steps[sample] = step }
    }
  }
}

extension Attack {
  /// Whether one search serves every budget.
  public var isMinimumNorm: Bool { false }
  /// Whether a search ends at the first success: those that look for the smallest change do.
  public var stopsAtSuccess: Bool { isMinimumNorm }
  /// Classes that a net must have.
  public var neededClasses: Int { 2 }
  /// Whether it can aim at a class.
  public var isTargetable: Bool { true }
  /// Whether it looks at no gradient: what the others are held against.
  public var isBaseline: Bool { false }
  /// Forward and backward passes a picture, on average.
  public var passes: Double { 2 }

  /// - Throws: ``ProbingError/noTargetedForm(attack:)`` where a batch has targets and this attack knows none.
  func checkTargets(of batch: AttackBatch) throws {
    guard batch.targets == nil || isTargetable else { throw ProbingError.noTargetedForm(attack: name) }
  }

  /// Attacks a batch once for every budget.
  ///
  /// - Throws: ``ProbingError`` for bad budgets, labels or too few classes, and what the engine throws.
  public func run(
    _ batch: AttackBatch, epsilons: [Float], against classifier: Classifier, seed: UInt64 = 0
  ) throws -> [AttackResult] {
    var single: AttackSearch?
    return try epsilons.map { epsilon in
      let budgets = [Float](repeating: epsilon, count: batch.count)
      if isMinimumNorm, single == nil, epsilon > 0 {
        try check(batch, budgets, classifier)
        single = try search(batch, epsilons: budgets, against: classifier, seed: seed)
      }
      return try run(batch, epsilons: budgets, against: classifier, seed: seed, from: single)
    }
  }

  /// Attacks each picture of a batch within a budget of its own.
  ///
  /// - Parameter search: what a minimum-norm attack found before.
  /// - Throws: ``ProbingError`` for bad budgets, labels or too few classes, and what the engine throws.
  public func run(
    _ batch: AttackBatch, epsilons: [Float], against classifier: Classifier, seed: UInt64,
    from found: AttackSearch? = nil
  ) throws -> AttackResult {
    try check(batch, epsilons, classifier)
    let isIdentity = epsilons.allSatisfy { $0 == 0 }
    let search: AttackSearch =
      if let found {
        found
      } else if isIdentity {
        AttackSearch(
          pictures: batch.pictures, losses: batch.labels.map { _ in [] }, steps: batch.labels.map { _ in nil })
      } else {
        try search(batch, epsilons: epsilons.map { max($0, .leastNormalMagnitude) }, against: classifier, seed: seed)
      }
    return try AttackResult(self, of: batch, epsilons: epsilons, search: search, against: classifier, seed: seed)
  }

  private func check(_ batch: AttackBatch, _ epsilons: [Float], _ classifier: Classifier) throws {
    try batch.checkClasses(classifier.classCount)
    try checkTargets(of: batch)
    guard classifier.classCount >= neededClasses else {
      throw ProbingError.tooFewClasses(attack: name, needed: neededClasses, found: classifier.classCount)
    }
    guard epsilons.count == batch.count else {
      throw ProbingError.wrongCount(what: "budgets", expected: batch.count, found: epsilons.count)
    }
    let elements = batch.pictures.count / batch.count
    let largest = norm == .linf ? 1 : Float(elements).squareRoot()
    for epsilon in epsilons where !(epsilon >= 0 && epsilon <= largest) {
      throw ProbingError.badEpsilon(text: "\(epsilon)", why: "\(norm.title) budgets lie in 0…\(largest)")
    }
  }
}
