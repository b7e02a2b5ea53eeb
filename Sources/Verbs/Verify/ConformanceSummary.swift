import Foundation

/// What became of a series of ONNX test-case folders.
public struct ConformanceSummary: RunFindings {
  /// How a case ended.
  public enum Outcome: String, Encodable, Sendable {
    case passed, failed, unsupported
  }

  /// A case.
  public struct Case: Encodable, Sendable {
    /// Of its folder.
    public var name: String
    /// How it ended.
    public var outcome: Outcome
    /// `nil` where it passed.
    public var reason: String?
  }

  /// Cases.
  public var passed = 0
  /// Cases.
  public var failed = 0
  /// Cases with an operator that is not there.
  public var unsupported = 0
  /// In the order of the folders.
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
