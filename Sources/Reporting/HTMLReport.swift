import Foundation
import GinghamImaging

/// A report in one HTML file that needs nothing else: pictures are inside it, it opens without a network.
///
/// Every text is escaped, so that file and layer names may hold any character. Equal contents give equal bytes.
public struct HTMLReport: Sendable {
  /// Of a column's cells.
  public enum Alignment: Sendable {
    case left, right
  }

  /// Above the figure.
  public let title: String
  private var body = ""

  /// With the property of the same name.
  public init(title: String) {
    self.title = title
  }

  /// - Parameter level: 2 for a section, 3 for a part of one.
  public mutating func heading(_ text: String, level: Int = 2) {
    let tag = "h\(min(max(level, 2), 6))"
    body += "<\(tag)>\(HTMLText.escaped(text))</\(tag)>\n"
  }

  /// Text as it is: nothing in it counts as markup.
  public mutating func paragraph(_ text: String) {
    body += "<p>\(HTMLText.escaped(text))</p>\n"
  }

  /// A table that sorts by the column whose title is clicked. Cells flush right sort as numbers.
  public mutating func table(_ columns: [(title: String, alignment: Alignment)], rows: [[String]]) {
    precondition(rows.allSatisfy { $0.count == columns.count }, "a row has not as many cells as there are columns")
    func cells(_ texts: [String], tag: String) -> String {
      zip(columns, texts).map { column, text in
        let style = column.alignment == .right ? " class=\"number\"" : ""
        return "<\(tag)\(style)>\(HTMLText.escaped(text))</\(tag)>"
      }.joined()
    }
    body += "<table>\n<thead><tr>\(cells(columns.map(\.title), tag: "th"))</tr></thead>\n<tbody>\n"
    for row in rows { body += "<tr>\(cells(row, tag: "td"))</tr>\n" }
    body += "</tbody>\n</table>\n"
  }

  /// - Throws: ``ImageError/nonFinite(what:count:total:)``.
  public mutating func picture(_ picture: Picture, caption: String = "") throws {
    try append(png: picture.encodedPNG(), width: picture.width, caption: caption)
  }

  /// - Parameter scale: pixels a unit. Twice as many as are shown are sharp on dense screens; photographs and
  ///   visualizations make documents of many megabytes with it.
  /// - Throws: ``ImageError/undrawable(_:)``.
  public mutating func figure(_ figure: Figure, caption: String = "", scale: Double = 2) throws {
    try append(png: figure.picture(scale: scale).encodedPNG(), width: Int(figure.width), caption: caption)
  }

  private mutating func append(png: [UInt8], width: Int, caption: String) {
    let text = HTMLText.escaped(caption)
    body += "<figure><img width=\"\(width)\" alt=\"\(text)\" "
    body += "src=\"data:image/png;base64,\(Data(png).base64EncodedString())\">"
    body += (caption.isEmpty ? "" : "<figcaption>\(text)</figcaption>") + "</figure>\n"
  }

  /// The whole document, UTF-8.
  public var data: Data {
    Data(
      """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(HTMLText.escaped(title))</title>
      <style>\(Self.style)</style>
      </head>
      <body>
      <h1>\(HTMLText.escaped(title))</h1>
      \(body)<script>\(Self.script)</script>
      </body>
      </html>

      """.utf8)
  }

  private static let style = """
    body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}
    table{border-collapse:collapse;margin:1rem 0;font-variant-numeric:tabular-nums}
    th{border-bottom:1px solid #888;cursor:pointer;text-align:left}
    th,td{padding:.2rem .8rem}
    .number{text-align:right}
    tbody tr:nth-child(even){background:#f4f4f4}
    figure{margin:1.5rem 0}
    img{max-width:100%;height:auto}
    figcaption{color:#555;font-size:.9rem}
    """

  private static let script = """
    document.querySelectorAll('table').forEach(t=>t.querySelectorAll('th').forEach((h,i)=>h.onclick=()=>{
    const b=t.tBodies[0],n=h.className==='number',s=h.sorted=h.sorted===1?-1:1;
    [...b.rows].sort((p,q)=>{const x=p.cells[i].textContent,y=q.cells[i].textContent;
    return s*(n?parseFloat(x)-parseFloat(y)||0:x.localeCompare(y))}).forEach(r=>b.append(r))}))
    """
}
