import Foundation
import GinghamImaging
import GinghamReporting
import GinghamTensors
import Testing

@Suite struct HTMLReportTests {
  @Test func textsCannotBecomeMarkup() throws {
    var report = HTMLReport(title: "a <b> & \"c\"")
    report.heading("<script>")
    report.paragraph("it's & that")
    report.table([("layer", .left), ("<n>", .right)], rows: [["<x>", "1"], ["y", "2"]])
    let text = String(decoding: report.data, as: UTF8.self)
    #expect(text.contains("<title>a &lt;b&gt; &amp; &quot;c&quot;</title>"))
    #expect(text.contains("<h2 id=\"part-1\">&lt;script&gt;</h2>"))
    #expect(text.contains("<p>it&#39;s &amp; that</p>"))
    #expect(text.contains("<td>&lt;x&gt;</td><td class=\"number\">1</td>"))
    #expect(text.components(separatedBy: "<script>").count == 2)
  }

  @Test func picturesAreInsideTheFile() throws {
    let picture = try Picture(Tensor([3, 5, 7], repeating: 0.5))
    var report = HTMLReport(title: "t")
    try report.picture(picture, caption: "grey")
    let text = String(decoding: report.data, as: UTF8.self)
    let start = try #require(text.range(of: "data:image/png;base64,"))
    let rest = text[start.upperBound...]
    let encoded = try #require(rest.split(separator: "\"", maxSplits: 1).first)
    let bytes = try #require(Data(base64Encoded: String(encoded)))
    #expect(try [UInt8](bytes) == picture.encodedPNG())
    #expect(!text.contains("http:") && !text.contains("https:"))
    #expect(text.contains("<figcaption>grey</figcaption>"))
  }
}
