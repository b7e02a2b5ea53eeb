import Foundation
import GinghamDiagnosis
import GinghamGeneration
import GinghamLattices
import GinghamReporting

extension GeneratorTrace {
  /// For the terminal.
  public var text: String {
    let drawn = sampleCount(samples) + (seed.map { " of seed \($0)" } ?? "")
    var blocks = [
      "\(model): \(drawn), traced from the input up to the \(isOfSounds ? "sound" : "picture")\n\(layerTable)"
    ]
    if !upsampling.isEmpty {
      blocks.append("grid of each transposed convolution on the mean of its outputs, root mean square\n" + gridTable)
    }
    blocks.append(
      (isOfSounds ? "the sounds" : "the pictures") + "\n" + pooled.text(thresholds: thresholds, areSounds: isOfSounds))
    if !without.isEmpty { blocks.append("with the phase sums of a layer made equal\n" + withoutTable) }
    blocks.append(
      causes.isEmpty
        ? "verdict: clean" : "verdict: \(verdict.text)\n" + causes.map { "  \($0.text)" }.joined(separator: "\n"))
    if !skipped.isEmpty { blocks.append("left out:\n" + skipped.map { "  \($0.reason)" }.joined(separator: "\n")) }
    return blocks.joined(separator: "\n\n")
  }

  /// Periods of the picture that any layer was measured at.
  var pixelPeriods: [Int] { Set(layers.flatMap { $0.bands.map(\.pixels) }).sorted() }

  /// Maps of a single row are those of a net over signals.
  private var isOfSounds: Bool { !layers.isEmpty && layers.allSatisfy { $0.shape.dropLast().last == 1 } }

  private var unit: String { isOfSounds ? "samples" : "px" }

  private var layerTable: String {
    let periods = pixelPeriods
    var table = TextTable(
      [("layer", .left), ("operation", .left), ("map", .left), ("rms", .right)]
        + periods.map { ("\($0) \(unit)", .right) } + [("alike in all samples (peak)", .left)])
    for layer in layers {
      let shares = periods.map { period in
        layer.bands.first { $0.pixels == period }.map { percentage($0.band.share) } ?? ""
      }
      let locked = layer.bands.filter { $0.band.lockedShare > 0 }.map { band in
        let peak = band.band.peakDecibels.map { String(format: " (%.1f dB)", $0) } ?? ""
        return "\(band.pixels): \(percentage(band.band.lockedShare))\(peak)"
      }
      table.append(
        [
          layer.name, layer.operation, layer.shape.map(String.init).joined(separator: "×"),
          String(format: "%.2e", layer.rootMeanSquare),
        ] + shares + [locked.joined(separator: ", ")])
    }
    return table.description
  }

  private var gridTable: String {
    var table = TextTable([
      ("  layer", .left), ("kernel/stride", .left), ("period", .right), ("phase sums", .right), ("overlap", .right),
      ("predicted", .right), ("measured", .right), ("ratio", .right), ("cosine", .right), ("of deviation", .right),
    ])
    for grid in upsampling {
      table.append([
        "  " + grid.layer, "\(grid.kernel.max() ?? 0)/\(grid.stride.max() ?? 0)", "\(grid.period)",
        String(format: "±%.0f %%", 100 * grid.phaseSumDeviation), String(format: "%.2e", grid.overlap),
        String(format: "%.2e", grid.predicted), String(format: "%.2e", grid.measured),
        grid.ratio.map { String(format: "%.2f", $0) } ?? "", grid.cosine.map { String(format: "%.3f", $0) } ?? "",
        grid.deviation > 0 ? percentage(grid.measured / grid.deviation) : "",
      ])
    }
    return table.description
  }

  private var withoutTable: String {
    let periods = pooled.lattice.bands.map(\.period)
    var table = TextTable(
      [("  layer", .left), ("change", .right)] + periods.map { ("\($0) \(unit)", .right) })
    func cell(_ peak: Double?, _ verdict: SetVerdict) -> String {
      peak.map { String(format: "%.1f dB%@", $0, verdict == .clean ? "" : " \(verdict.rawValue)") } ?? ""
    }
    table.append(["  as it is", ""] + periods.map { cell(pooled.peakDecibels(of: $0), pooled.setVerdict(of: $0)) })
    for change in without {
      table.append(
        ["  " + change.layers.joined(separator: ", "), String(format: "%.1f levels", change.change)]
          + periods.map { period in
            cell(
              change.peakDecibels(of: period),
              SetVerdict(period: period, pooled: change.pooled, locked: change.locked))
          })
    }
    return table.description
  }
}

extension GeneratorTrace.Cause {
  fileprivate var text: String {
    let late = emergence.flatMap { $0 == layer ? nil : " On the maps it stands out from '\($0)' on." } ?? ""
    return "period \(period) (\(verdict.rawValue)): " + (layer ?? "no single layer") + ". " + evidence + late
  }

  /// Why the layer is to blame, or none is, in sentences.
  var evidence: String {
    var sentences: [String] = []
    if let layer {
      if layer != suspect { sentences.append("Its enlargement does not reach this period by itself.") }
      if let grid { sentences.append(grid.evidence) }
      if let peak, let evenedPeak {
        sentences.append(String(format: "With equal phase sums the peak falls from %.1f to %.1f dB.", peak, evenedPeak))
      }
    } else if let suspect {
      sentences.append(experiment(on: suspect))
    } else {
      sentences.append("No layer's enlargement reaches this period.")
    }
    if let growth {
      sentences.append(
        "It grows most at '\(growth.layer)': from \(percentage(growth.shares[0])) to \(percentage(growth.shares[1])) of the "
          + "fine detail.")
    }
    return sentences.joined(separator: " ")
  }

  /// What came of evening the layer that reaches the period.
  private func experiment(on suspect: String) -> String {
    guard grid != nil else { return "The enlargement by '\(suspect)' reaches it; it has no phase sums to even." }
    guard let peak, let evenedPeak else {
      return "Whether '\(suspect)', which reaches it, is behind it cannot be told."
    }
    let change = String(format: "%.1f to %.1f dB", peak, evenedPeak)
    let rule = String(format: "%g dB on %d samples or more", Self.leastFall, Self.fewestSamples)
    return
      "'\(suspect)' reaches it, and with equal phase sums there the peak goes from \(change): a layer is named where "
      + "it falls by \(rule)."
  }
}

extension UpsamplingGrid {
  fileprivate var evidence: String {
    let sums = String(format: "its learned phase sums differ by ±%.0f %%", 100 * phaseSumDeviation)
    let head =
      overlap < 0.01 * predicted
      ? "Its kernel \(kernel.max() ?? 0) divides evenly by stride \(stride.max() ?? 0), but \(sums)"
      : "Kernel \(kernel.max() ?? 0) at stride \(stride.max() ?? 0) paints unevenly, and \(sums)"
    guard let ratio, let cosine else { return head + "." }
    return head
      + String(
        format: "; these and the means of its input predict %.2f× the grid on its mean output (cosine %.3f).",
        1 / max(ratio, 1e-9), cosine)
  }
}

extension SetVerdict {
  var text: String {
    switch self {
    case .artifact: "artifact"
    case .faint: "faint artifact"
    case .clean: "clean"
    }
  }
}
