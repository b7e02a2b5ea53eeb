import GinghamReporting

extension CheckFindings {
  /// As test results: a test case a limit, named after it.
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
      })
  }

  /// Commands that make annotations of what is not as it should be, for the log of a workflow of GitHub's.
  public var annotations: [String] {
    (broken + unmeasured).map { limit in
      WorkflowCommand.error("\(subject): \(limit.statement)", title: "gingham check: \(limit.name)")
    }
  }
}
