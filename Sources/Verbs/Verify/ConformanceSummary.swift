import Foundation

/// What became of a series of ONNX test-case folders.
public struct ConformanceSummary: RunFindings {
  /// What became of a case.
  public enum Outcome: String, Encodable, Sendable {
    case passed, failed, unsupported
  }

  /// One folder.
  public struct Case: Encodable, Sendable {
    /// The folder's, without those above it.
    public var name: String
    /// Whether its outputs are those expected.
    public var outcome: Outcome
    /// What differs or is missing; `nil` for cases that passed.
    public var reason: String?
  }

  /// Cases whose outputs are those expected.
  public var passed = 0
  /// Cases with other outputs, or files that cannot be read.
  public var failed = 0
  /// Cases that need something that is not supported; they do not fail the run.
  public var unsupported = 0
  /// In the order in which they were named.
  public var cases: [Case] = []

  /// - Parameter folders: each with `model.onnx` and `test_data_set_N/`.
  init(folders: [String], context: RunContext) {
    // A case's inputs need not be pictures: the first axis may be anything.
    let runner = ConformanceRunner { try context.engine.engine(for: $0, team: context.team) }
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
