import Foundation
import GinghamAdversarialProbing
import GinghamImaging
import GinghamReporting

/// A probe's findings as one HTML file.
struct ProbeReport {
  private let findings: ProbeFindings

  init(_ findings: ProbeFindings) {
    self.findings = findings
  }

  /// - Parameter files: of the run.
  /// - Throws: ``ImageError``.
  func html(figures: [ProbeDrawing.Item], worst: Figure?, files: [String]) throws -> Data {
    var report = HTMLReport(title: "Sensitivity of \(findings.model)")
    report.paragraph(findings.head)
    report.paragraph(
      "Figures speak of these pictures, these attacks and these budgets. An attack that fails proves nothing: another may "
        + "succeed.")
    for warning in findings.warnings { report.paragraph("Warning: \(warning.message).") }
    func draw(_ names: String...) throws {
      for figure in figures where names.contains(figure.name) {
        try report.figure(figure.figure, caption: figure.caption, file: figure.name)
      }
    }
    if !findings.attacks.isEmpty {
      report.heading("Attacks")
      report.table(ProbeFindings.columns, rows: findings.rows)
      report.paragraph(
        "Success is the share of the correctly classified pictures that an attack turns; accuracy is over all pictures. "
          + "At 8 bits the changed picture is rounded to whole levels first, and stays within the budget; attacks that "
          + "stop at the first success have no such figure.")
      for minimal in findings.minimal { report.paragraph(minimal.text + ".") }
      try draw("curves.png")
    }
    if let worst {
      report.heading("The smallest changes")
      try report.figure(
        worst,
        caption: "Left: as it is. Middle: changed. Right: the change, grey where there is none.", file: "worst.png")
    }
    if let sensitivity = findings.sensitivity {
      report.heading("Where the loss is sensitive")
      try draw("spectrum.png", "spectrum-magnitude.png", "fourier.png", "sensitivity.png")
      report.table(
        [
          ("period (px)", .right), ("CV²", .right), ("verdict", .left), ("peak", .right),
          ("peak of the magnitude", .right),
        ],
        rows: sensitivity.lattice.bands.map { band in
          let peak = sensitivity.spectrum.first { $0.period == band.period }
          return [
            String(band.period), String(format: "%.4f", band.cv2Corrected), band.verdict.rawValue,
            ProbeFindings.decibels(peak?.decibels), ProbeFindings.decibels(peak?.magnitudeDecibels),
          ]
        })
      report.paragraph(
        "CV² is the unevenness of the gradient's energy over the phases of the lattice, less what chance would give; peaks "
          + "are those of lattice frequencies over their surroundings.")
    }
    if let study = findings.phaseStudy {
      phaseStudy(study, &report)
      try draw("phases.png")
    }
    pictures(&report, files: files)
    report.files(files)
    return report.data
  }

  private func phaseStudy(_ study: ProbeFindings.Phases, _ report: inout HTMLReport) {
    report.heading("Do the strong pixels make adversarial examples easier?")
    for line in study.verdict { report.paragraph(line) }
    let found = study.findings
    func text(_ estimate: Estimate?) -> String { estimate?.text ?? "" }
    report.table(
      [
        ("set of pixels", .left), ("sets", .right), ("A₂", .right), ("A∞", .right), ("A₁", .right),
        ("easier, L2", .right),
        ("easier, L∞", .right), ("rank correlation, L2", .right), ("L∞", .right),
      ],
      rows: [found.lattice, found.random, found.control].map { family in
        [
          family.name, String(family.sets), text(family.topAdvantageL2), text(family.topAdvantageLinf),
          text(family.topAdvantageL1), text(family.easierL2), text(family.easierLinf), text(family.correlationL2),
          text(family.correlationLinf),
        ]
      })
    report.paragraph(
      "Each row speaks of the set that is strongest on the other pictures; \(found.pixelsPerSet) pixels a set, "
        + "\(found.pictures) pictures, period \(found.period), control period \(found.controlPeriod). Brackets hold 95 % of "
        + "bootstrap resamples over pictures.")
    report.table(
      [
        ("phase (row, column)", .left), ("energy ÷ mean", .right), ("A₂", .right), ("A∞", .right),
        ("median smallest L2", .right), ("median smallest L∞ × 255", .right),
      ],
      rows: found.phases.map { phase in
        [
          "\(phase.row), \(phase.column)", String(format: "%.3f", phase.energy),
          String(format: "%.3f", phase.advantageL2),
          String(format: "%.3f", phase.advantageLinf), phase.minimalL2.map { String(format: "%.3f", $0) } ?? "none",
          phase.minimalLinf.map { String(format: "%.2f", 255 * $0) } ?? "none",
        ]
      })
  }

  private func pictures(_ report: inout HTMLReport, files: [String]) {
    report.heading("Pictures")
    let folders = Set(files.map(\.parentFolder))
    report.table(
      [("picture", .left), ("label", .left), ("prediction", .left), ("loss", .right), ("attacked", .left)],
      rows: findings.pictures.map { picture -> [HTMLReport.Cell] in
        let folder = "pictures/\(picture.folder)"
        return [
          .init(picture.path, file: folders.contains(folder) ? folder + "/" : nil),
          .init(picture.labelName.map { "\(picture.label) \($0)" } ?? String(picture.label)),
          .init(picture.predictionName.map { "\(picture.prediction) \($0)" } ?? String(picture.prediction)),
          .init(String(format: "%.3f", picture.loss)), picture.isCorrect ? "yes" : "no, misclassified as it is",
        ]
      })
  }
}
