import Foundation
import GinghamDiagnosis
import GinghamReporting

extension DiagnoseFindings {
  /// For the terminal.
  public var text: String {
    var blocks = [head]
    if !findings.isEmpty {
      var table = TextTable([("", .right), ("fault", .left), ("strength", .right), ("", .left), ("pictures", .right)])
      for (index, finding) in findings.enumerated() {
        table.append([
          "\(index + 1)", Self.name(of: finding), Self.number(finding.strength), finding.unit,
          finding.pictures.isEmpty ? "the set" : "\(finding.pictures.count)/\(images.count)",
        ])
      }
      blocks.append(table.description)
      for (index, finding) in findings.enumerated() {
        var lines = ["\(index + 1). \(Self.name(of: finding)): \(finding.summary)."]
        lines.append("   cause: \(finding.cause)")
        lines.append("   fix:   \(finding.fix)")
        if let worst = finding.worst {
          lines.append("   see:   \(worst)" + (finding.evidence.map { " (\($0))" } ?? ""))
        }
        blocks.append(lines.joined(separator: "\n"))
      }
    }
    if let distance { blocks.append(Self.text(of: distance)) }
    if !notes.isEmpty { blocks.append(notes.map { "note: \($0)" }.joined(separator: "\n")) }
    let all = skipped + referenceSkipped
    if !all.isEmpty { blocks.append("not measured:\n" + all.map { "  \($0.reason)" }.joined(separator: "\n")) }
    return blocks.joined(separator: "\n\n")
  }

  var head: String {
    let set = images.count == 1 ? "1 picture" : "\(images.count) pictures"
    let beside = referenceCount > 0 ? ", beside \(referenceCount) of the reference" : ""
    switch findings.count {
    case 0: return "\(set)\(beside): no fault found"
    case 1: return "\(set)\(beside): 1 fault"
    default: return "\(set)\(beside): \(findings.count) faults, the worst first"
    }
  }

  static func name(of finding: FaultFinding) -> String {
    finding.fault.rawValue + (finding.period.map { " \($0) px" } ?? "")
  }

  static func number(_ value: Double) -> String {
    value < 0.1 ? String(format: "%.4f", value) : String(format: "%.2f", value)
  }

  static func text(of distance: Distance) -> String {
    let line = String(
      format: "%@ %.6g (means %.4g, covariances %.4g) in the %d features of '%@' of %@", distance.name, distance.value,
      distance.meanPart, distance.covariancePart, distance.features, distance.layer, distance.model)
    return line + (distance.warning.map { "\nwarning: \($0)" } ?? "")
  }
}
