import Foundation
import GinghamReporting

extension ResultsFindings {
  /// A line a figure, then what several runs have, side by side.
  public var text: String {
    guard !runs.isEmpty else { return "no runs\n" + skippedText }
    var table = TextTable([
      ("", .right), ("started (UTC)", .left), ("verb", .left), ("of", .left), ("figure", .left), ("period", .right),
      ("value", .right), ("layer", .left), ("verdict", .left),
    ])
    for (index, run) in runs.enumerated() {
      let head = ["\(index + 1)", Self.short(run.started), run.verb, Self.name(run.subject)]
      if run.figures.isEmpty { table.append(head + ["", "", "", "", run.verdict ?? ""]) }
      for (place, figure) in run.figures.enumerated() {
        table.append(
          (place == 0 ? head : ["", "", "", ""]) + [
            "\(figure.place) \(figure.quantity)", "\(figure.period)", Self.number(figure.value), figure.layer ?? "",
            figure.verdict ?? "",
          ])
      }
    }
    var blocks = [table.description]
    if let comparison { blocks.append(comparison) }
    blocks.append(runs.enumerated().map { "\($0.offset + 1): \($0.element.folder)" }.joined(separator: "\n"))
    if !skipped.isEmpty { blocks.append(skippedText) }
    return blocks.joined(separator: "\n\n")
  }

  /// Columns stand for runs by their numbers; the last of many, for a terminal.
  private var comparison: String? {
    guard !compared.isEmpty else { return nil }
    let shown = Array(runs.indices.suffix(Self.widest))
    var table = TextTable(
      [("compared", .left), ("period", .right)] + shown.map { ("run \($0 + 1)", .right) } + [("last ÷ first", .right)])
    for row in compared {
      let known = row.values.compactMap { $0 }
      let ratio = known.first.flatMap { first in known.last.map { $0 / first } }
      table.append(
        ["\(row.verb) \(row.place) \(row.quantity)", "\(row.period)"] + shown.map { Self.number(row.values[$0]) }
          + [ratio.map { $0.isFinite ? String(format: "%.3f", $0) : "" } ?? ""])
    }
    return table.description
  }

  private static let widest = 6

  private var skippedText: String {
    skipped.map { "skipped: \($0.reason)" }.joined(separator: "\n")
  }

  private static func number(_ value: Double?) -> String { value.map { String(format: "%.4g", $0) } ?? "" }
  private static func short(_ moment: String) -> String {
    String(moment.prefix(16)).replacing("T", with: " ")
  }
  private static func name(_ subject: String) -> String {
    subject.split(separator: "/").last.map(String.init) ?? subject
  }
}
