import GinghamTensors

/// A table for the terminal: columns as wide as their widest cell, numbers flush right.
public struct TextTable: Sendable {
  public enum Alignment: Sendable {
    case left, right
  }

  private let header: [String]
  private let alignments: [Alignment]
  private var rows: [[String]] = []

  public init(_ columns: [(title: String, alignment: Alignment)]) {
    header = columns.map { Self.cell($0.title) }
    alignments = columns.map(\.alignment)
  }

  public mutating func append(_ row: [String]) {
    precondition(row.count == header.count, "a row of \(row.count) cells in a table of \(header.count)")
    rows.append(row.map(Self.cell))
  }

  /// Names from files stay within their cell, whatever they hold.
  private static func cell(_ text: String) -> String { text.printable(limit: longestCell) }

  private static let longestCell = 160

  public var description: String {
    let all = [header] + rows
    let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    func line(_ row: [String]) -> String {
      let cells = row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return alignments[column] == .left ? cell + padding : padding + cell
      }
      return String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
    }
    let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")
    return ([line(header), rule] + rows.map(line)).joined(separator: "\n")
  }
}
