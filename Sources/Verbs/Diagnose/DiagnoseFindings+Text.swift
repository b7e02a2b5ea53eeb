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
          "\(index + 1)", finding.fault.name, Self.number(finding.fault.strength), finding.fault.unit,
          finding.fault.pictures.isEmpty ? "the set" : "\(finding.fault.pictures.count)/\(count)",
        ])
      }
      blocks.append(table.description)
      for (index, finding) in findings.enumerated() {
        let fault = finding.fault
        var lines = ["\(index + 1). \(fault.name): \(fault.summary)."]
        lines.append("   cause: \(fault.cause)")
        lines.append("   fix:   \(fault.fix)")
        if let worst = fault.worst {
          lines.append("   see:   \(worst)" + (finding.evidence.map { " (\($0))" } ?? ""))
        }
        blocks.append(lines.joined(separator: "\n"))
      }
    }
    if let distance { blocks.append(distance.text) }
    if !notes.isEmpty { blocks.append(notes.map { "note: \($0.text)" }.joined(separator: "\n")) }
    let all = skipped + referenceSkipped
    if !all.isEmpty { blocks.append("not measured:\n" + all.map { "  \($0.reason)" }.joined(separator: "\n")) }
    return blocks.joined(separator: "\n\n")
  }

  var head: String {
    let set = count == 1 ? "1 picture" : "\(count) pictures"
    let beside = referenceCount > 0 ? ", beside \(referenceCount) of the reference" : ""
    switch findings.count {
    case 0: return "\(set)\(beside): no fault found"
    case 1: return "\(set)\(beside): 1 fault"
    default: return "\(set)\(beside): \(findings.count) faults, the worst first"
    }
  }

  private static func number(_ value: Double) -> String {
    value < 0.1 ? String(format: "%.4f", value) : String(format: "%.2f", value)
  }
}

extension DiagnoseFindings.Distance {
  var text: String {
    let line = String(
      format: "%@ %.6g (means %.4g, covariances %.4g) in the %d features of '%@' of %@", name.rawValue, value, meanPart,
      covariancePart, features, layer, model)
    let kernel = self.kernel.map { value in
      String(
        format: "\n%@ %.4g ± %.2g (kernel, without bias)", name == .inception ? "KID" : "squared mean discrepancy",
        value,
        kernelError ?? 0)
    }
    return ([line + (kernel ?? "")] + warnings.map { "warning: \($0)" }).joined(separator: "\n")
  }

  private var warnings: [String] { [warning].compactMap { $0 } + preparation.map(\.text) }

  var warning: String? {
    guard isRankDeficient else { return nil }
    return "\(samples.min() ?? 0) pictures are too few for \(features) features: the covariances are singular and the "
      + "distance comes out too large; compare only with distances of equally large sets"
  }
}

extension PreparationDifference {
  fileprivate var text: String {
    func percent(_ share: Double) -> String { String(format: "%.0f %%", 100 * share) }
    let difference =
      switch self {
      case .size(let set, let reference):
        String(format: "pictures of about %.0f² and %.0f² pixels are resized by different factors", set, reference)
      case .format(let set, let reference):
        "\(percent(set)) of the set are JPEG, \(percent(reference)) of the reference"
      case .blocks(let set, let reference):
        String(
          format: "files were compressed differently (steps at blocks of 8 are %.2f and %.2f of those elsewhere)", set,
          reference)
      }
    return "\(difference): that alone moves the distance (Parmar et al. 2022); make both sets ready in one way"
  }
}

extension DiagnoseFindings.Note {
  var text: String {
    switch self {
    case .coloursNeedReference: "colours are judged beside a reference only (\(Mention.option("reference", "DIR")))"
    case .tooFewForColours(let needed):
      "colours were not judged: that takes at least \(needed) colour pictures in both sets"
    case .tooFewTiles: "distortion was not judged: there are too few tiles for a norm; name a reference"
    case .fewTiles: "distortion was judged by the tiles of so few pictures that only gross outliers show"
    }
  }
}
