/// What attacks can be told. Each reads what it knows.
public struct AttackOptions: Hashable, Sendable {
  /// The norm that budgets and distances are measured in.
  public var norm: PerturbationNorm
  /// `nil`: each attack's own.
  public var steps: Int?
  /// Searches, until one succeeds.
  public var restarts: Int
  /// Whether the first search begins at a random place of its budget.
  public var startsRandomly: Bool
  /// Whether a picture is left alone once it is turned.
  public var stopsEarly: Bool

  /// With the properties of the same names.
  public init(
    norm: PerturbationNorm = .linf, steps: Int? = nil, restarts: Int = 1, startsRandomly: Bool = false,
    stopsEarly: Bool = false
  ) {
    self.norm = norm
    self.steps = steps
    self.restarts = restarts
    self.startsRandomly = startsRandomly
    self.stopsEarly = stopsEarly
  }
}

/// An attack as users name it. An attack is one file, with its kind in it, and one entry of ``all``: choices, help texts
/// and everything that a probe does with attacks follow from it.
public struct AttackKind: Sendable {
  /// As it is asked for, such as `pgd`.
  public let name: String
  /// For help texts.
  public let summary: String
  private let make: @Sendable (AttackOptions) -> any Attack

  init(_ name: String, _ summary: String, make: @escaping @Sendable (AttackOptions) -> any Attack) {
    self.name = name
    self.summary = summary
    self.make = make
  }

  /// Every attack, in the order of help texts.
  public static let all: [AttackKind] = [
    fastGradient, momentumFastGradient, projectedGradientDescent, autoPGDCrossEntropy, autoPGDLogitRatio, deepFool,
    sigmaZero,
    noise,
  ]

  /// The attack of a name; `nil` where there is none.
  public init?(named name: String) {
    guard let found = Self.all.first(where: { $0.name == name }) else { return nil }
    self = found
  }

  /// The attack under these options.
  public func attack(_ options: AttackOptions) -> any Attack { make(options) }
}

extension AttackKind: Hashable, Encodable {
  /// Whether both have the same figures.
  public static func == (one: AttackKind, other: AttackKind) -> Bool { one.name == other.name }
  /// By everything that equality compares.
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
  /// As files hold it.
  ///
  /// - Throws: what the encoder throws.
  public func encode(to encoder: any Encoder) throws { try name.encode(to: encoder) }
}
