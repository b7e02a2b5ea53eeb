import Foundation
import Testing

@testable import GinghamReporting

struct TextTableTests {
  private static func table(columns: Int, rows: Int = 3) -> TextTable {
    var table = TextTable(
      [("layer", .left)] + (0..<columns).map { ("share of column \($0)", $0.isMultiple(of: 3) ? .left : .right) })
    for row in 0..<rows {
      table.append(
        ["features.\(row).branch.of.a.long.name.conv"]
          + (0..<columns).map { column in
            column.isMultiple(of: 3) ? "a text of row \(row) and column \(column)" : "\(row * 1000 + column)"
          })
    }
    return table
  }

  @Test func columnsAlign() {
    var table = TextTable([("name", .left), ("count", .right)])
    table.append(["a", "1"])
    table.append(["longer", "12345678"])
    #expect(
      table.description == """
        name       count
        ──────  ────────
        a              1
        longer  12345678
        """)
  }

  @Test func widthIsThatOfTheCellsWhereNobodyReads() {
    let lines = Self.table(columns: 9).description.split(separator: "\n")
    #expect(lines.count == 5)
    #expect(lines[2].contains("features.0.branch.of.a.long.name.conv"))
  }

  @Test(arguments: [40, 60, 80, 120], [0, 1, 4, 9, 20])
  func fitsTheTerminal(width: Int, columns: Int) {
    let text = TextLayout.$width.withValue(width) { Self.table(columns: columns).description }
    for line in text.split(separator: "\n") { #expect(line.count <= width, "\(line)") }
    // Numbers are never cut, wherever their column went.
    for column in 0..<columns where !column.isMultiple(of: 3) {
      for row in 0..<3 { #expect(text.contains("\(row * 1000 + column)")) }
    }
  }

  @Test func narrowTablesStayAsTheyAre() {
    var table = TextTable([("a", .left), ("b", .right)])
    table.append(["one", "1"])
    let free = table.description
    #expect(TextLayout.$width.withValue(80) { table.description } == free)
    #expect(free == "a    b\n───  ─\none  1")
  }

  @Test func partsRepeatTheFirstColumn() {
    let text = TextLayout.$width.withValue(60) { Self.table(columns: 9).description }
    let parts = text.components(separatedBy: "\n\n")
    #expect(parts.count > 1)
    for part in parts { #expect(part.contains("layer") && part.contains("features.2")) }
  }

  @Test func linesBreakBetweenWordsAndKeepTheirIndent() {
    let line = "  one two three four"
    #expect(TextLayout.wrapped(line) == line)
    TextLayout.$width.withValue(11) {
      #expect(TextLayout.wrapped(line) == "  one two\n  three\n  four")
      #expect(TextLayout.wrapped("abcdefghijklmnop q") == "abcdefghijklmnop\nq")
      #expect(TextLayout.wrapped("short\n\nlines") == "short\n\nlines")
    }
  }
}
