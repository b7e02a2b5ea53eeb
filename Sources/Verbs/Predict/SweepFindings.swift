import Foundation
import GinghamReporting

/// What `gingham predict --sweep` finds: every combination, from the most even and, of equals, the cheapest.
public struct SweepFindings: Encodable, Sendable {
  public struct Entry: Encodable, Sendable {
    /// As it can be given to other verbs, or the notation of a stack.
    public var specification: String
    public var settings: [String: Int]
    /// CV² of what is painted (or of the gradient at the input, for classifiers).
    public var cv2: Double
    /// Strongest over weakest phase; `nil` where a phase is dead.
    public var maxMin: Double?
    /// CV² by period.
    public var bands: [String: Double]
    /// Multiply-adds for one picture; for a stack, of one channel.
    public var macs: Int
    /// Whether nothing else is as even for fewer multiply-adds.
    public var isOnFront = false

    private enum CodingKeys: String, CodingKey {
      case specification, settings, cv2, bands, macs, maxMin
      case isOnFront = "on_front"
    }
  }

  public struct Skipped: Encodable, Hashable, Sendable {
    public var specification: String
    public var reason: String
  }

  /// Of pictures, or of gradients.
  public var subject: String
  public var axes: [String]
  public var entries: [Entry]
  /// Combinations that make no network.
  public var skipped: [Skipped]

  init(subject: String, axes: [String], entries: [Entry], skipped: [Skipped]) {
    (self.subject, self.axes, self.skipped) = (subject, axes, skipped)
    self.entries = Self.ranked(entries)
  }

  /// Sorted, with the front marked. Energies that differ by rounding are equal.
  static func ranked(_ entries: [Entry]) -> [Entry] {
    func energy(_ entry: Entry) -> Double { (entry.cv2 * 1e9).rounded() }
    var ranked = entries.sorted {
      (energy($0), $0.macs, $0.specification) < (energy($1), $1.macs, $1.specification)
    }
    var cheapest = Int.max
    for index in ranked.indices where ranked[index].macs < cheapest {
      ranked[index].isOnFront = true
      cheapest = ranked[index].macs
    }
    return ranked
  }
}

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
