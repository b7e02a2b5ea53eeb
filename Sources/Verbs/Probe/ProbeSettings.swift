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
    try SettingError.require(pictures: images)
    try SettingError.require(
      Set(attacks).count == attacks.count, "attack", attacks.map(\.name).joined(separator: ","), "each attack once")
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

extension ProbeSettings: SettingOwner {
  /// Without pictures.
  public static let usual = ProbeSettings(images: [])

  /// All but the pictures.
  public static let settings: [Setting<ProbeSettings>] = [
    .list(into: \.images),
    Setting(
      "labels", \.labels,
      """
      Right classes: filename (the number at its end), folder (the name of the one a picture lies in: the class's number or \
      name), a table of file,class, or predicted (the network's own).
      """, valueName: "filename|folder|file.csv|predicted"),
    Setting("attack", \.attacks, "Attacks.", valueName: "list")
      .explained(AttackKind.all.map { "\($0.name): \($0.summary)" }),
    Setting(
      "thorough", .flag, of: Bool.self,
      "Also apgd-ce, the strongest of the usual attacks, which costs as much as the others together."
    ) { settings, _ in
      settings.attacks = ProbeSettings.thoroughAttacks
    }.excluding(["attack"]),
    Setting("norm", \.norm, "How changes are measured: linf or l2."),
    Setting(
      "epsilon", \.epsilons,
      "Budgets, such as 8/255 or 0.5,1,2; ¼ to 8 levels of 255 without it, or 0.1 to 4 for l2.", valueName: "list"),
    Setting("steps", \.steps, "Steps of pgd (40, l2: 50; fewer are longer) and apgd (100)."),
    Setting("restarts", \.restarts, "Searches of pgd and apgd, until one succeeds."),
    Setting("random_start", \.randomStart, "pgd starts at a random place of its budget."),
    Setting("early_stop", \.earlyStop, "pgd leaves a picture alone once it is turned."),
    Setting("target", \.target, "The class that every picture is to be taken for.", valueName: "class"),
    Setting(
      "mask", \.mask, "Only pixels where this map (.npy H×W, or a picture) is not zero may change.", valueName: "file"
    ).naming(.file()),
    Setting("minimal", \.minimal, "Look for each picture's smallest budget by bisection."),
    Setting("fourier", \.fourier, "Cells a side of a Fourier heat map; 0 draws none.", valueName: "n"),
    Setting(
      "phase_study", \.phaseStudy,
      "Attack each lattice phase alone, and random pixels, control periods and an even twin beside it."),
    Setting(
      "period", \.period,
      "Side of the lattice; the network's largest stride without it, at most 4 in the phase study."),
    Setting("batch", \.batch, "Pictures attacked together."),
    Setting("seed", \.seed, "Seed of random starts, noise and random pixels."),
    Setting("pictures", \.pictures, "Keep changed pictures as .npy and PNG."),
  ]
}

extension LabelSource: SettingValue {
  /// As ``init(parsing:)`` reads it.
  public init?(word: String) { self.init(parsing: word) }
  /// As it is written.
  public var word: String? { title }
  /// In words.
  public static var expected: String { "filename, folder, predicted or the path of a table" }
}

extension AttackKind: SettingValue {
  /// By its name.
  public init?(word: String) { self.init(named: word) }
  /// Its name.
  public var word: String? { name }
  /// The names of all.
  public static var choices: [String] { all.map(\.name) }
}

extension PerturbationNorm: SettingValue {}

extension Epsilon: SettingValue {
  /// As ``Epsilon/init(parsing:)`` reads it.
  public init?(word: String) {
    guard let epsilon = try? Epsilon(parsing: word) else { return nil }
    self = epsilon
  }
  /// As it was written.
  public var word: String? { text }
  /// In words.
  public static var expected: String { "a number from 0 such as 0.03, or a fraction such as 8/255" }
}
