extension ConformanceSummary {
  /// For the terminal, without a newline at its end.
  public var text: String {
    let remarks = cases.filter { $0.outcome != .passed }
      .map { "\($0.name): \($0.outcome.rawValue), \($0.reason ?? "for no known reason")" }
    return (remarks + ["\(passed) passed, \(failed) failed, \(unsupported) unsupported"]).joined(separator: "\n")
  }
}
