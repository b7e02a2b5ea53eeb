import GinghamReporting

extension CheckFindings {
  /// As test results: a test case a limit, named after it, and one for each file that could not be measured.
  var results: TestResults {
    TestResults(
      suite: "gingham check",
      cases: limits.map { limit in
        let outcome: TestResults.Outcome =
          switch limit.passed {
          case true?: .passed
          case false?: .failed(limit.statement)
          case nil: .error(limit.statement)
          }
        return TestResults.Case(group: subject, name: limit.name, outcome: outcome)
      } + skipped.map { TestResults.Case(group: subject, name: $0.path, outcome: .error($0.reason)) })
  }

  /// Commands that make annotations of what is not as it should be, for the log of a workflow of GitHub's.
  public var annotations: [String] {
    (broken + unmeasured).map { limit in
      WorkflowCommand.error("\(subject): \(limit.statement)", title: "gingham check: \(limit.name)")
    } + skipped.map { WorkflowCommand.error($0.reason, title: "gingham check: left out") }
  }
}
