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
    ("mitigation", .left), ("activation", .right), ("relative", .right), ("lattice of picture", .right),
    ("of gradient", .right), ("total variation", .right), ("off 1/f (dB)", .right), ("artifacts", .right),
    ("bands (of noise)", .left),
  ]

  static func row(_ item: Summary) -> [String] {
    [
      item.mitigation, cell(item.activation, "%.4g"), cell(item.relativeActivation, "%.2f"),
      cell(item.lattice, "%.4f"), cell(item.gradientLattice, "%.3f"), cell(item.totalVariation, "%.3f"),
      cell(item.spectrumDistance, "%.1f"), String(format: "%.0f %%", 100 * item.artifactShare),
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
  /// The first mitigation as the one to beat, what beats it, and what one would not have expected.
  static func note(_ summaries: [Summary]) -> String {
    guard let base = summaries.first, let baseLattice = base.lattice.mean else {
      return "The pictures are too small for the lattice of this network, so only activations are compared."
    }
    func percent(_ value: Double?) -> String { value.map { String(format: "%.2f %%", 100 * $0) } ?? "an unknown share" }
    func times(_ value: Double?) -> String { value.map { String(format: "%.2f×", $0) } ?? "an unknown multiple of" }
    let others = summaries.dropFirst().filter { $0.lattice.mean != nil }
    let first =
      "'\(base.mitigation)' leaves \(percent(baseLattice)) of its pictures' fine detail on the network's lattice beyond "
      + "what noise would (gradient CV² \(base.gradientLattice.mean.map { String(format: "%.3f", $0) } ?? "unknown")), "
      + "and together they show \(PooledBand.phrase(base.bands))."
    guard let cleanest = others.min(by: { ($0.lattice.mean ?? 0) < ($1.lattice.mean ?? 0) }),
      let strongest = others.max(by: { ($0.relativeActivation.mean ?? 0) < ($1.relativeActivation.mean ?? 0) })
    else { return first }
    let second =
      "Least on the lattice's own frequencies is left by '\(cleanest.mitigation)' (\(percent(cleanest.lattice.mean))), "
      + "which says nothing of grids beside them, at "
      + "\(times(cleanest.relativeActivation.mean)) the activation of '\(base.mitigation)'; the most activation from "
      + "'\(strongest.mitigation)' (\(times(strongest.relativeActivation.mean)), \(percent(strongest.lattice.mean)))."
    return [first, second, exception(base, Array(others), percent)].compactMap { $0 }.joined(separator: " ")
  }

  /// What puts more on the lattice than no mitigation at all, by more than two standard errors.
  private static func exception(
    _ base: Summary, _ others: [Summary], _ percent: (Double?) -> String
  ) -> String? {
    let worse = others.filter { $0.latticeErrors(above: base) > 2 }
    return worse.max { ($0.lattice.mean ?? 0) < ($1.lattice.mean ?? 0) }.map {
      "'\($0.mitigation)' puts more on the lattice than no mitigation at all (\(percent($0.lattice.mean)))."
    }
  }
}

extension Comparison.Summary {
  /// By how many standard errors the mean lattice is above another's; 0 where that cannot be told.
  fileprivate func latticeErrors(above other: Self) -> Double {
    guard let mean = lattice.mean, let base = other.lattice.mean, let own = lattice.deviation,
      let others = other.lattice.deviation
    else { return 0 }
    let error = (own * own / Double(runs) + others * others / Double(other.runs)).squareRoot()
    return error > 0 ? (mean - base) / error : 0
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
