import Foundation
import GinghamImaging
import GinghamReporting
import GinghamTensors

extension DiagnoseRun.Result {
  /// Writes an evidence picture for each finding and `report.html`, and names them in the findings.
  ///
  /// - Throws: ``ImageError``, ``FormatError``.
  public mutating func draw(into folder: RunFolder) throws {
    var report = HTMLReport(title: "What is wrong with these pictures")
    report.paragraph(findings.head + ".")
    for index in findings.findings.indices {
      let finding = findings.findings[index]
      report.heading("\(index + 1). \(DiagnoseFindings.name(of: finding))")
      report.paragraph("What: \(finding.summary).")
      report.paragraph("Cause: \(finding.cause).")
      report.paragraph("Fix: \(finding.fix).")
      for (part, evidence) in try Evidence(diagnosis: diagnosis).drawings(of: finding).enumerated() {
        let name = "\(index + 1)-\(finding.fault.rawValue)\(part == 0 ? "" : "-\(part + 1)").png"
        try folder.write(name) { try evidence.picture().write(to: $0) }
        try evidence.append(to: &report)
        if part == 0 { findings.findings[index].evidence = name }
      }
    }
    appendTables(to: &report)
    try folder.write("report.html", data: report.data)
  }

  private func appendTables(to report: inout HTMLReport) {
    if let distance = findings.distance {
      report.heading(distance.name)
      report.paragraph(DiagnoseFindings.text(of: distance))
    }
    if !findings.colours.isEmpty {
      report.heading("Colours beside the reference")
      report.table(
        [("aspect", .left), ("distance", .right), ("shift", .right), ("chance", .right)],
        rows: findings.colours.map {
          [
            $0.aspect.rawValue, String(format: "%.2f", $0.distance), String(format: "%.2f", $0.shift),
            String(format: "%.3f", $0.chance),
          ]
        })
    }
    report.heading("Pictures")
    report.table(
      [
        ("picture", .left), ("size", .left), ("lattice (%)", .right), ("σ (px)", .right), ("bits", .right),
        ("at the ends (%)", .right), ("tile distance", .right), ("faults", .left),
      ],
      rows: findings.images.map { image in
        let lattice = image.lattice.bands.map { $0.share - $0.null }.max() ?? 0
        return [
          image.path, "\(image.height)×\(image.width)", String(format: "%.2f", 100 * max(0, lattice)),
          image.blur.map { String(format: "%.2f", $0.sigma) } ?? "–",
          image.levels?.bits.map { String(format: "%.1f", $0) } ?? "–",
          image.levels.map { String(format: "%.1f", 100 * $0.endShare) } ?? "–",
          image.tileDistance.map { String(format: "%.1f", $0) } ?? "–",
          image.faults.map(\.rawValue).joined(separator: ", "),
        ]
      })
    for note in findings.notes { report.paragraph("Note: \(note).") }
    let skipped = findings.skipped + findings.referenceSkipped
    if !skipped.isEmpty {
      report.heading("Not measured")
      for file in skipped { report.paragraph(file.reason) }
    }
  }
}
