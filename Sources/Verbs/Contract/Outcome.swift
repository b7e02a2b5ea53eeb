import Foundation
import GinghamReporting

/// What a command line came to, for whoever reports it.
public struct Outcome {
  /// The findings as JSON: what `--json` prints. Empty where there are none, as of help.
  public var findings: Data
  /// The same in words, without a newline at its end; tables are as wide as ``TextLayout/width`` when it is called.
  public var text: () -> String
  /// What the user should know beside the findings.
  public var remarks: [String]
  /// What could not be read or computed, each with its reason.
  public var skipped: [SkippedFile]
  /// Commands that make annotations of what is not as it should be, for the log of a workflow of GitHub's.
  public var annotations: [String]
  /// The folder that was written; `nil` where none was.
  public var folder: String?
  /// 0; 1 where a test failed; 2 where something was left out.
  public var exitStatus: Int32
}

extension Outcome {
  /// Of a run that was performed.
  ///
  /// - Throws: what encoding the findings does.
  public init(_ performance: Performance<some RunFindings>) throws {
    self.init(
      findings: try performance.result.json(), text: { performance.text },
      remarks: performance.result.remarks + performance.result.noticed, skipped: performance.result.skipped,
      annotations: performance.result.findings.annotations, folder: performance.folder,
      exitStatus: performance.exitStatus)
  }

  /// Words and nothing else, such as help.
  public init(text: String, folder: String? = nil, exitStatus: Int32 = 0) {
    self.init(
      findings: Data(), text: { text }, remarks: [], skipped: [], annotations: [], folder: folder,
      exitStatus: exitStatus)
  }
}
