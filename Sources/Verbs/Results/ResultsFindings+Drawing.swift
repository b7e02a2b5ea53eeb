import Foundation
import GinghamImaging
import GinghamReporting

extension ResultsFindings {
  /// Writes `results.csv`, and `results.png`, how figures that several runs have went from run to run.
  ///
  /// - Throws: ``ImageError``, ``FormatError``.
  func draw(into folder: RunFolder) throws {
    try folder.write("results.csv", data: Data(csv.utf8))
    guard !compared.isEmpty else { return }
    func largest(_ row: Comparison) -> Double { row.values.compactMap { $0 }.map(abs).max() ?? 0 }
    let drawn = compared.sorted { largest($0) > largest($1) }.prefix(Self.mostLines)
    let series = drawn.map { row in
      Series(
        "\(row.verb) \(row.place) \(row.quantity), period \(row.period)", x: row.values.indices.map { Double($0 + 1) },
        y: row.values.map { $0 ?? .nan }, style: .lineWithPoints)
    }
    let plot = Plot(
      "Figures from run to run", x: Axis("run, the oldest first"), y: Axis("figure"), series: Array(series),
      plotSize: (560, 300))
    try folder.write("results.png", figure: plot.figure())
  }

  private static let mostLines = 10
}
