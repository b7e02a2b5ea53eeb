import Foundation
import GinghamImaging

/// A report in one HTML file that needs nothing else: pictures are inside it, and it asks no network for anything.
///
/// Headings make its contents list, pictures enlarge when they are clicked, both without a script; a script adds sorting
/// and filters to tables. Every text is escaped, so that file and layer names may hold any character, and the page's own
/// policy lets no other script run than the one of ``HTMLReport/data``. Equal contents give equal bytes.
public struct HTMLReport: Sendable {
  /// Of a column's cells. Those flush right are numbers.
  public enum Alignment: Sendable {
    case left, right
  }

  /// What stands in a table's cell.
  public struct Cell: Sendable, ExpressibleByStringLiteral {
    /// As it is shown.
    public var text: String
    /// The file of the run that it leads to.
    public var file: String?

    /// With the properties of the same names.
    public init(_ text: String, file: String? = nil) {
      self.text = text
      self.file = file
    }

    /// A cell that leads nowhere.
    public init(stringLiteral text: String) { self.init(text) }
  }

  /// Above the figure.
  public let title: String
  private var body = ""
  private var contents: [(anchor: String, text: String, level: Int)] = []

  /// With the property of the same name.
  public init(title: String) {
    self.title = title
  }

  /// - Parameter level: 2 for a section, 3 for a part of one.
  public mutating func heading(_ text: String, level: Int = 2) {
    let level = min(max(level, 2), 6)
    let anchor = "part-\(contents.count + 1)"
    contents.append((anchor, text, level))
    body += "<h\(level) id=\"\(anchor)\">\(HTMLText.escaped(text))</h\(level)>\n"
  }

  /// Text as it is: nothing in it counts as markup.
  public mutating func paragraph(_ text: String) {
    body += "<p>\(HTMLText.escaped(text))</p>\n"
  }

  /// A table that sorts by the column whose title is clicked; cells flush right sort as numbers, whatever signs and units
  /// stand around them. Long ones can be filtered.
  public mutating func table(_ columns: [(title: String, alignment: Alignment)], rows: [[Cell]]) {
    precondition(rows.allSatisfy { $0.count == columns.count }, "a row has not as many cells as there are columns")
    func cells(_ contents: [String], tag: String) -> String {
      zip(columns, contents).map { column, content in
        let style = column.alignment == .right ? " class=\"number\"" : ""
        return "<\(tag)\(style)>\(content)</\(tag)>"
      }.joined()
    }
    body += "<div class=\"table\"><table>\n<thead><tr>"
    body += cells(columns.map { HTMLText.escaped($0.title) }, tag: "th")
    body += "</tr></thead>\n<tbody>\n"
    for row in rows {
      let contents = row.map { cell in
        cell.file.map { Self.link(to: $0, cell.text) } ?? HTMLText.escaped(cell.text)
      }
      body += "<tr>\(cells(contents, tag: "td"))</tr>\n"
    }
    body += "</tbody>\n</table></div>\n"
  }

  /// The same of cells that lead nowhere.
  public mutating func table(_ columns: [(title: String, alignment: Alignment)], rows: [[String]]) {
    table(columns, rows: rows.map { $0.map { Cell($0) } })
  }

  /// - Parameter file: of the run, which holds the picture as well.
  /// - Throws: ``ImageError/nonFinite(what:count:total:)``.
  public mutating func picture(_ picture: Picture, caption: String = "", file: String? = nil) throws {
    append(
      png: try picture.encodedPNG(), size: (picture.width, picture.height), caption: caption, file: file,
      isPixels: true)
  }

  /// - Parameters:
  ///   - scale: pixels a unit. Twice as many as are shown are sharp on dense screens; photographs and
  ///     visualizations make documents of many megabytes with it.
  ///   - file: of the run, which holds the figure as well.
  /// - Throws: ``ImageError/undrawable(_:)``.
  public mutating func figure(
    _ figure: Figure, caption: String = "", scale: Double = 2, file: String? = nil
  ) throws {
    append(
      png: try figure.picture(scale: scale).encodedPNG(), size: (Int(figure.width), Int(figure.height)),
      caption: caption, file: file, isPixels: false)
  }

  /// A section that leads to the files of the run. Those in folders are counted: their folders are led to.
  public mutating func files(_ names: [String]) {
    heading("Files of this run")
    var folders: [String: Int] = [:]
    for case let slash? in names.map({ $0.firstIndex(of: "/").map($0.prefix(upTo:)) }) {
      folders[String(slash), default: 0] += 1
    }
    body += "<ul class=\"files\">\n"
    for name in names.filter({ !$0.contains("/") }).sorted() { body += "<li>\(Self.link(to: name, name))</li>\n" }
    for (folder, count) in folders.sorted(by: { $0.key < $1.key }) {
      body += "<li>\(Self.link(to: folder + "/", folder + "/")) (\(count) file\(count == 1 ? "" : "s"))</li>\n"
    }
    body += "</ul>\n"
  }

  /// To a file beside the report.
  private static func link(to file: String, _ text: String) -> String {
    "<a href=\"\(HTMLText.address(ofFile: file))\">\(HTMLText.escaped(text))</a>"
  }

  /// A checkbox around the picture enlarges it without a script.
  private mutating func append(
    png: [UInt8], size: (width: Int, height: Int), caption: String, file: String?, isPixels: Bool
  ) {
    let text = HTMLText.escaped(caption)
    let lead = file.map { " " + Self.link(to: $0, $0) } ?? ""
    body += """
      <figure><label><input type="checkbox" aria-label="enlarge"><img\(isPixels ? " class=\"pixels\"" : "") \
      width="\(size.width)" height="\(size.height)" style="--w:\(size.width);--h:\(size.height)" alt="\(text)" \
      src="data:image/png;base64,\(Data(png).base64EncodedString())"></label>
      """
    body += (text + lead).isEmpty ? "" : "<figcaption>\(text)\(lead)</figcaption>"
    body += "</figure>\n"
  }

  private var contentsList: String {
    guard contents.count > 1 else { return "" }
    let items = contents.map { item in
      "<li class=\"level-\(item.level)\"><a href=\"#\(item.anchor)\">\(HTMLText.escaped(item.text))</a></li>\n"
    }
    return "<nav aria-label=\"Contents\"><details open><summary>Contents</summary>\n<ul>\n\(items.joined())</ul>\n"
      + "</details></nav>\n"
  }

  /// The whole document, UTF-8.
  public var data: Data {
    Data(
      """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="\(Self.policy)">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <link rel="icon" href="data:,">
      <title>\(HTMLText.escaped(title))</title>
      <style>\(Self.style)</style>
      </head>
      <body>
      <h1>\(HTMLText.escaped(title))</h1>
      \(contentsList)<main>
      \(body)</main>
      <script>\(Self.script)</script>
      </body>
      </html>

      """.utf8)
  }
}
