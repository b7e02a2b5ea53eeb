import Foundation
import GinghamImaging
import GinghamTensors
import Testing

@testable import GinghamReporting

/// The pages of a site, as Debian's Chromium shows them from a disk.
@Suite(Browser.condition) struct SiteInBrowserTests {
  /// A layer of a stranger's.
  private static let hostile = "</script><img src=x onerror=\"window.top.isHit=1\">/\u{202E}%2f'"

  private static func site() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appending(path: "gingham-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let run = try RunFolder(path: folder.appending(path: "site").path(percentEncoded: false))
    let grey = try Picture(Tensor([1, 8, 8]) { $0.update(repeating: 0.5) })
    func layer(_ name: String, _ number: Int, units: [(unit: Int, activation: Double, grid: Double)]) throws
      -> JSONValue
    {
      for unit in units { try run.write("tiles/\(number)/\(unit.unit).webp", data: Data(grey.encodedWebP())) }
      let pages = units.map { unit -> JSONValue in
        [
          "unit": .number(Double(unit.unit)), "activation": .number(unit.activation), "grid": .number(unit.grid),
          "dead": false, "pass": [0, 2], "width": 8, "height": 8,
        ]
      }
      return [
        "name": .string(name), "operation": "convolution", "shape": [1, 3, 56, 56], "stride": 4, "field": 7,
        "parameters": 1040, "macs": 3_211_264, "grid": .number(0.5 / Double(number + 1)), "period": 2,
        "explored": [
          "folder": .string("tiles/\(number)"), "command": ["gingham visualize net.onnx", "--seed 0"],
          "units": .array(pages),
        ],
      ]
    }
    let units = [(0, 1.0, 0.2), (1, 3.0, 0.1), (2, 2.0, 0.3)]
    let net: JSONValue = [
      "model": .string(hostile), "input": [1, 3, 224, 224], "sentences": [.string(hostile)],
      "bands": [["period": 4, "cv2": 0.5, "layer": "features.9"]],
      "layers": [try layer("features.9", 0, units: units), try layer(hostile, 1, units: units)],
    ]
    try Site(title: hostile, sections: [.init(hostile, links: [.init(hostile, file: "tiles/0/1.webp")])])
      .write(net, into: run)
    try run.commit(
      Manifest(
        command: [], version: "0", model: "", modelDigest: nil, backend: "none", precision: nil, threads: 1,
        parameters: [:], started: Date()))
    return folder
  }

  private static func result<Value: Decodable>(
    of script: String, runsScripts: Bool = true, width: Int = 1280, settings: [String] = [],
    as type: Value.Type = Value.self
  ) throws -> Value {
    let folder = try site()
    defer { try? FileManager.default.removeItem(at: folder) }
    let prelude = """
      const view=frame.contentWindow,wait=()=>new Promise(done=>setTimeout(done,50)),
      go=async hash=>{view.location.hash=hash;await wait()},texts=selector=>[...page.querySelectorAll(selector)]
      .map(element=>element.textContent),
      press=async(key,target)=>{(target||page.body).dispatchEvent(new view.KeyboardEvent('keydown',{key,bubbles:true,
      cancelable:true}));await wait()};
      """
    let (value, console) = try Browser.result(
      of: prelude + script, onPage: "site/index.html", in: folder, runsScripts: runsScripts, width: width,
      settings: settings, as: type)
    // A frame without scripts says that it runs none.
    if runsScripts { #expect(console == []) }
    return value
  }

  @Test func tilesAreSorted() throws {
    let orders: [[String]] = try Self.result(
      of: """
        await go('#/features.9');
        const units=()=>[...page.querySelectorAll('.tiles a')].map(link=>link.dataset.unit),found=[units()];
        for(const order of ['activation','grid']){
        const choice=find('select');choice.value=order;choice.onchange();found.push(units())}
        return found
        """)
    #expect(orders == [["0", "1", "2"], ["1", "2", "0"], ["2", "0", "1"]])
  }

  @Test func pagesHaveLinksThatLastAndTheBackButtonWorks() throws {
    let titles: [String] = try Self.result(
      of: """
        const title=()=>find('h1').textContent,found=[];
        await go('#/features.9');await go('#/features.9/2');found.push(title());
        view.history.back();await wait();await wait();found.push(title());
        await go('#/features.9/77');found.push(title());
        await go('#/%E0%A4%A');found.push(title());
        return found
        """)
    #expect(titles == ["features.9 / 2", "features.9", "Not on this site", "Not on this site"])
  }

  @Test func picturesAreShown() throws {
    let widths: [Int] = try Self.result(
      of: """
        await go('#/features.9/1');
        const picture=find('.unit img');
        if(!picture.complete||!picture.naturalWidth)await new Promise(done=>{picture.onload=picture.onerror=done});
        return [picture.naturalWidth,picture.naturalHeight]
        """)
    #expect(widths == [8, 8])
  }

  @Test func searchFindsLayersAndUnits() throws {
    let found: [[String]] = try Self.result(
      of: """
        const box=find('input[type=search]'),look=text=>{box.value=text;box.oninput();return texts('#found li')};
        const found=[look('FEATURES'),look('features.9/2'),look('nowhere')];
        look('features 1');await press('Enter',box);
        found.push([decodeURIComponent(view.location.hash)]);return found
        """)
    #expect(found == [["features.9"], ["features.9 / 2"], ["nothing of that name"], ["#/features.9/1"]])
  }

  @Test func keysLeadThrough() throws {
    let places: [String] = try Self.result(
      of: """
        const found=[];
        await go('#/features.9/0');
        for(const key of ['ArrowRight','ArrowRight','ArrowRight','ArrowLeft','ArrowUp']){
        await press(key);found.push(view.location.hash)}
        await press('/');found.push(page.activeElement.type);
        page.activeElement.blur();await press('?');found.push(String(find('dialog').open));
        return found
        """)
    #expect(
      places == [
        "#/features.9/1", "#/features.9/2", "#/features.9/2", "#/features.9/1", "#/features.9", "search", "true",
      ])
  }

  /// With scripts and without.
  @Test func strangeNamesAreText() throws {
    let shown: [String] = try Self.result(
      of: """
        await wait();
        const found=[find('h1').textContent,find('.lead').textContent];
        [...page.querySelectorAll('td a')].at(-1).click();await wait();found.push(find('h1').textContent);
        find('.tiles a').click();await wait();found.push(find('h1').textContent);
        return [...found,String(page.querySelectorAll('img[src=x]').length),String(window.isHit)]
        """)
    let name = Self.hostile.replacing("\u{202E}", with: "\\u{202E}")
    #expect(shown == [name, name, name, name + " / 0", "0", "undefined"])
    let index: [String] = try Self.result(
      of: "return [find('h1').textContent,find('p a').textContent,find('p a').getAttribute('href')]",
      runsScripts: false)
    #expect(index == [name, name, "./tiles/0/1.webp"])
  }

  @Test(arguments: [360, 400, 2560]) func nothingIsWiderThanTheWindow(_ width: Int) throws {
    let widths: [Int] = try Self.result(
      of: """
        const found=[];
        for(const hash of ['#/','#/features.9','#/features.9/1']){await go(hash);found.push(page.documentElement.scrollWidth)}
        return found
        """, width: width)
    for found in widths { #expect(found <= width) }
    #expect(widths.count == 3)
  }

  @Test func darkWhereTheReaderPrefersIt() throws {
    let script = "return view.getComputedStyle(page.body).backgroundColor"
    #expect(try Self.result(of: script, as: String.self) == "rgb(255, 255, 255)")
    let dark: String = try Self.result(of: script, settings: ["--blink-settings=preferredColorScheme=0"])
    #expect(dark == "rgb(21, 24, 28)")
  }
}
