import Foundation
import GinghamReporting

extension TrackFindings {
  /// For the terminal.
  public var text: String {
    let periods = bands.map(\.period)
    var columns: [(title: String, alignment: TextTable.Alignment)] = [("step", .right), ("checkpoint", .left)]
    columns += periods.map { ("\($0) px", .right) }
    columns += [("blur", .right), ("fine", .right), ("levels", .right), ("mean", .right), ("change", .right)]
    columns.append(("verdict", .left))
    var table = TextTable(columns)
    for checkpoint in checkpoints {
      let faults = checkpoint.pooled.faults
      var cells = ["\(checkpoint.step)", String(checkpoint.path.split(separator: "/").last ?? "")]
      cells += periods.map { period in
        checkpoint.pooled.peakDecibels(of: period).map { String(format: "%.1f dB", $0) } ?? "–"
      }
      cells.append(faults.map { String(format: "%.2g", $0.sharpness.laplacianVariance) } ?? "–")
      cells.append(faults.map { percentage($0.sharpness.highFrequencyShare) } ?? "–")
      cells.append(faults?.banding.map { "\($0.levels)" } ?? "–")
      cells.append(String(format: "%.2f", checkpoint.level.mean))
      cells.append(checkpoint.change.map { String(format: "%.1f", $0) } ?? "")
      cells.append(checkpoint.verdict.text)
      table.append(cells)
    }
    let drawn = seed.map { "\(samples) samples of seed \($0)" } ?? "\(samples) samples"
    var blocks = [
      "\(checkpoints.count) checkpoints, \(drawn) through each\n\(table.description)",
      bands.map { band in
        "  period \(band.period)" + (band.layer.map { " (\($0))" } ?? "") + ": \(band.verdict.rawValue)"
      }.joined(separator: "\n"),
      "verdict: \(verdict.rawValue), \(verdict.meaning)",
    ]
    if !skipped.isEmpty { blocks.append("left out:\n" + skipped.map { "  \($0.reason)" }.joined(separator: "\n")) }
    return blocks.joined(separator: "\n\n")
  }

  /// One line a checkpoint, the figures of each band beside each other; empty where there is none.
  public var csv: String {
    let periods = bands.map(\.period)
    var columns = ["step", "path", "verdict"]
    for period in periods { columns += ["share_\(period)", "peak_db_\(period)", "locked_levels_\(period)"] }
    columns += [
      "laplacian_variance", "high_frequency_share", "total_variation", "color_levels", "empty_bin_share", "level_mean",
      "level_deviation", "change",
    ]
    let rows = checkpoints.map { checkpoint -> String in
      let (pooled, faults) = (checkpoint.pooled, checkpoint.pooled.faults)
      var cells = ["\(checkpoint.step)", CSVField.quoted(checkpoint.path), checkpoint.verdict.rawValue]
      for period in periods {
        cells += [
          Self.number(pooled.lattice.bands.first { $0.period == period }?.share),
          Self.number(pooled.peakDecibels(of: period)),
          Self.number(pooled.locked?.bands.first { $0.period == period }?.levels),
        ]
      }
      cells += [
        Self.number(faults?.sharpness.laplacianVariance), Self.number(faults?.sharpness.highFrequencyShare),
        Self.number(faults?.sharpness.normalizedTotalVariation), faults?.banding.map { "\($0.levels)" } ?? "",
        Self.number(faults?.banding?.emptyBinShare), Self.number(checkpoint.level.mean),
        Self.number(checkpoint.level.deviation), Self.number(checkpoint.change),
      ]
      return cells.joined(separator: ",")
    }
    return ([columns.joined(separator: ",")] + rows).joined(separator: "\n") + "\n"
  }

  private static func number(_ value: Double?) -> String { value.map { String(format: "%.8g", $0) } ?? "" }
}
