import Foundation
import GinghamLattices
import GinghamReporting

extension GradientTrace {
  /// For the terminal.
  public var text: String {
    var table = TextTable([
      ("layer", .left), ("operation", .left), ("map", .left), ("stride", .right), ("rms", .right), ("CV²", .right),
      ("predicted", .right), ("uneven at (period in elements: layer behind it)", .left),
    ])
    for layer in layers {
      let predicted = layer.lattice?.bands.compactMap(\.predicted) ?? []
      table.append([
        layer.name, layer.operation, layer.shape.dropFirst().map(String.init).joined(separator: "×"),
        layer.lattice == nil ? "" : String(format: "%g", layer.stride), String(format: "%.2e", layer.rootMeanSquare),
        layer.lattice.map { String(format: "%.4f", $0.cv2Corrected) } ?? "",
        predicted.isEmpty ? "" : String(format: "%.4f", predicted.reduce(0, +)), layer.lattice?.cause ?? "",
      ])
    }
    let pictures = images.count == 1 ? images[0] : "\(images.count) pictures"
    let parts = ["\(model), \(target) at \(pictures)\n\(table.description)"]
    let pixels =
      input.map { ["the gradient at the \(layers.first?.operation == "signal" ? "samples" : "pixels")\n" + $0.text] }
      ?? []
    let left = (skipped ?? []).map { "skipped: \($0.reason)" }
    let folded = aliasing.map { [$0.text] } ?? []
    let learned = twins.map { [$0.text] } ?? []
    return (parts + pixels + without.map { comparison(with: $0) } + learned + folded + left).joined(separator: "\n\n")
  }

  /// The bands at the pixels with and without some layers.
  private func comparison(with change: Without) -> String {
    var table = TextTable([
      ("  period", .right), ("CV²", .right), ("without", .right), ("predicted without", .right), ("layer", .left),
    ])
    for band in input?.bands ?? [] {
      let changed = change.lattice.bands.first { $0.period == band.period }
      table.append([
        String(band.period), String(format: "%.4f", band.cv2Corrected),
        changed.map { String(format: "%.4f", $0.cv2Corrected) } ?? "",
        changed?.predicted.map { String(format: "%.4f", $0) } ?? "", band.layer ?? "",
      ])
    }
    let names = change.layers.joined(separator: ", ")
    return """
      without the unevenness of \(names) (surrogate, cosine to the true gradient \
      \(String(format: "%.3f", change.cosine)))
      \(table.description)
      """
  }
}

extension RandomTwins {
  fileprivate var text: String {
    var table = TextTable([
      ("  period", .right), ("CV²", .right), ("twins", .right), ("ratio", .right), ("chance", .right),
      ("what training made of it", .left),
    ])
    for band in bands {
      let ratio = band.ratio.map { String(format: "%.2f ± %.2f", $0, band.ratioDeviation ?? 0) }
      table.append([
        String(band.period), String(format: "%.4f", band.measured),
        String(format: "%.4f ± %.4f", band.mean, band.deviation), ratio ?? "–",
        band.chance.map { String(format: "%.3f", $0) } ?? "", band.outcome.rawValue,
      ])
    }
    return "beside \(count) nets of the same graph with random weights, at the same pictures\n\(table.description)"
  }
}

extension LatticeFinding {
  /// The uneven bands and the layers behind them.
  fileprivate var cause: String {
    bands.filter { $0.verdict == .artifact }
      .map { "\($0.period): " + ($0.layer ?? "?") + ($0.ratioText.isEmpty ? "" : " (\($0.ratioText)×)") }
      .joined(separator: ", ")
  }
}
