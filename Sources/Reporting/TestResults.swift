import GinghamTensors

/// Results of tests, as machines that build and test collect them: JUnit XML.
public struct TestResults: Hashable, Sendable {
  /// What came of a test.
  public enum Outcome: Hashable, Sendable {
    /// As it should be.
    case passed
    /// What was tested does not hold.
    case failed(String)
    /// It could not be tested.
    case error(String)
  }

  /// One test.
  public struct Case: Hashable, Sendable {
    /// What the test is of.
    public var group: String
    /// Of the test.
    public var name: String
    /// What came of it.
    public var outcome: Outcome

    /// With the properties of the same names.
    public init(group: String, name: String, outcome: Outcome) {
      (self.group, self.name, self.outcome) = (group, name, outcome)
    }
  }

  /// Of the tests together.
  public var suite: String
  /// In their order.
  public var cases: [Case]

  /// With the properties of the same names.
  public init(suite: String, cases: [Case]) {
    (self.suite, self.cases) = (suite, cases)
  }

  /// A file with one suite, without times: equal results are equal bytes.
  public var junit: String {
    let failures = cases.count { if case .failed = $0.outcome { true } else { false } }
    let errors = cases.count { if case .error = $0.outcome { true } else { false } }
    let counts = "tests=\"\(cases.count)\" failures=\"\(failures)\" errors=\"\(errors)\" skipped=\"0\""
    let lines = cases.map { test -> String in
      let head = "    <testcase classname=\"\(Self.escaped(test.group))\" name=\"\(Self.escaped(test.name))\""
      switch test.outcome {
      case .passed: return head + "/>"
      case .failed(let message): return head + ">" + Self.element("failure", message) + "</testcase>"
      case .error(let message): return head + ">" + Self.element("error", message) + "</testcase>"
      }
    }
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites \(counts)>
        <testsuite name="\(Self.escaped(suite))" \(counts)>
      \(lines.joined(separator: "\n"))
        </testsuite>
      </testsuites>

      """
  }

  /// XML has no names for two scalars that other texts may hold.
  private static func escaped(_ text: String) -> String {
    HTMLText.escaped(String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value & 0xFFFE != 0xFFFE })))
  }

  private static func element(_ name: String, _ message: String) -> String {
    let text = Self.escaped(message.printable())
    return "<\(name) message=\"\(text)\">\(text)</\(name)>"
  }
}

/// Lines that GitHub's runners read in the log of a workflow.
public enum WorkflowCommand {
  /// An annotation of the run.
  ///
  /// - Parameter title: what it is called in the list of annotations.
  public static func error(_ message: String, title: String) -> String {
    "::error title=\(property(title))::\(data(message))"
  }

  private static func data(_ text: String) -> String {
    text.printable().replacing("%", with: "%25")
  }

  private static func property(_ text: String) -> String {
    data(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
  }
}
