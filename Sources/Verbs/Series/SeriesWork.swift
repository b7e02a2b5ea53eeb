import GinghamReporting

/// Steps of a series that this process has to perform.
struct SeriesWork {
  let order: SeriesOrder
  let recipe: RunRecipe
  let series: SeriesFolder
  let hands: SeriesHands

  /// One step after the other, up to the first that fails, and the merging.
  func whole() throws -> Outcome {
    let incomplete = try series.performAll(
      of: recipe.path, arguments: arguments(of:), execute: { try hands.execute($0, nil) }
    ) { step, number, isSkipped in
      hands.report("\(number)/\(series.units.count) \(step.name)\(isSkipped ? ": done already" : "")")
    }
    _ = try series.merge()
    var outcome = Outcome(text: "Written to \(order.folder)", folder: order.folder)
    guard !incomplete.isEmpty else { return outcome }
    outcome.remarks = ["something was left out in \(incomplete.map { "'\($0.name)'" }.joined(separator: ", "))"]
    outcome.exitStatus = 2
    return outcome
  }

  /// A task's share.
  func only(_ units: [RunRecipe.Step]) throws -> Outcome {
    try perform(units)
    let open = try units.map { (unit: $0, state: try series.state(of: $0)) }.filter { $0.state != .done }
    return outcome("\(units.count - open.count) of \(units.count) steps are done", open)
  }

  /// What reads other units' results, and the merging of all.
  func last(_ shares: SeriesShares) throws -> Outcome {
    try perform(shares.dependent)
    return outcome("Written to \(series.path)", try series.merge())
  }

  /// All shares and the merging, in the order in which one task after the other would run them.
  func all(_ shares: SeriesShares) throws -> Outcome {
    for number in 1...shares.count { try perform(shares.share(number)) }
    return try last(shares)
  }

  private func arguments(of step: RunRecipe.Step) -> [String] { recipe.arguments(of: step, threads: order.threads) }

  private func perform(_ units: [RunRecipe.Step]) throws {
    try series.perform(
      units, arguments: arguments(of:), retries: order.retries, execute: { try hands.execute($0, $1) }
    ) { unit, what in
      hands.report(unit.name + (what.isEmpty ? "" : ": \(what)"))
    }
  }

  private func outcome(_ text: String, _ open: [(unit: RunRecipe.Step, state: SeriesFolder.State)]) -> Outcome {
    var outcome = Outcome(text: text, folder: series.path)
    outcome.remarks = open.map { "'\($0.unit.name)' is not done: \($0.state.text)" }
    outcome.exitStatus = open.isEmpty ? 0 : 2
    return outcome
  }
}
