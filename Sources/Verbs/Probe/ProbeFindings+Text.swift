import Foundation
import GinghamAdversarialProbing
import GinghamReporting

extension ProbeFindings {
  /// For the terminal.
  public var text: String {
    var blocks = [head]
    blocks += warnings.map { "warning: \($0.message)" }
    if !attacks.isEmpty {
      var table = TextTable(Self.columns.map { ($0.title, $0.alignment == .left ? .left : .right) })
      for row in rows { table.append(row) }
      blocks.append(
        table.description + "\nsuccess: share of the correctly classified pictures that the attack turns; "
          + "accuracy: of all pictures at that budget")
    }
    if !minimal.isEmpty {
      blocks.append(minimal.map(\.text).joined(separator: "\n"))
    }
    if let sensitivity {
      let peaks = sensitivity.spectrum.map {
        "\($0.period) px: \(Self.decibels($0.decibels)) (magnitude \(Self.decibels($0.magnitudeDecibels)))"
      }
      blocks.append(
        "gradient of the loss\n" + sensitivity.lattice.text + "\n  lattice peaks of its spectrum at "
          + peaks.joined(separator: ", "))
    }
    if let phaseStudy { blocks.append("phase study\n" + phaseStudy.verdict.map { "  " + $0 }.joined(separator: "\n")) }
    if let skipped {
      blocks.append("left out:\n" + skipped.map { "  \($0.path): \($0.reason)" }.joined(separator: "\n"))
    }
    return blocks.joined(separator: "\n\n")
  }

  var head: String {
    let correct = pictures.count { $0.isCorrect }
    let source =
      labels == .predicted
      ? "labels are the network's own predictions, so its accuracy is 1 by definition"
      : "\(correct) of \(pictures.count) pictures are classified correctly (labels: \(labels.title))"
    let apart =
      misclassified.isEmpty ? "" : "; the other \(misclassified.count) are not attacked and count as errors throughout"
    return "\(model): \(source)\(apart)"
  }

  static let columns: [(title: String, alignment: HTMLReport.Alignment)] = [
    ("attack", .left), ("norm", .left), ("epsilon", .right), ("success", .right), ("at 8 bits", .right),
    ("accuracy", .right), ("at 8 bits", .right), ("median L2", .right), ("median steps", .right),
  ]

  /// Budgets beyond the first at which an attack turns everything say nothing more: they share its row.
  var rows: [[String]] {
    var done: Set<String> = []
    return attacks.compactMap { attack in
      guard !done.contains(attack.name) else { return nil }
      let isFolded =
        attack.success == 1 && attack.successAtEightBits ?? 1 == 1
        && attacks.filter { $0.name == attack.name && $0.epsilon > attack.epsilon }
          .allSatisfy { $0.success == 1 && $0.successAtEightBits ?? 1 == 1 }
      if isFolded { done.insert(attack.name) }
      return [
        attack.name, attack.norm.title,
        (isFolded && attack.epsilon < largestEpsilon ? "from " : "") + attack.epsilonText, Self.percent(attack.success),
        attack.successAtEightBits.map(Self.percent) ?? "–", Self.percent(attack.accuracy),
        attack.accuracyAtEightBits.map(Self.percent) ?? "–", attack.medianL2.map { String(format: "%.3f", $0) } ?? "",
        attack.medianSteps.map { String(format: "%.0f", $0) } ?? "",
      ]
    }
  }

  private var largestEpsilon: Float { attacks.map(\.epsilon).max() ?? 0 }

  static func percent(_ share: Double) -> String { String(format: "%.0f %%", 100 * share) }

  static func decibels(_ value: Double?) -> String { value.map { String(format: "%.1f dB", $0) } ?? "none" }
}

extension ProbeFindings.Minimal {
  var text: String {
    let value = median.map { norm == .linf ? String(format: "%.3f/255", 255 * $0) : String(format: "%.3f", $0) }
    let pixels = medianL0.map { String(format: " on %.0f pixels", $0) } ?? ""
    return
      "smallest \(norm.title) change by \(name): median \(value ?? "none")\(pixels), \(turned) of \(pictures) pictures turned"
  }
}
