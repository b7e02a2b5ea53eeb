import Foundation
import Gingham
import Testing

/// A served site, as a reader uses it: Debian's Chromium before the tool's own server.
@Suite(WebDriver.condition, .serialized) struct ServedSiteInBrowserTests {
  /// A file of a stranger's.
  private static let hostile = "<img src=x onerror=\"window.isHit=1\">\u{202E}.png"

  /// Lets a file fall on the page.
  private static let drop = """
    const bytes=Uint8Array.from(atob(arguments[1]),mark=>mark.charCodeAt(0)),all=new DataTransfer();
    all.items.add(new File([bytes],arguments[0]));
    document.querySelector('main').dispatchEvent(new DragEvent('drop',{dataTransfer:all,bubbles:true,cancelable:true}))
    """

  /// What the page says of what it is asked.
  private static let status = "document.querySelector('#live [role=status]').textContent"
  /// Whether nothing of a stranger's was taken for markup.
  private static let isUnhurt = "return window.isHit===undefined&&!document.querySelector('img[src=x]')"

  @Test func aDroppedPictureGetsItsMapsAtOnce() throws {
    let tool = try ServedTool()
    let driver = try WebDriver()
    try driver.open(tool.address)
    let picture = try Data(contentsOf: URL(filePath: tool.scratch.picture(side: 80)))
    try driver.run(Self.drop, [Self.hostile, picture.base64EncodedString()])
    try driver.wait("location.hash==='#picture/0'&&document.querySelectorAll('.stack .over').length===3")
    try driver.wait("[...document.querySelectorAll('.stack img')].every(image=>image.naturalWidth>0)")
    let shown = Self.hostile.replacing("\u{202E}", with: "\\u{202E}")
    #expect(try driver.value("return document.querySelector('h1').textContent", as: String.self) == shown)
    let maps: [String] = try driver.value(
      "return [...document.querySelectorAll('.maps figcaption')].map(text=>text.textContent.split(':')[0])")
    #expect(maps == ["gradient", "integrated", "gradcam"])
    #expect(try driver.value("return document.querySelectorAll('main table tbody tr').length", as: Int.self) > 4)
    #expect(try driver.value(Self.isUnhurt, as: Bool.self))
    let command: String = try driver.value("return document.querySelector('.command').textContent")
    #expect(command.hasPrefix("gingham gradient"))
    // What came is what the verb makes of the same file.
    let path = tool.scratch.path("picture.png")
    let tops: [String] = try driver.value(
      "return [...document.querySelectorAll('main tbody tr')].slice(0,4).map(row=>row.lastChild.textContent)")
    let outputs = try Self.outputs(of: path)
    #expect(tops == outputs.sorted(by: >).map(Self.short))
    #expect(try driver.complaints() == [])
    // Neither a picture nor one that fits.
    for (name, data) in [("broken.png", Data("no picture".utf8)), ("cut.png", picture.prefix(200))] {
      try driver.run(Self.drop, [name, data.base64EncodedString()])
      try driver.wait("\(Self.status).includes('\(name)')&&!\(Self.status).startsWith('Computing')")
    }
    #expect(try driver.value("return location.hash", as: String.self) == "#picture/0")
    // Nothing was asked of anybody else.
    let asked: [String] = try driver.value("return performance.getEntriesByType('resource').map(entry=>entry.name)")
    #expect(asked.allSatisfy { $0.hasPrefix(tool.address) || $0.hasPrefix("data:") }, "\(asked)")
  }

  private static func outputs(of picture: String) throws -> [Float] {
    let model = try ModelSource(ServedTool.net).load()
    let differentiator = try EngineChoice().differentiator(for: model.network, team: .alone)
    let input = try model.input(pictureAt: picture)
    let output = try #require(model.network.outputs.first)
    return try differentiator.plan(PlanRequest(inputShapes: [input.shape], targets: [output], gradients: []))
      .forward([input])[0].scalars
  }

  /// Three digits, as the pages write them.
  private static func short(_ value: Float) -> String {
    if value == 0 { return "0" }
    return String(format: abs(value) < 1e-3 ? "%.1e" : "%.3g", value)
  }

  @Test func aClimbIsWatchedStoppedChangedAndGoneOnByTheKeyboardAlone() throws {
    let tool = try ServedTool()
    let driver = try WebDriver()
    try driver.open(tool.address + "#class/2")
    try driver.wait("document.querySelector('#live')")
    try driver.tab(to: "button[aria-controls=live]")
    try driver.press(.enter)
    #expect(try driver.value("return document.activeElement.name", as: String.self) == "objective")
    // What one looks at is proposed.
    #expect(try driver.value("return document.activeElement.value", as: String.self) == "class:2")
    try driver.tab(to: "#live [name=steps]")
    try driver.press("4096")
    #expect(try driver.value("return document.activeElement.value", as: String.self) == "4096")
    try driver.press(.enter)
    try driver.wait("document.querySelector('.watched figcaption').textContent.match(/^Step [1-9]\\d+ of 4096/)")
    try driver.wait("document.querySelector('.watched img').naturalWidth===64")
    let first: String = try driver.value("return document.querySelector('.watched img').src")
    try driver.wait("document.querySelector('.watched img').src!=='\(first)'")
    #expect(tool.seconds > 0)
    try driver.tab(to: "#live button:nth-of-type(3)")
    try driver.press(.space)
    try driver.wait("\(Self.status).startsWith('Stopped')")
    // Nobody computes for nobody.
    #expect(tool.comesToRest())
    let values = """
      const points=document.querySelector('.curve polyline').getAttribute('points').trim().split(' ');return points.length
      """
    let before: Int = try driver.value(values)
    #expect(before > 10)
    let reached: String = try driver.value("return document.querySelector('.watched figcaption').textContent")
    try driver.tab(to: "#live [name=objective]")
    try driver.tab(to: "#live [name=steps]")
    try driver.press("5")
    try driver.tab(to: "#live [name=rate]")
    try driver.press("0.001")
    try driver.tab(to: "#live button:nth-of-type(2)")
    try driver.press(.enter)
    try driver.wait("\(Self.status)==='Done.'")
    #expect(try driver.value(values, as: Int.self) == before + 5)
    // It went on from where it was: the value is near the one reached, and not the one of noise.
    let finished: String = try driver.value("return document.querySelector('.watched figcaption').textContent")
    #expect(finished.contains("after 5 steps"))
    let (was, came) = (Self.number(in: reached, /: ([-\d.e]+)$/), Self.number(in: finished, /^([-\d.e]+) after/))
    // Downwards on the drawing, from the first step and from the first after the pause.
    let heights: [Double] = try driver.value(
      """
      const points=document.querySelector('.curve polyline').getAttribute('points').trim().split(' ');
      return [0,points.length-5].map(index=>+points[index].split(',')[1])
      """)
    #expect(was.isFinite && came.isFinite && heights[0] - heights[1] > 5, "\(reached) \(finished) \(heights)")
    #expect(try driver.complaints() == [])
  }

  private static func number(in text: String, _ pattern: Regex<(Substring, Substring)>) -> Double {
    (try? pattern.firstMatch(in: text)).flatMap { Double($0.1) } ?? .nan
  }

  /// The square goes where keys and pointer take it, and what the net says is what it says of a picture with that square.
  @Test func aSquareCoversAPartOfADroppedPicture() throws {
    let tool = try ServedTool()
    let driver = try WebDriver()
    try driver.open(tool.address)
    let picture = try Data(contentsOf: URL(filePath: tool.scratch.picture(side: 64)))
    try driver.run(Self.drop, ["dropped.png", picture.base64EncodedString()])
    try driver.wait("document.querySelector('.covered img')?.naturalWidth===64")
    // What the page has of the picture.
    let address: String = try driver.value("return document.querySelector('.covered img').src")
    let shown = tool.scratch.path("shown.webp")
    try #require(Data(base64Encoded: String(address.drop { $0 != "," }.dropFirst()))).write(to: URL(filePath: shown))
    let pixels = try Picture(contentsOf: shown).pixels
    // Arrays of the net's size go in as they are; pictures would be scaled and cut once more.
    let whole = tool.scratch.path("whole.npy")
    try pixels.write(npy: whole)
    let means = (0..<3).map { channel in
      (0..<4096).reduce(0.0) { $0 + Double(pixels.scalars[4096 * channel + $1]) } / 4096
    }
    func covered(_ rows: Range<Int>, _ columns: Range<Int>) throws -> [[Float]] {
      var covered = pixels
      for channel in 0..<3 {
        for row in rows {
          for column in columns { covered[channel, row, column] = Float(means[channel]) }
        }
      }
      let path = tool.scratch.path("covered.npy")
      try covered.write(npy: path)
      let (before, after) = (try Self.outputs(of: whole), try Self.outputs(of: path))
      return before.indices.sorted { before[$0] > before[$1] }.map { [before[$0], after[$0]] }
    }
    /// What the page says, when it has come to an end.
    func told(_ expected: [[Float]]) throws -> [[Float]] {
      var told: [[Float]] = []
      for _ in 0..<100 {
        let numbers: [[Double]] = try driver.value(
          """
          return [...document.querySelectorAll('.covered~div tbody tr')].map(row=>[1,2].map(cell=>+row.cells[cell].textContent))
          """)
        told = numbers.map { $0.map(Float.init) }
        // It writes four digits.
        let distances = zip(told.joined(), expected.joined()).map { abs($0 - $1) - 1e-3 * abs($1) }
        if told.count == expected.count, distances.allSatisfy({ $0 < 1e-5 }) { return expected }
        usleep(100_000)
      }
      return told
    }
    try driver.tab(to: ".covered")
    try driver.press(.right)
    // A sixth of the side, and half of that to the right of the middle.
    let beside = try covered(27..<38, 33..<44)
    #expect(try told(beside) == beside)
    #expect(try driver.value("return location.hash", as: String.self) == "#picture/0", "these keys lead nowhere else")
    try driver.run(
      """
      const side=document.querySelector('[aria-label="Side of the square in pixels"]');
      side.value=20;side.dispatchEvent(new Event('input'));
      const covered=document.querySelector('.covered'),box=covered.getBoundingClientRect();
      covered.dispatchEvent(new PointerEvent('pointermove',{clientX:box.left+1,clientY:box.bottom-1}))
      """)
    let below = try covered(53..<64, 0..<10)
    #expect(try told(below) == below)
    #expect(try driver.complaints() == [])
  }

  @Test func closingTheTabStopsTheWork() throws {
    let tool = try ServedTool()
    let driver = try WebDriver()
    try driver.open(tool.address)
    try driver.wait("document.querySelector('#live')")
    try driver.run("document.querySelector('button[aria-controls=live]').click()")
    try driver.run(
      """
      const form=document.querySelector('#live form');
      form.objective.value='features.3.squeeze:1 + 0.5*class:1';form.steps.value=4096;form.requestSubmit()
      """)
    try driver.wait("document.querySelector('.watched figcaption').textContent.startsWith('Step')")
    let before = tool.seconds
    usleep(500_000)
    #expect(tool.seconds - before > 0.1, "it computes while it is watched")
    try driver.closeTab()
    #expect(tool.comesToRest())
    // The server is there for the next one.
    try driver.open(tool.address)
    try driver.wait("document.querySelector('h1')")
  }

  @Test func wrongObjectivesAreAnsweredInWords() throws {
    let tool = try ServedTool()
    try Data("SECRET".utf8).write(to: URL(filePath: tool.scratch.path("direction.npy")))
    let driver = try WebDriver()
    try driver.open(tool.address)
    try driver.wait("document.querySelector('#live')")
    for (objective, part) in [
      ("<img src=x onerror=window.isHit=1>:3", "<img src=x onerror=window.isHit=1>"), ("class:99", "99"),
      ("direction:features.0:\(tool.scratch.path("direction.npy"))", "files are not read here"),
    ] {
      try driver.run(
        """
        const form=document.querySelector('#live form');
        form.objective.value=arguments[0];form.requestSubmit()
        """, [objective])
      try driver.wait("\(Self.status).includes('\(part)')")
    }
    #expect(try driver.value(Self.isUnhurt, as: Bool.self))
  }

  @Test func picturesOfUnitsAreMadeWhenTheyComeIntoView() throws {
    let tool = try ServedTool()
    let driver = try WebDriver(width: 400, height: 700)
    try driver.open(tool.address + "#/features.12.expand3x3")
    try driver.wait("document.querySelectorAll('.tiles img').length===256")
    try driver.wait("document.querySelector('.tiles img').naturalWidth===64")
    let width: Int = try driver.value("return [...document.querySelectorAll('.tiles img')].at(-1).naturalWidth")
    #expect(width == 0)
    // A unit's page asks for its own.
    try driver.run("location.hash='#/features.12.expand3x3/255'")
    try driver.wait("document.querySelector('.unit img')?.naturalWidth===64")
    let command: String = try driver.value("return document.querySelector('.command').textContent")
    #expect(command.contains("255-255"))
    try driver.run("location.hash='#/features.12.expand3x3'")
    try driver.wait("document.querySelectorAll('.tiles img').length===256")
    try driver.run("document.querySelectorAll('.tiles img')[140].scrollIntoView()")
    try driver.wait("document.querySelectorAll('.tiles img')[140].naturalWidth===64")
    #expect(try driver.complaints() == [])
  }

  /// A unit that nobody made before has its measures and neighbours once somebody looks at it, and tiles follow the slider.
  @Test func unitsAreMeasuredAndMitigatedWhileOneLooks() throws {
    let tool = try ServedTool()
    let driver = try WebDriver()
    try driver.open(tool.address + "#/features.3.expand3x3/7")
    try driver.wait("document.querySelector('.chain')&&document.querySelector('main table')")
    let told: [String] = try driver.value(
      "return [...document.querySelectorAll('main .unit dd')].map(text=>text.textContent)")
    #expect(told.count == 2 && Double(told[0]) != nil)
    #expect(
      try driver.value("return document.querySelector('a[download]').getAttribute('href')", as: String.self).hasSuffix(
        "/7.png"))
    try driver.run("location.hash='#/features.3.squeeze'")
    try driver.wait("[...document.querySelectorAll('.tiles img')].every(image=>image.naturalWidth===64)")
    let own: [String] = try driver.value("return [...document.querySelectorAll('.tiles img')].map(image=>image.src)")
    #expect(own.count == 16)
    try driver.tab(to: ".mix input")
    try driver.press(.right)
    try driver.wait("document.querySelector('.recipe').textContent==='naive'")
    try driver.wait(
      "[...document.querySelectorAll('.tiles img')].every(image=>image.complete&&image.naturalWidth===64&&image.src.includes('/naive/'))"
    )
    #expect(
      try driver.value("return document.querySelector('.command').textContent", as: String.self).contains(
        "--preset naive"))
    #expect(try driver.complaints() == [])
  }

  /// Two readers of one server: one watches a climb while the other opens units, and neither sees the other's picture.
  @Test func twoBrowsersAtOnce() throws {
    let tool = try ServedTool()
    let (one, other) = (try WebDriver(), try WebDriver())
    for driver in [one, other] {
      try driver.open(tool.address)
      try driver.wait("document.querySelector('#live')")
    }
    try one.run(
      """
      document.querySelector('button[aria-controls=live]').click();const form=document.querySelector('#live form');
      form.objective.value='class:1';form.steps.value=4096;form.requestSubmit()
      """)
    try one.wait("document.querySelector('.watched figcaption').textContent.startsWith('Step')")
    try other.run("location.hash='#/features.6.squeeze/3'")
    try other.wait("document.querySelector('.unit img')?.naturalWidth===64")
    let picture = try Data(contentsOf: URL(filePath: tool.scratch.picture(side: 70)))
    try other.run(Self.drop, ["mine.png", picture.base64EncodedString()])
    try other.wait("location.hash==='#picture/0'")
    let before: String = try one.value("return document.querySelector('.watched figcaption').textContent")
    try one.wait("document.querySelector('.watched figcaption').textContent!=='\(before)'")
    #expect(try one.value("return gingham.pictures.length", as: Int.self) == 0)
    #expect(try other.value("return document.querySelector('.watched').hidden", as: Bool.self))
    // A second climb begins when the first one is left.
    try other.run(
      """
      const form=document.querySelector('#live form');
      form.objective.value='class:2';form.steps.value=3;form.requestSubmit()
      """)
    try one.closeTab()
    try other.wait("\(Self.status)==='Done.'")
    #expect(tool.comesToRest())
  }

  @Test func narrowWindowsAndDarkOnesAreFilledWell() throws {
    let tool = try ServedTool()
    let driver = try WebDriver(width: 400, height: 800, isDark: true)
    try driver.open(tool.address)
    try driver.wait("document.querySelector('#live')")
    try driver.run("document.querySelector('button[aria-controls=live]').click()")
    let widths: [Int] = try driver.value(
      """
      const wide=[...document.querySelectorAll('header *,#live,#live *')].map(part=>part.getBoundingClientRect().right);
      const page=document.documentElement;return [page.scrollWidth,Math.ceil(Math.max(...wide)),page.clientWidth]
      """)
    #expect(widths[0] <= widths[2] && widths[1] <= widths[2] && widths[2] <= 400, "\(widths)")
    // Contrast of each text with what is behind it (WCAG 2.2, 1.4.3).
    let faint: [String] = try driver.value(
      """
      const parts=text=>text.match(/[\\d.]+/g).map(Number),lightness=colour=>{
      const [r,g,b]=parts(colour).map(value=>{value/=255;return value<=.04045?value/12.92:((value+.055)/1.055)**2.4});
      return .2126*r+.7152*g+.0722*b},ground=element=>{
      for(;element;element=element.parentElement){const colour=getComputedStyle(element).backgroundColor,own=parts(colour);
      if(own.length===3||own[3]===1)return colour}
      return 'rgb(255,255,255)'};
      return [...document.querySelectorAll('header button,header input,#live label,#live input,#live button:enabled')]
      .filter(element=>{const [p,q]=[getComputedStyle(element).color,ground(element)].map(lightness).sort((p,q)=>q-p);
      return (p+.05)/(q+.05)<4.5}).map(element=>element.outerHTML)
      """)
    #expect(faint == [])
    #expect(
      try driver.value("return getComputedStyle(document.body).backgroundColor", as: String.self) == "rgb(21, 24, 28)")
    // Whatever takes input has a name.
    let nameless: Int = try driver.value(
      "return [...document.querySelectorAll('#live input,#live select')].filter(field=>!field.labels.length).length")
    #expect(nameless == 0)
  }
}
