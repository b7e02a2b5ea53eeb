import Foundation

/// What became of a series of ONNX test-case folders.
public struct ConformanceSummary: RunFindings {
  public enum Outcome: String, Encodable, Sendable {
    case passed, failed, unsupported
  }

  public struct Case: Encodable, Sendable {
    public var name: String
    public var outcome: Outcome
    public var reason: String?
  }

  public var passed = 0
  public var failed = 0
  public var unsupported = 0
  public var cases: [Case] = []

  /// - Parameter folders: each with `model.onnx` and `test_data_set_N/`.
  init(folders: [String], context: RunContext) {
    // A case's inputs need not be pictures: the first axis may be anything.
    let runner = ConformanceRunner { try context.backend.engine(for: $0, team: context.team) }
    for (index, folder) in folders.enumerated() {
      context.progress.step("test cases", index, of: folders.count)
      let name = URL(filePath: folder).lastPathComponent
      switch runner.run(folder: folder) {
      case .passed:
        passed += 1
        cases.append(Case(name: name, outcome: .passed))
      case .failed(let reason):
        failed += 1
        cases.append(Case(name: name, outcome: .failed, reason: reason))
      case .unsupported(let reason):
        unsupported += 1
        cases.append(Case(name: name, outcome: .unsupported, reason: reason))
      }
    }
  }
}
