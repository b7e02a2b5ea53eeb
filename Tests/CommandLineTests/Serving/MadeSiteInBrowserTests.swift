import Foundation
import Gingham
import Testing

/// A site that `explore` has made, opened from the disk in Debian's Chromium: by the keyboard alone, and by the rules of axe-core.
@Suite(WebDriver.condition, .serialized) struct MadeSiteInBrowserTests {
  private static let layer = "features.3.expand3x3"

  /// With something of everything that pages show.
  private static func site(in scratch: Tool.Scratch) throws -> String {
    let pictures = try (0..<6).map { try scratch.picture("\($0) <b>.png", side: 64 + 7 * $0) }
    let outcome = try Tool.run(
      executable: Tool.path,
      ["explore", ServedTool.net, "--output", scratch.path("site")] + ServedTool.settings
        + [
          "--layers", "\(layer),features.3", "--units", "0-2", "--negative", "--accentuate", "--diversity", "2",
          "--atlas",
          "features.3", "--cells", "2", "--groups", "2", "--mitigations", layer, "--against",
          ServedTool.net + "&seed=5", "--pictures",
        ] + pictures)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return "file://" + scratch.path("site") + "/index.html"
  }

  @Test func theKeyboardAloneLeadsEverywhere() throws {
    let scratch = try Tool.Scratch()
    let address = try Self.site(in: scratch)
    let driver = try WebDriver()
    func place() throws -> String { try driver.value("return decodeURIComponent(location.hash)") }
    try driver.open(address)
    try driver.wait("document.querySelector('h1')")
    // The first stop leads behind the header, where one is when a page opens.
    try driver.run("document.querySelector('.skip').focus()")
    try driver.press(.enter)
    #expect(try driver.value("return document.activeElement.id", as: String.self) == "main")
    try driver.press("/")
    try driver.press("expand3x3/1")
    try driver.press(.enter)
    #expect(try place() == "#/\(Self.layer)/1")
    try driver.press(.right)
    #expect(try place() == "#/\(Self.layer)/2")
    try driver.press("?")
    #expect(try driver.value("return document.querySelector('dialog').open", as: Bool.self))
    try driver.press(.enter)
    #expect(try !driver.value("return document.querySelector('dialog').open", as: Bool.self))
    // The slider over the photograph, by arrows that do not turn the page.
    try driver.wait("document.querySelector('.sample .mix input')")
    try driver.tab(to: ".sample .mix input")
    let cut = "return document.querySelector('.sample .over').style.clipPath"
    let before: String = try driver.value(cut)
    try driver.press(.right)
    #expect(try driver.value(cut, as: String.self) != before)
    #expect(try place() == "#/\(Self.layer)/2")
    // Everything that can be pressed is reached, shows where it is, and has a name.
    try driver.run("location.hash='#/'")
    try driver.wait("document.querySelector('table')")
    let count: Int = try driver.value(
      """
      return [...document.querySelectorAll('a[href],button,input,select,summary,[tabindex="0"]')]
      .filter(part=>part.checkVisibility()&&part.tabIndex>=0).length
      """)
    var reached: Set<String> = []
    for _ in 0..<(count + 5) {
      try driver.press(.tab)
      let found: [String] = try driver.value(
        """
        const part=document.activeElement,style=getComputedStyle(part);
        part.dataset.reached??=String(window.reached=(window.reached||0)+1);
        return [part.dataset.reached,style.outlineStyle+style.outlineWidth,part.ariaLabel||part.labels?.[0]?.textContent||
        part.textContent||part.querySelector('img')?.alt||'',part.tagName]
        """)
      guard found[3] != "BODY" else { continue }
      reached.insert(found[0])
      #expect(found[1] != "none0px" && !found[2].isEmpty, "\(found)")
    }
    #expect(reached.count >= count)
    #expect(try driver.complaints() == [])
  }

  /// `fetch_suites.sh` fetches it out of a package.
  private static let rules = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "models/suites/axe/axe.min.js")
  private static let hasRules: ConditionTrait = .enabled(
    if: FileManager.default.fileExists(atPath: rules.path(percentEncoded: false))
      || ProcessInfo.processInfo.environment["GINGHAM_REQUIRE_SUITES"] == "1", "axe-core was not fetched")

  /// What axe-core finds wrong on the page.
  private static func violations(on driver: WebDriver) throws -> [String] {
    let rules = try String(contentsOf: Self.rules, encoding: .utf8)
    // Defined within the script, as the page's policy lets it run nothing else.
    try driver.run(rules)
    try driver.run(
      """
      window.violations=undefined;
      axe.run(document,{resultTypes:['violations'],preload:false}).then(found=>{window.violations=found.violations.map(rule=>
      `${rule.id}: ${rule.help}: ${rule.nodes.slice(0,3).map(node=>node.html.slice(0,120)).join(' | ')}`)},
      error=>{window.violations=[String(error)]})
      """)
    try driver.wait("window.violations")
    return try driver.value("return window.violations")
  }

  @Test(hasRules, arguments: [(false, 1280), (true, 400)]) func pagesKeepToTheRulesOfAccess(
    isDark: Bool, width: Int
  ) throws {
    let scratch = try Tool.Scratch()
    let address = try Self.site(in: scratch)
    let driver = try WebDriver(width: width, isDark: isDark)
    for hash in [
      "#/", "#/\(Self.layer)", "#/\(Self.layer)/1", "#/features.3.cat", "#picture/0", "#class/1", "#atlas", "#cell/0",
      "#group/1",
      "#/nowhere",
    ] {
      try driver.open(address)
      try driver.run("location.hash=arguments[0]", [hash])
      try driver.wait(
        "document.querySelector('h1')&&[...document.images].every(image=>image.complete||image.loading==='lazy')")
      usleep(300_000)
      #expect(try Self.violations(on: driver) == [], "\(hash)")
      let wide: [Int] = try driver.value(
        "const page=document.documentElement;return [page.scrollWidth,page.clientWidth]")
      #expect(wide[0] <= wide[1], "\(hash)")
    }
    #expect(try driver.complaints() == [])
  }

  @Test(hasRules) func servedAndGeneratorsPagesDoSo() throws {
    let tool = try ServedTool()
    let driver = try WebDriver()
    try driver.open(tool.address + "#/features.3.squeeze/1")
    try driver.wait("document.querySelector('.chain')")
    try driver.run("document.querySelector('button[aria-controls=live]').click()")
    #expect(try Self.violations(on: driver) == [])
    let scratch = try Tool.Scratch()
    let outcome = try Tool.run(
      "explore", "random:dcgan_generator?features=4&latent=8&kernel=3&seed=3", "--threads", "1", "--quiet", "--output",
      scratch.path("site"))
    #expect(outcome.status == 0, "\(outcome.errors)")
    for hash in ["#/", "#sample/0"] {
      try driver.open("about:blank")
      try driver.open("file://" + scratch.path("site") + "/index.html" + hash)
      try driver.wait("document.querySelector('h1')")
      usleep(300_000)
      #expect(try Self.violations(on: driver) == [], "\(hash)")
    }
  }
}
