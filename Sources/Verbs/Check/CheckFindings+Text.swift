import Foundation

extension CheckFindings {
  /// For the terminal: a line a limit, the broken ones first.
  public var text: String {
    let lines = (broken + unmeasured + limits.filter { $0.passed == true }).map { $0.line(of: subject) }
    let leftOut = skipped.map { "LEFT OUT \($0.reason)" }
    let baseline = writtenBaseline.map { "baseline written to \($0)" }
    return (lines + leftOut + [verdict, baseline].compactMap { $0 }).joined(separator: "\n")
  }

  /// `nil` where nothing is limited.
  private var verdict: String? {
    guard !limits.isEmpty else { return nil }
    let all = "\(limits.count) limit\(limits.count == 1 ? "" : "s")"
    let sorts = [(broken.count, "broken"), (unmeasured.count, "not measured")].filter { $0.0 > 0 }
    let counts = sorts.isEmpty ? ["all of \(all) hold"] : sorts.map { "\($0.0) of \(all) \($0.1)" }
    return (counts + (skipped.isEmpty ? [] : ["\(skipped.count) left out"])).joined(separator: ", ")
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
