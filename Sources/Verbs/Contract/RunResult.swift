import Foundation
import GinghamReporting
import GinghamTensors

/// What a run comes back with.
public struct RunResult<Findings: RunFindings> {
  /// What was found: the content of the folder's findings file.
  public var findings: Findings
  /// Writes the files that are made of the findings: called only where somebody keeps them. What belongs to a single
  /// picture of many is written while the run lasts (``RunContext/folder``), so that memory does not grow with their
  /// number.
  public var draw: (RunFolder) throws -> Void
  /// Writes what stands behind the findings in the folder: reports, and the recipe that was used.
  public var append: (RunFolder) throws -> Void
  /// What the user should know beside the findings.
  public var remarks: [String]
  /// Remarks on how the numbers came about, which stay with them: the findings' file carries them as `remarks`.
  public internal(set) var noticed: [String] = []
  /// What could not be read or computed, each with its reason; the rest has its results.
  public var skipped: [SkippedFile]
  /// Whether what was tested holds; runs that test nothing pass.
  public var passed: Bool
  /// Whether what was wanted came about; runs that want nothing but figures always reach it.
  public var reached = true
  /// Settings that were left open, as the run chose them: by their names in the manifest.
  public var settled: [String: JSONValue]

  /// What is not said is nothing to remark, nothing skipped and nothing to write.
  public init(
    _ findings: Findings, remarks: [String] = [], skipped: [SkippedFile] = [], passed: Bool = true,
    settled: [String: JSONValue] = [:], draw: @escaping (RunFolder) throws -> Void = { _ in },
    append: @escaping (RunFolder) throws -> Void = { _ in }
  ) {
    self.findings = findings
    self.draw = draw
    self.append = append
    self.remarks = remarks
    self.skipped = skipped
    self.passed = passed
    self.settled = settled
  }
}

extension RunResult {
  /// The findings as JSON, with the name of their schema and what was noticed.
  ///
  /// - Parameter timeless: as files hold them (``RunFindings/timeless``).
  /// - Throws: what encoding does.
  public func json(timeless: Bool = false) throws -> Data {
    try FindingsDocument(findings: timeless ? findings.timeless : findings, remarks: noticed).json()
  }
}

/// A file of findings: them, and what every file of findings says.
struct FindingsDocument<Findings: RunFindings>: Encodable {
  var findings: Findings
  var remarks: [String]

  private enum Key: CodingKey { case schema, remarks }

  func encode(to encoder: any Encoder) throws {
    try findings.encode(to: encoder)
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(Findings.schema, forKey: .schema)
    try container.encodeIfPresent(remarks.isEmpty ? nil : remarks, forKey: .remarks)
  }
}
