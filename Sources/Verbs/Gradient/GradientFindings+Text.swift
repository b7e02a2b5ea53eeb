import Foundation
import GinghamLattices
import GinghamReporting

extension GradientFindings {
  /// For the terminal.
  public var text: String {
    var blocks = images.map { image in
      var head = "\(image.path): \(image.target) = \(Self.short(Double(image.value)))"
      if let positions = image.averagedOver {
        head += " (mean of its map of \(positions.map(String.init).joined(separator: "×")))"
      }
      if let prediction = image.prediction {
        let label = prediction.label.map { " (\($0))" } ?? ""
        head += ", predicted class \(prediction.index)\(label)"
      }
      if let cosine = image.cosine { head += String(format: ", cosine to the true gradient %.3f", cosine) }
      return head + "\n" + image.lattice.text
    }
    if let summary, let table {
      let spread = summary.cv2Corrected
      blocks.append(
        "\(summary.count) pictures, a row each in \(table); a grid shows in \(summary.artifacts) of them\n"
          + "  CV² of a picture: median \(Self.short(spread.median)), nine tenths in "
          + "\(Self.short(spread.low)) … \(Self.short(spread.high)), all in "
          + "\(Self.short(spread.least)) … \(Self.short(spread.largest))")
    }
    if let pooled { blocks.append("all \(pooled.inputs) pictures together\n" + pooled.text) }
    blocks += (skipped ?? []).map { "skipped: \($0.reason)" }
    if surrogate { blocks.append("'\(method)' is a surrogate: its maps are no derivatives of the objective.") }
    return blocks.joined(separator: "\n\n")
  }

  private static func short(_ value: Double) -> String { String(format: "%.4g", value) }
}

extension LatticeFinding {
  /// For the terminal, indented.
  var text: String {
    let strongest = maxMin.map { String(format: "strongest phase %.2f× the weakest", $0) } ?? "some phases are dead"
    let predicted = bands.compactMap(\.predicted)
    let total = predicted.isEmpty ? "" : String(format: " (predicted %.4f)", predicted.reduce(0, +))
    let controls = controls.map { String(format: "%d: %.4f", $0.period, $0.cv2Corrected) }.joined(separator: ", ")
    return """
        lattice of \(period): CV² \(String(format: "%.4f", cv2Corrected))\(total), \(strongest)
      \(bandTable)
        controls at periods \(controls.isEmpty ? "none: the map is too small" : controls)
      """
  }

  private var bandTable: String {
    var table = TextTable([
      ("  period", .right), ("CV²", .right), ("predicted", .right), ("ratio", .right), ("layer", .left),
      ("verdict", .left),
    ])
    for band in bands {
      table.append([
        String(band.period), band.cv2Text,
        band.predicted.map { String(format: "%.4f", $0) } ?? "", band.ratioText, band.layer ?? "",
        band.verdict.rawValue,
      ])
    }
    return table.description
  }
}

extension LatticeFinding.Band {
  /// ``cv2Corrected`` with as many digits as its error leaves, at most four; what is below the error is no more than that.
  var cv2Text: String {
    let digits = standardError > 0 ? min(4, max(0, Int((-log10(standardError)).rounded(.up)))) : 4
    let rounded = String(format: "%.\(digits)f", abs(cv2Corrected) < standardError ? standardError : cv2Corrected)
    return abs(cv2Corrected) < standardError ? "≤ " + rounded : rounded
  }

  /// Measured over predicted, where what is predicted stands above the border's traces.
  var ratioText: String {
    guard let predicted, let ratio, predicted >= 2e-3 else { return "" }
    return String(format: "%.2f", ratio)
  }
}
