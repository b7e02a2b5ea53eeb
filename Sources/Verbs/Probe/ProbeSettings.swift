import GinghamAdversarialProbing

/// What `probe` is asked to do.
public struct ProbeSettings: Encodable, Hashable, Sendable {
  /// Pictures as the user named them.
  public var images: [String]
  /// Where their right classes are written down.
  public var labels = LabelSource.predicted
  /// In the order in which they are run.
  public var attacks = Self.usualAttacks
  /// That bounds the change.
  public var norm = PerturbationNorm.linf
  /// `nil`: ``Epsilon/usual(for:)``.
  public var epsilons: [Epsilon]?
  /// Of attacks that take steps; `nil`: each its own.
  public var steps: Int?
  /// Starts of Auto-PGD: further ones for pictures that none before has turned.
  public var restarts = 1
  /// Whether PGD starts at a random place of its budget.
  public var randomStart = false
  /// Whether PGD leaves a picture alone once it is turned.
  public var earlyStop = false
  /// The class every picture is to be taken for; `nil`: any but its label.
  public var target: Int?
  /// A `.npy` map H×W, or a picture: only pixels where it is not zero may change.
  public var mask: String?
  /// Looks for each picture's smallest budget by bisection with PGD.
  public var minimal = false
  /// Cells a side of the Fourier heat map; 0: none.
  public var fourier = 0
  /// Attacks each lattice phase alone.
  public var phaseStudy = false
  /// The lattice's side for shares and the phase study; `nil`: the network's, at most 4 for the study.
  public var period: Int?
  /// Pictures attacked together.
  public var batch = 5
  /// Of random starts, noise and waves.
  public var seed: UInt64 = 0
  /// Keeps each attack's picture of the smallest successful budget as `.npy` and PNG.
  public var pictures = true

  /// With the usual attacks and budgets, the network's own predictions taken for right.
  public init(images: [String]) {
    self.images = images
  }

  /// What gives a picture of a net within seconds.
  public static let usualAttacks: [AttackKind] = [.fastGradient, .projectedGradientDescent, .deepFool, .noise]
  /// With Auto-PGD, whose hundred steps at every budget cost as much again as all the others.
  public static let thoroughAttacks: [AttackKind] = [
    .fastGradient, .projectedGradientDescent, .autoPGDCrossEntropy, .deepFool, .noise,
  ]

  /// In ascending order, each once.
  public var budgets: [Epsilon] {
    var seen: Set<Float> = []
    return (epsilons ?? Epsilon.usual(for: norm)).sorted { $0.value < $1.value }
      .filter { seen.insert($0.value).inserted }
  }

  var options: AttackOptions {
    AttackOptions(norm: norm, steps: steps, restarts: restarts, startsRandomly: randomStart, stopsEarly: earlyStop)
  }

  /// Of the bisection: the search stops at the first success, as only that counts.
  func minimalSearch(elements: Int) -> MinimalEpsilon {
    let first = budgets.first { $0.value > 0 }?.value ?? (norm == .linf ? 0.25 / 255 : 0.1)
    let options = AttackOptions(norm: norm, steps: steps, stopsEarly: true)
    return MinimalEpsilon(
      of: ProjectedGradientDescent(reachingTheBorder: options), first: first,
      largest: max(first, norm == .linf ? 0.5 : 0.1 * Float(elements).squareRoot()))
  }

  /// Files that are read beside the model.
  var inputs: [String] {
    var inputs = images + [mask].compactMap { $0 }
    if case .table(let path) = labels { inputs.append(path) }
    return inputs
  }

  /// Pictures in a pass: never more than there are.
  var passSize: Int { max(1, min(batch, (try? InputFiles.listed(images).count) ?? 1)) }

  /// - Throws: ``SettingError``.
  func validate() throws {
    guard !images.isEmpty else {
      throw SettingError.contradiction(settings: ["images"], message: "name at least one picture")
    }
    try SettingError.require((1...100_000).contains(steps ?? 1), "steps", steps ?? 0, "a number from 1")
    try SettingError.require((1...1000).contains(restarts), "restarts", restarts, "a number from 1")
    try SettingError.require((1...1024).contains(batch), "batch", batch, "a number from 1 to 1024")
    try SettingError.require(
      fourier == 0 || (2...1024).contains(fourier), "fourier", fourier, "0, or a number from 2 to 1024")
  }

  /// - Throws: ``ProbingError`` where the settings do not fit a network.
  func check(elements: Int, classes: Int) throws {
    for epsilon in budgets { try epsilon.check(for: norm, elements: elements) }
    guard !attacks.isEmpty, !budgets.isEmpty else {
      throw ProbingError.badArgument("there is nothing to do without an attack and a budget")
    }
    for attack in attacks.map({ $0.attack(options) }) {
      guard classes >= attack.neededClasses else {
        throw ProbingError.tooFewClasses(attack: attack.name, needed: attack.neededClasses, found: classes)
      }
    }
    guard let target else { return }
    guard (0..<classes).contains(target) else { throw ProbingError.labelOutOfRange(label: target, classes: classes) }
    for kind in attacks where !kind.attack(options).isTargetable {
      throw ProbingError.noTargetedForm(attack: kind.name)
    }
  }
}
