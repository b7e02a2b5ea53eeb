import Foundation
import GinghamLattices
import GinghamReporting

extension VisualizationFindings {
  /// For the terminal.
  public var text: String {
    var table = TextTable([
      ("picture", .right), ("activation", .right), ("lattice of picture", .right), ("of gradient", .right),
      ("total variation", .right), ("off 1/f", .right), ("verdict", .left),
    ])
    for (index, image) in images.enumerated() {
      let measures = image.measures
      table.append([
        "\(index)", String(format: "%.4g", image.activation),
        measures.latticeShare.map { String(format: "%.4f", $0) } ?? "–",
        measures.gradientLattice.map { String(format: "%.4f", $0.cv2Corrected) } ?? "–",
        String(format: "%.3f", measures.totalVariation),
        measures.spectrumDistance.map { String(format: "%.1f dB", $0) } ?? "–",
        image.verdict,
      ])
    }
    return """
      \(objective), preset \(preset), \(size[0])×\(size[1]), \(stoppedAt ?? steps) steps, lattice of \(latticePeriod)
      \(table.description)
      """ + accentuationText + (path.map { "\n" + $0.text } ?? "")
  }
}

extension VisualizationFindings {
  private var accentuationText: String {
    guard let held else { return "" }
    return images.compactMap(\.accentuation).enumerated().map { index, found in
      let gain = String(
        format: "\nActivation %.4g at the photograph, %+.4g since", found.before,
        images[index].activation - found.before)
      return gain + String(format: "; '%@' has changed by %.1f %% of its length.", held.layer, 100 * found.distance)
    }.joined()
  }
}

extension VisualizationFindings.Image {
  /// Of the picture, where something made it.
  var verdict: String {
    if measures.gradientLattice?.verdict == .nothing { return Verdict.nothing.rawValue }
    return measures.lattice?.verdict.rawValue ?? "too small to say"
  }
}
