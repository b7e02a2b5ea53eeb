import Foundation
import GinghamModels
import GinghamReporting

/// What became of a series of ONNX test-case folders.
public struct ConformanceSummary: Encodable, Sendable {
  public struct Case: Encodable, Sendable {
    public var name: String
    /// passed, failed or unsupported.
    public var outcome: String
    public var reason: String?
  }

  public var passed = 0
  public var failed = 0
  public var unsupported = 0
  public var cases: [Case] = []

  /// - Parameters:
  ///   - folders: each with `model.onnx` and `test_data_set_N/`.
  ///   - progress: told how many of how many are done.
  public init(
    folders: [String], backend: Backend, threads: Int, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) {
    let runner = ConformanceRunner { try backend.differentiator(for: $0, threads: threads) }
    for (index, folder) in folders.enumerated() {
      progress(index, folders.count)
      let name = URL(filePath: folder).lastPathComponent
      switch runner.run(folder: folder) {
      case .passed:
        passed += 1
        cases.append(Case(name: name, outcome: "passed"))
      case .failed(let reason):
        failed += 1
        cases.append(Case(name: name, outcome: "failed", reason: reason))
      case .unsupported(let reason):
        unsupported += 1
        cases.append(Case(name: name, outcome: "unsupported", reason: reason))
      }
    }
  }

  public var text: String {
    let remarks = cases.filter { $0.outcome != "passed" }
      .map { "\($0.name): \($0.outcome), \($0.reason ?? "for no known reason")" }
    return (remarks + ["\(passed) passed, \(failed) failed, \(unsupported) unsupported"]).joined(separator: "\n")
  }
}
