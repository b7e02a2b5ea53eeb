import Foundation
import GinghamImaging
import GinghamReporting
import GinghamTensors
import Testing

/// Reports as a browser shows them.
@Suite(.serialized, Browser.condition) struct ReportInBrowserTests {
  private static let hostile = "x\" onload=document.title='taken' y=<img src=q onerror=document.title='taken'>"

  /// A table for each of the columns.
  private func report(_ columns: [[String]] = [["1", "2"]]) throws -> Data {
    var report = HTMLReport(title: "A report of " + Self.hostile)
    report.heading("First")
    report.paragraph(String(repeating: "unbroken", count: 60))
    for cells in columns {
      report.table(
        [("a", .left), ("number", .right)] + (0..<12).map { ("column \($0)", .right) },
        rows: cells.enumerated().map { ["row \($0)", $1] + (0..<12).map { "\($0) of many" } })
    }
    report.heading("Second", level: 3)
    try report.picture(
      Picture(Tensor([3, 20, 40], repeating: 0.5)), caption: Self.hostile, file: "a \(Self.hostile).png")
    report.files(["b.png", "javascript:alert(1)", "pictures/one.png", "pictures/two.png"])
    return report.data
  }

  /// Of the rows of a table that are shown.
  private static let column = """
    const column=table=>[...table.tBodies[0].rows].filter(row=>!row.hidden).map(row=>row.cells[1].textContent);
    """

  @Test func columnsOfNumbersSortByThem() throws {
    // In ascending order.
    let columns = [
      ["−3 dB", "-2.5 dB", "+1 dB", "2.5 dB", "10 dB", "none"],
      ["0.2 %", "5 %", "57 %", "100 %", "–"],
      ["10 µs", "3 ms", "2 s", "1 min", "2 h"],
      ["800 B", "3 KiB", "12 kB", "4 MB"],
      ["[0.1, 0.3]", "0.5 ± 0.2", "0.93–0.95", "0.93–0.99", "1…2"],
      ["0.25/255", "from 1/255", "8/255", "∞"],
      ["1\u{202F}000", "2\u{202F}500", "12\u{202F}000\u{202F}000"],
      ["64×64", "64×128", "224×224"],
      ["1.2e-5", "3E-4", "0.02", "1e3"],
    ]
    let script =
      Self.column + """
        return [...page.querySelectorAll('table')].map(table=>[0,1].map(()=>{
        table.querySelector('th.number button').click();return column(table)}))
        """
    let shuffled = columns.map { Array($0.reversed().dropFirst() + $0.suffix(1)) }
    let orders: [[[String]]] = try Browser.result(of: script, on: report(shuffled))
    for (cells, order) in zip(columns, orders) {
      let numbers = cells.filter { $0.contains(/[0-9∞]/) }
      #expect(order == [cells, numbers.reversed() + cells.filter { !numbers.contains($0) }])
    }
    #expect(orders.count == columns.count)
  }

  @Test func filtersKnowNumbers() throws {
    let cells = ["0.2 %", "5 %", "57 %", "100 %", "none", "–", "–", "–"]
    let expected: [(filter: String, left: [String])] = [
      (">50", ["57 %", "100 %"]), ("> 50%", ["57 %", "100 %"]), ("<=5", ["0.2 %", "5 %"]), ("<5", ["0.2 %"]),
      (">0.5%", ["5 %", "57 %", "100 %"]), ("5..60", ["5 %", "57 %"]), ("=100", ["100 %"]), ("7", ["57 %"]),
      ("none", ["none"]), ("", cells),
    ]
    let filters = String(decoding: try JSONEncoder().encode(expected.map(\.filter)), as: UTF8.self)
    let script =
      Self.column + """
        const input=page.querySelectorAll('th input')[1];
        return \(filters).map(filter=>{input.value=filter;
        input.dispatchEvent(new frame.contentWindow.Event('input'));return column(find('table'))})
        """
    let left: [[String]] = try Browser.result(of: script, on: report([cells]))
    for (expected, left) in zip(expected, left) { #expect(left == expected.left, "\(expected.filter)") }
    #expect(left.count == expected.count)
  }

  @Test func nothingIsWiderThanTheWindow() throws {
    let script = """
      return [360,400,500,1280].map(width=>{frame.width=width;
      return [frame.contentWindow.innerWidth,page.documentElement.scrollWidth]})
      """
    let widths: [[Int]] = try Browser.result(of: script, on: report())
    #expect(widths.map { $0[0] } == [360, 400, 500, 1280])
    for width in widths { #expect(width[1] <= width[0]) }
  }

  /// A click on the picture's label is all it takes, whether scripts run or not.
  @Test(arguments: [true, false]) func picturesEnlarge(_ runsScripts: Bool) throws {
    let script = """
      const image=find('figure img'),width=()=>image.getBoundingClientRect().width,before=width();
      find('figure label').click();const during=width();find('figure label').click();return [before,during,width()]
      """
    let widths: [Double] = try Browser.result(of: script, on: report(), runsScripts: runsScripts)
    #expect(widths == [40, 1280, 40])
  }

  @Test func contentsLeadToTheirHeadings() throws {
    let script = """
      return [...page.querySelectorAll('nav a')].map(link=>page.getElementById(link.hash.slice(1)).textContent)
      """
    #expect(try Browser.result(of: script, on: report()) == ["First", "Second", "Files of this run"])
  }

  /// What a file is called decides nothing but where its link leads: into the report's folder.
  @Test func namesAreTextAndNothingIsLoaded() throws {
    let script = """
      const base=page.baseURI.replace('page.html','');
      return [page.title,...[...page.querySelectorAll('main a')].map(link=>decodeURIComponent(link.href.replace(base,''))),
      ...frame.contentWindow.performance.getEntriesByType('resource').map(entry=>entry.name.slice(0,5))]
        .filter(name=>name!=='data:')
      """
    #expect(
      try Browser.result(of: script, on: report()) == [
        "A report of \(Self.hostile)", "a \(Self.hostile).png", "b.png", "javascript:alert(1)", "pictures/",
      ])
  }

  /// Markup that slipped through could still run nothing.
  @Test func thePageRunsNoOtherScript() throws {
    let planted = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"
    let page = String(decoding: try report(), as: UTF8.self).replacing("<main>", with: "<main>" + planted)
    #expect(try Browser.result(of: "return page.title", on: Data(page.utf8)) == "A report of \(Self.hostile)")
  }

  @Test func coloursFollowTheSystem() throws {
    // A frame takes over the scheme of the page around it.
    let script = """
      return ['light','dark'].map(scheme=>{frame.style.colorScheme=scheme;
      return frame.contentWindow.getComputedStyle(page.body).backgroundColor})
      """
    #expect(try Browser.result(of: script, on: report()) == ["rgb(255, 255, 255)", "rgb(21, 24, 28)"])
  }
}
