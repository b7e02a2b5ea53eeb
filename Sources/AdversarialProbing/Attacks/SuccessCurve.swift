/// How the share of pictures that an attack turns grows with its budget.
public struct SuccessCurve: Hashable, Sendable, Encodable {
  /// Budgets, in ascending order.
  public var epsilons: [Float]
  /// At that budget alone.
  public var success: [Double]
  /// At that or any smaller budget of the list: what lies within a small budget lies within every larger one, so this
  /// never falls.
  public var successWithin: [Double]

  /// - Parameter outcomes: of each picture that counts, one a budget in ascending order: whether the attack succeeded.
  public init(epsilons: [Float], outcomes: [[Bool]]) {
    self.epsilons = epsilons
    let pictures = Double(max(outcomes.count, 1))
    success = epsilons.indices.map { index in Double(outcomes.count { $0[index] }) / pictures }
    successWithin = epsilons.indices.map { index in
      Double(outcomes.count { $0[...index].contains(true) }) / pictures
    }
  }
}
