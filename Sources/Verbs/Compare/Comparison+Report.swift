import Foundation
import GinghamImaging
import GinghamReporting

extension Comparison {
  /// What each mitigation keeps of the activation against the narrowest line that it leaves.
  var scatter: Plot {
    Plot(
      "activation and narrowest line of each mitigation",
      x: Axis("narrowest line over its surroundings (dB)"), y: Axis("activation, relative to the first"),
      series: summary.map { item in
        Series(
          item.mitigation, x: [item.lines.mean ?? .nan], y: [item.relativeActivation.mean ?? .nan], style: .points,
          labels: [item.mitigation])
      })
  }

  /// A row a seed, a column a mitigation.
  func sheet(_ objective: String, _ pictures: [String: Picture]) throws -> Figure {
    let shown = runs.filter { $0.objective == objective }
    var seen: (seeds: [Int], mitigations: [String]) = ([], [])
    for run in shown {
      if !seen.seeds.contains(run.seed) { seen.seeds.append(run.seed) }
      if !seen.mitigations.contains(run.mitigation) { seen.mitigations.append(run.mitigation) }
    }
    var tiles: [ContactSheet.Tile] = []
    for seed in seen.seeds {
      for run in shown where run.seed == seed {
        guard let picture = pictures[run.file] else { continue }
        let share = run.image.measures.latticeShare.map { String(format: ", lattice %.3f", $0) } ?? ""
        tiles.append(
          .init(picture, label: "\(run.mitigation): \(String(format: "%.3g", run.image.activation))\(share)"))
      }
    }
    return try ContactSheet(objective, tiles: tiles, columns: seen.mitigations.count, side: 150).figure()
  }

  /// - Parameter files: of the run.
  func report(
    sheets: [(objective: String, name: String, figure: Figure)], scatter: Figure, files: [String]
  ) throws -> HTMLReport {
    var report = HTMLReport(title: "What each mitigation buys: \(model)")
    report.paragraph(note)
    report.paragraph(
      "Activation is that of the finished picture without transforms, relative to '\(runs.first?.mitigation ?? "")'. "
        + "The narrowest line is the highest frequency above 1/6 cycle a pixel over a power law through its surroundings, in "
        + "windows of 48 pixels, on the lattice or off it; noise has 7 to 11 dB. Saturated are pixels at either end of the "
        + "range. The table is sorted by both unless another order was asked for, as some recipes are taught the next figure. "
        + "The lattice of a picture is the share of its fine detail on the network's stride lattice (period "
        + "\(latticePeriods.map(String.init).joined(separator: ", "))) beyond what white noise has there; that of a "
        + "gradient is its corrected CV². Means ± deviations over objectives, of one over its seeds. Artifacts: pictures that show one "
        + "by themselves; bands: the periods that all of them together show, at least twice what noise has and three "
        + "standard errors above it."
    )
    let columns = Self.columns.map { column -> (title: String, alignment: HTMLReport.Alignment) in
      (column.title, column.alignment == .right ? .right : .left)
    }
    report.heading("All mitigations")
    report.table(columns, rows: summary.map(Self.row))
    try report.figure(scatter, caption: "Up and to the left is better.", file: "scatter.png")
    for (objective, name, figure) in sheets {
      report.heading(objective)
      try report.figure(
        figure, caption: "A row a seed, a column a mitigation; pictures/ has each at its own size.", scale: 1,
        file: name)
      report.table(columns, rows: byObjective.filter { $0.objective == objective }.map(Self.row))
    }
    report.heading("Every run")
    report.table(
      [
        ("objective", .left), ("mitigation", .left), ("seed", .right), ("activation", .right), ("lattice", .right),
        ("gradient", .right), ("picture", .left), ("remarks", .left),
      ],
      rows: runs.map { run -> [HTMLReport.Cell] in
        [
          .init(run.objective), .init(run.mitigation, file: "recipes/\(run.mitigation).yaml"), .init("\(run.seed)"),
          .init(String(format: "%.4g", run.image.activation)),
          .init(run.image.measures.latticeShare.map { String(format: "%.4f", $0) } ?? "–"),
          .init(run.image.measures.gradientLattice.map { String(format: "%.4f", $0.cv2Corrected) } ?? "–"),
          .init(run.file.lastPathPart, file: run.file),
          .init(run.warnings.map(\.description).joined(separator: " ")),
        ]
      })
    report.files(files)
    return report
  }
}
