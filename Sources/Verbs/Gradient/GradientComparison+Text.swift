import Foundation
import GinghamLattices
import GinghamReporting

extension GradientComparison {
  /// For the terminal.
  public var text: String {
    let bands = methods.first?.lattice.bands.map(\.period) ?? []
    var table = TextTable(
      [("method", .left), ("CV²", .right)] + bands.map { ("period \($0)", .right) } + [
        ("cosine", .right), ("deletion ↓", .right), ("insertion ↑", .right), ("seconds", .right),
      ])
    for row in methods {
      let bandCells = bands.map { period in
        row.lattice.bands.first { $0.period == period }.map { String(format: "%.4f", $0.cv2Corrected) } ?? ""
      }
      table.append(
        [row.method + (row.surrogate ? " *" : ""), String(format: "%.4f", row.lattice.cv2Corrected)] + bandCells + [
          String(format: "%.3f", row.cosine), String(format: "%.3f", row.faithfulness.deletion),
          String(format: "%.3f", row.faithfulness.insertion), row.seconds.map { String(format: "%.3f", $0) } ?? "–",
        ])
    }
    let pictures = images.count == 1 ? images[0] : "\(images.count) pictures"
    let left = (skipped ?? []).map { "\n\nskipped: \($0.reason)" }.joined()
    return """
      \(model), \(target) at \(pictures)
      \(table.description)
      * a surrogate: no derivative of the objective; cosine is to the true gradient. CV² less what chance gives.
        Deletion and insertion: areas under the curve over \(faithfulness.steps) steps (Petsiuk et al. 2018).\(left)
      """
  }
}
