import GinghamTensors

/// A table for the terminal: columns as wide as their widest cell, numbers flush right.
///
/// Where ``TextLayout/width`` is too narrow, titles are broken, and columns are parted into tables below each other, each
/// with the first column. Texts that leave no room even then are shortened in their middle.
public struct TextTable: Sendable {
  /// Of a column's cells.
  public enum Alignment: Sendable {
    case left, right
  }

  private let header: [String]
  private let alignments: [Alignment]
  private var rows: [[String]] = []

  /// With the property of the same name.
  public init(_ columns: [(title: String, alignment: Alignment)]) {
    header = columns.map { Self.cell($0.title) }
    alignments = columns.map(\.alignment)
  }

  /// Adds a row of one cell a column.
  public mutating func append(_ row: [String]) {
    precondition(row.count == header.count, "a row of \(row.count) cells in a table of \(header.count)")
    rows.append(row.map(Self.cell))
  }

  /// Names from files stay within their cell, whatever they hold.
  private static func cell(_ text: String) -> String { text.printable(limit: longestCell) }

  private static let longestCell = 160
  private static let gap = "  "

  /// As texts for people have it.
  public var description: String {
    var columns = header.indices.map { column in
      Column(titles: [header[column]], cells: rows.map { $0[column] }, alignment: alignments[column])
    }
    guard let width = TextLayout.width, Self.width(of: columns) > width else { return Self.text(of: columns) }
    for index in columns.indices { columns[index].breakTitle() }
    Self.shorten(&columns, to: width)
    return Self.blocks(of: columns, width: width).map(Self.text).joined(separator: "\n\n")
  }

  /// A column with the lines of its title.
  private struct Column {
    var titles: [String]
    var cells: [String]
    let alignment: Alignment

    var width: Int { (titles + cells).map(\.count).max() ?? 0 }

    /// Into two lines, where that makes the column narrower.
    mutating func breakTitle() {
      let title = titles[0]
      let room = cells.map(\.count).max() ?? 0
      guard title.count > room else { return }
      let spaces = title.indices.filter { title[$0] == " " }
      let breaks = spaces.map { [String(title[..<$0]), String(title[title.index(after: $0)...])] }
      func longest(_ lines: [String]) -> Int { lines.map(\.count).max() ?? 0 }
      if let best = breaks.min(by: { longest($0) < longest($1) }), longest(best) < title.count { titles = best }
    }

    mutating func shorten(to width: Int) {
      cells = cells.map { cell in
        guard cell.count > width else { return cell }
        let head = (width - 1) / 2
        return cell.prefix(head) + "…" + cell.suffix(width - 1 - head)
      }
    }
  }

  private static func width(of columns: [Column]) -> Int {
    columns.reduce(0) { $0 + $1.width } + gap.count * max(columns.count - 1, 0)
  }

  /// Shortens texts that do not fit beside the first column, and that column where it leaves no room: to half the width.
  private static func shorten(_ columns: inout [Column], to width: Int) {
    let half = (width - gap.count) / 2
    for index in columns.indices.dropFirst() where columns[0].width + gap.count + columns[index].width > width {
      for place in [0, index] where columns[place].alignment == .left && columns[place].width > half {
        columns[place].shorten(to: half)
      }
    }
  }

  private static func blocks(of columns: [Column], width: Int) -> [[Column]] {
    guard let first = columns.first else { return [] }
    var blocks: [[Column]] = [[first]]
    for column in columns.dropFirst() {
      let last = blocks.count - 1
      if blocks[last].count > 1, Self.width(of: blocks[last] + [column]) > width {
        blocks.append([first, column])
      } else {
        blocks[last].append(column)
      }
    }
    return blocks
  }

  private static func text(of columns: [Column]) -> String {
    let widths = columns.map(\.width)
    func line(_ row: [String]) -> String {
      let cells = row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return columns[column].alignment == .left ? cell + padding : padding + cell
      }
      return String(cells.joined(separator: gap).reversed().drop { $0 == " " }.reversed())
    }
    // Titles stand on the rule: a short one leaves its first lines empty.
    let titleLines = columns.map(\.titles.count).max() ?? 1
    let titles = (0..<titleLines).map { number in
      line(
        columns.map { column in
          let place = number - (titleLines - column.titles.count)
          return place < 0 ? "" : column.titles[place]
        })
    }
    let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: gap)
    let rows = (0..<(columns.first?.cells.count ?? 0)).map { row in line(columns.map { $0.cells[row] }) }
    return (titles + [rule] + rows).joined(separator: "\n")
  }
}
