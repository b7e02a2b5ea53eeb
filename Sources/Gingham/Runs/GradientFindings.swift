import Foundation
import GinghamLattices
import GinghamReporting

/// What `gingham gradient` finds.
public struct GradientFindings: Encodable, Sendable {
  public struct Prediction: Encodable, Sendable {
    public var index: Int
    public var logit: Float
    /// The class's name, where names are known.
    public var label: String?

    private enum CodingKeys: String, CodingKey {
      case index = "class"
      case logit, label
    }
  }

  public struct Image: Encodable, Sendable {
    public var path: String
    /// The objective, with `top` replaced by the class.
    public var target: String
    public var value: Float
    /// The class the network takes the picture for; `nil` where its output is not a row of classes.
    public var prediction: Prediction?
    public var lattice: LatticeFinding
    /// Of a surrogate's map to the true gradient; `nil` for true gradients and maps of another shape.
    public var cosine: Double?
    /// Whether the map holds nothing but zeros.
    var isZero: Bool
    /// How far integrated gradients miss the difference of the values they should sum to.
    public var completenessGap: Float?

    private enum CodingKeys: String, CodingKey {
      case path, target, value, prediction, lattice, cosine
      case completenessGap = "completeness_gap"
    }
  }

  public var model: String
  public var method: String
  /// Whether the maps are something other than derivatives.
  public var surrogate: Bool
  /// The layer at whose output the gradient is; `nil`: the picture.
  public var layer: String?
  public var images: [Image]
  /// The lattice over all pictures, where there are several.
  public var pooled: LatticeFinding?
}

extension GradientFindings {
  /// For the terminal.
  public var text: String {
    var blocks = images.map { image in
      var head = "\(image.path): \(image.target) = \(Self.short(Double(image.value)))"
      if let prediction = image.prediction {
        let label = prediction.label.map { " (\($0))" } ?? ""
        head += ", predicted class \(prediction.index)\(label)"
      }
      if let cosine = image.cosine { head += String(format: ", cosine to the true gradient %.3f", cosine) }
      return head + "\n" + image.lattice.text
    }
    if let pooled { blocks.append("all \(images.count) pictures together\n" + pooled.text) }
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
        String(band.period), String(format: "%.4f", band.cv2Corrected),
        band.predicted.map { String(format: "%.4f", $0) } ?? "", band.ratioText, band.layer ?? "",
        band.verdict.rawValue,
      ])
    }
    return table.description
  }
}

extension LatticeFinding.Band {
  /// Measured over predicted, where what is predicted stands above the border's traces.
  var ratioText: String {
    guard let predicted, let ratio, predicted >= 2e-3 else { return "" }
    return String(format: "%.2f", ratio)
  }
}
