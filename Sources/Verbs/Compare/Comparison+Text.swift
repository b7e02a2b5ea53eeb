import Foundation
import GinghamLattices
import GinghamReporting
import GinghamSignals

extension Comparison {
  private static func cell(_ spread: Spread, _ format: String) -> String {
    guard let mean = spread.mean else { return "–" }
    return String(format: format, mean) + (spread.deviation.map { " ± " + String(format: format, $0) } ?? "")
  }

  static let columns: [(title: String, alignment: TextTable.Alignment)] = [
    ("mitigation", .left), ("activation", .right), ("relative", .right), ("narrowest line (dB)", .right),
    ("saturated", .right), ("lattice of picture", .right), ("of gradient", .right), ("artifacts", .right),
    ("bands (of noise)", .left),
  ]

  static func row(_ item: Summary) -> [String] {
    [
      item.mitigation, cell(item.activation, "%.4g"), cell(item.relativeActivation, "%.2f"),
      cell(item.lines, "%.1f"), item.saturation.mean.map { String(format: "%.1f %%", 100 * $0) } ?? "–",
      cell(item.lattice, "%.4f"), cell(item.gradientLattice, "%.3f"),
      String(format: "%.0f %%", 100 * item.artifactShare),
      PooledBand.text(item.bands),
    ]
  }

  /// For the terminal.
  public var text: String {
    var table = TextTable(Self.columns + [("seconds", .right)])
    for item in summary { table.append(Self.row(item) + [Self.cell(item.seconds, "%.1f")]) }
    return "\(objective)\n\(table.description)\n\n\(note)"
  }
}

extension Comparison {
  /// The first mitigation as the one to beat, and what a test over objectives says of the others.
  static func note(_ summaries: [Summary], byObjective: [Summary]) -> String {
    guard let base = summaries.first, let baseLattice = base.lattice.mean else {
      return "The pictures are too small for the lattice of this network, so only activations are compared."
    }
    let first =
      "'\(base.mitigation)' leaves \(percent(baseLattice)) of its pictures' fine detail on the network's lattice beyond "
      + "what noise would (gradient CV² \(base.gradientLattice.mean.map { String(format: "%.3f", $0) } ?? "unknown")), "
      + "and together they show \(PooledBand.phrase(base.bands))."
    let others = summaries.dropFirst().filter { $0.lines.mean != nil }
    guard base.lines.mean != nil, !others.isEmpty else { return first }
    let judged = others.compactMap { item in
      PairedDifference(item.mitigation, base.mitigation, of: \.lines.mean, in: byObjective, looks: others.count)
        .map { (item, $0) }
    }
    guard let objectives = judged.map(\.1.objectives).max() else {
      return first + " One objective alone tells no mitigation from another."
    }
    let shown = judged.filter { $0.1.isShown }.sorted { $0.1.mean < $1.1.mean }
    func list(_ items: [(Summary, PairedDifference)]) -> String {
      items.map {
        "'\($0.0.mitigation)' (\(String(format: "%+.1f dB", $0.1.mean)), \(times($0.0.relativeActivation.mean)))"
      }.joined(separator: ", ")
    }
    let (less, more) = (shown.filter { $0.1.mean < 0 }, shown.filter { $0.1.mean > 0 })
    var sentences = [first]
    if !less.isEmpty {
      sentences.append(
        "Their narrowest lines, on the lattice or off it, stand lower with \(list(less)); in brackets the difference and the "
          + "activation over that of '\(base.mitigation)'.")
    }
    if !more.isEmpty { sentences.append("They stand higher with \(list(more)).") }
    let rest = judged.count - shown.count
    if rest > 0 {
      sentences.append(
        "Of \(rest == 1 ? "one other" : "the \(rest) others") no difference is shown over \(objectives) objectives.")
    }
    return sentences.joined(separator: " ")
  }

  private static func percent(_ value: Double?) -> String {
    value.map { String(format: "%.2f %%", 100 * $0) } ?? "an unknown share"
  }

  private static func times(_ value: Double?) -> String {
    value.map { String(format: "%.2f×", $0) } ?? "an unknown multiple"
  }
}

extension PooledBand {
  /// Those that stand out, with how many times noise they are: `2 (29×), 4 (3.4×)`.
  static func text(_ bands: [PooledBand]) -> String {
    let shown = bands.filter { $0.verdict == .artifact }
    guard !shown.isEmpty else { return "none" }
    return shown.map { "\($0.period) (\(Self.factor($0.timesNoise))×)" }.joined(separator: ", ")
  }

  /// For a sentence: what of the lattice they show.
  static func phrase(_ bands: [PooledBand]) -> String {
    bands.contains { $0.verdict == .artifact }
      ? "bands of the lattice, by period and as a multiple of what noise has there: \(text(bands))" : "no band of it"
  }

  private static func factor(_ value: Double) -> String {
    let rounded = value < 9.95 ? (value * 10).rounded() / 10 : value.rounded()
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }
}
