import Foundation
import GinghamDiagnosis
import GinghamImaging
import GinghamReporting
import GinghamTensors

extension Evidence {
  /// Writes a picture or two for each finding, and `report.html`.
  ///
  /// - Returns: the findings with the names of their pictures.
  /// - Throws: ``ImageError``, ``FormatError``.
  func draw(_ findings: DiagnoseFindings, into folder: RunFolder) throws -> [DiagnoseFindings.Finding] {
    var shown = findings.findings
    var report = HTMLReport(title: "What is wrong with these pictures")
    report.paragraph(findings.head + ".")
    for index in shown.indices {
      let fault = shown[index].fault
      report.heading("\(index + 1). \(fault.name)")
      report.paragraph("What: \(fault.summary).")
      report.paragraph("Cause: \(fault.cause).")
      report.paragraph("Fix: \(fault.fix).")
      for (part, drawing) in try drawings(of: fault).enumerated() {
        let name = "\(index + 1)-\(fault.fault.rawValue)\(part == 0 ? "" : "-\(part + 1)").png"
        try folder.write(name, figure: drawing.figure)
        try report.figure(drawing.figure, caption: drawing.caption, file: name)
        if part == 0 { shown[index].evidence = name }
      }
    }
    findings.appendTables(to: &report)
    report.files(folder.filesToBe + [DiagnoseFindings.fileName])
    try folder.write("report.html", data: report.data)
    return shown
  }
}

extension DiagnoseFindings {
  fileprivate func appendTables(to report: inout HTMLReport) {
    if let distance {
      report.heading(distance.name.rawValue)
      report.paragraph(distance.text)
    }
    if !colours.isEmpty {
      report.heading("Colours beside the reference")
      report.table(
        [("aspect", .left), ("distance", .right), ("shift", .right), ("chance", .right)],
        rows: colours.map {
          [
            $0.aspect.rawValue, String(format: "%.2f", $0.distance), String(format: "%.2f", $0.shift),
            String(format: "%.3f", $0.chance),
          ]
        })
    }
    report.heading(table.map { "Pictures with the most faults; all are in \($0)" } ?? "Pictures")
    report.table(
      [
        ("picture", .left), ("size", .left), ("lattice (%)", .right), ("σ (px)", .right), ("bits", .right),
        ("at the ends (%)", .right), ("tile distance", .right), ("faults", .left),
      ],
      rows: images.map { image in
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
    for note in notes { report.paragraph("Note: \(note.text).") }
    let skipped = skipped + referenceSkipped
    if !skipped.isEmpty {
      report.heading("Not measured")
      for file in skipped { report.paragraph(file.reason) }
    }
  }
}
