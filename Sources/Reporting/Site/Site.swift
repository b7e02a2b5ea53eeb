import Foundation
import GinghamTensors

/// A folder of pages that opens from a disk as from a server, asks nobody for anything, and needs no build: one page, one
/// script, one style, and the data as a script beside them, since a page from a disk may not fetch.
public struct Site {
  /// A picture that the index without scripts leads to.
  public struct Link: Sendable {
    /// What the reader sees.
    public var label: String
    /// Relative to the site.
    public var file: String

    /// With the properties of the same names.
    public init(_ label: String, file: String) { (self.label, self.file) = (label, file) }
  }

  /// Pictures under a heading.
  public struct Section: Sendable {
    /// What the reader sees.
    public var heading: String
    /// In order.
    public var links: [Link]

    /// With the properties of the same names.
    public init(_ heading: String, links: [Link]) { (self.heading, self.links) = (heading, links) }
  }

  /// In the title of the page.
  public var title: String
  /// For readers without scripts.
  public var sections: [Section]

  /// With the properties of the same names.
  public init(title: String, sections: [Section]) { (self.title, self.sections) = (title, sections) }

  /// Writes page, script, style and data.
  ///
  /// - Parameters:
  ///   - data: what the script shows.
  ///   - parts: what it shows on some pages only, and reads when they are opened: a file `<name>.js` each.
  /// - Throws: ``FormatError/unwritable(path:reason:)``, and what encoding does.
  public func write(
    _ data: some Encodable, parts: [(name: String, data: any Encodable)] = [], into folder: RunFolder
  ) throws {
    for (name, part) in parts { try folder.write("\(name).js", data: Self.part(name, part)) }
    try folder.write("data.js", data: Data("window.gingham=".utf8) + data.jsonLine() + Data(";\n".utf8))
    try folder.write("page.js", data: Data(Self.script.utf8))
    try folder.write("page.css", data: Data(Self.style.utf8))
    try folder.write("index.html", data: Data(page.utf8))
  }

  /// A part of the data, as the file `<name>.js` has it.
  ///
  /// - Throws: what encoding does.
  public static func part(_ name: String, _ data: any Encodable) throws -> Data {
    let front = Data("window.gingham.parts[".utf8) + (try name.jsonLine().dropLast()) + Data("]=".utf8)
    return front + (try data.jsonLine()) + Data(";\n".utf8)
  }

  /// Nothing comes from elsewhere, even where a name were taken for markup.
  static let policy =
    "default-src 'none'; img-src 'self' file:; style-src 'self' file:; script-src 'self' file:; base-uri 'none'; "
    + "form-action 'none'"

  private var page: String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="\(Self.policy)">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>\(HTMLText.escaped(title))</title>
    <link rel="stylesheet" href="page.css">
    <script src="data.js" defer></script>
    <script src="page.js" defer></script>
    </head>
    <body>
    <noscript>
    <main>
    <h1>\(HTMLText.escaped(title))</h1>
    \(sections.map(Self.index).joined(separator: "\n"))
    </main>
    </noscript>
    </body>
    </html>

    """
  }

  private static func index(_ section: Section) -> String {
    let links = section.links.map {
      "<a href=\"\(HTMLText.address(ofFile: $0.file))\">\(HTMLText.escaped($0.label))</a>"
    }
    return "<h2>\(HTMLText.escaped(section.heading))</h2>\n<p>\(links.joined(separator: " "))</p>"
  }
}
