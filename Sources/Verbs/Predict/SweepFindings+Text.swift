import Foundation
import GinghamReporting

extension SweepFindings {
  private static let listed = 40

  /// For the terminal.
  public var text: String {
    let periods = Set(entries.flatMap { $0.bands.keys.compactMap { Int($0) } }).sorted().prefix(6)
    var columns: [(title: String, alignment: TextTable.Alignment)] = [("rank", .right)]
    columns += axes.map { ($0, .right) }
    columns += [("CV²", .right), ("max/min", .right)]
    columns += periods.map { ("\($0) px", .right) }
    columns += [("multiply-adds", .right), ("", .left)]
    var table = TextTable(columns)
    for (rank, entry) in entries.prefix(Self.listed).enumerated() {
      var cells = ["\(rank + 1)"]
      cells += axes.map { entry.settings[$0].map(String.init) ?? "" }
      cells.append(String(format: "%.4f", entry.cv2))
      cells.append(entry.maxMin.map { String(format: "%.2f", $0) } ?? "dead")
      cells += periods.map { period in entry.bands["\(period)"].map { String(format: "%.4f", $0) } ?? "" }
      cells += [grouped(entry.macs), entry.isOnFront ? "best at this cost" : ""]
      table.append(cells)
    }
    var blocks = ["\(subject), \(entries.count) combinations from the most even\n\(table.description)"]
    if entries.count > Self.listed { blocks.append("… and \(entries.count - Self.listed) more in findings.json") }
    if !skipped.isEmpty {
      blocks.append("left out:\n" + skipped.map { "  \($0.specification): \($0.reason)" }.joined(separator: "\n"))
    }
    return blocks.joined(separator: "\n\n")
  }

  private func grouped(_ number: Int) -> String {
    let digits = String(number)
    return digits.enumerated().map { index, digit in
      index > 0 && (digits.count - index).isMultiple(of: 3) ? " \(digit)" : "\(digit)"
    }.joined()
  }
}
