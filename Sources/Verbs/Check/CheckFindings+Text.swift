import Foundation

extension CheckFindings {
  /// For the terminal: a line a limit, the broken ones first.
  public var text: String {
    let lines = (broken + unmeasured + limits.filter { $0.passed == true }).map { $0.line(of: subject) }
    let sorts = [(broken.count, "broken"), (unmeasured.count, "not measured")].filter { $0.0 > 0 }
    let verdict =
      sorts.isEmpty
      ? "passed: \(limits.count) limits hold"
      : sorts.map { "\($0.0) of \(limits.count) limits \($0.1)" }.joined(separator: ", ")
    let baseline = writtenBaseline.map { "baseline written to \($0)" }
    return (lines + [verdict, baseline].compactMap { $0 }).joined(separator: "\n")
  }
}

extension CheckFindings.Limit {
  /// What, where, which layer, value, limit and chance.
  func line(of subject: String) -> String {
    let state =
      switch passed {
      case true?: "ok"
      case false?: "BROKEN"
      case nil: "NOT MEASURED"
      }
    return "\(state) \(subject): \(name): \(statement)"
  }

  /// The same without the verdict and the subject.
  var statement: String {
    guard let value = figure.value else { return "\(figure.quantity.text): \(figure.reason ?? "not measured")" }
    let bound = figure.quantity.isUpperLimit ? "at most" : "at least"
    var parts = ["\(figure.quantity.text): \(Self.number(value)), \(bound) \(Self.number(limit))"]
    if let baseline { parts.append("was \(Self.number(baseline))") }
    if let chance = figure.chance { parts.append("p \(String(format: "%.1e", chance))") }
    if let layer = figure.layer { parts.append("layer \(layer)") }
    if let place = figure.place { parts.append("most in \(place)") }
    if !figure.standsOut, figure.quantity.isBroken(value, by: limit) { parts.append("does not stand out") }
    return parts.joined(separator: ", ")
  }

  private static func number(_ value: Double) -> String { String(format: "%.4g", value) }
}
