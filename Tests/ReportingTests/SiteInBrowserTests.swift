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
          "dead": false, "pass": [0, 2], "width": 8, "height": 8, "flow": .number(1 / Double(2 + unit.unit)),
          "place": .number(Double(unit.unit * 2 % 3)), "negative": -0.5,
        ]
      }
      return [
        "name": .string(name), "operation": "convolution", "shape": [1, 3, 56, 56], "stride": 4, "field": 7,
        "parameters": 1040, "macs": 3_211_264, "reads": ["block.b"], "grid": .number(0.5 / Double(number + 1)),
        "period": 2,
        "explored": [
          "folder": .string("tiles/\(number)"), "details": .string("units/\(number)"), "together": 2,
          "crops": .string("crops/\(number)"), "command": ["gingham visualize net.onnx", "--seed 0"],
          "mitigations": number == 0 ? "units/0-mitigations" : .null,
          "units": .array(pages),
        ],
      ]
    }
    let units = [(0, 1.0, 0.2), (1, 3.0, 0.1), (2, 2.0, 0.3)]
    func plain(_ name: String, _ reads: [JSONValue]) -> JSONValue {
      [
        "name": .string(name), "operation": "pointwise", "shape": [1, 3, 56, 56], "stride": 4, "parameters": 7,
        "macs": 100, "reads": .array(reads), "grid": 0.25,
      ]
    }
    let classes: JSONValue = [
      "folder": "tiles/0", "details": "classes", "command": ["gingham visualize net.onnx", "--seed 0"],
      "units": [
        ["unit": 1, "activation": 7.5, "grid": 0.1, "dead": false, "pass": [1, 1], "width": 8, "height": 8]
      ],
    ]
    let generator: JSONValue = [
      "verdict": "artifact", "measured": 64, "width": 8, "height": 8,
      "causes": [["period": 4, "layer": .string(hostile), "text": .string(hostile)]],
      "samples": [
        ["file": "pictures/0.webp", "repaired": "pictures/0-gradient.webp"], ["file": "pictures/1.webp"],
      ],
      "layers": [
        [
          "name": .string(hostile), "operation": "resize", "shape": [4, 8, 8], "spacing": 2, "folder": "crops/0",
          "bands": [["period": 4, "share": 0.25, "chance": 0.01, "peak": 12]],
        ]
      ],
      "repair": .string(hostile + "\nsecond line"), "commands": ["gingham trace net.onnx"],
    ]
    let net: JSONValue = [
      "model": .string(hostile), "input": [1, 3, 224, 224], "sentences": [.string(hostile)],
      "bands": [["period": 4, "cv2": 0.5, "layer": "features.9"]],
      "layers": [
        plain("block.a", []), plain("block.b", ["block.a"]), try layer("features.9", 0, units: units),
        try layer(hostile, 1, units: units),
      ],
      "pictures": [try picture(0, hostile + ".png"), try picture(1, "plain.png")], "sheet": ["side": 64, "gap": 2],
      "atlas": ["layer": .string(hostile), "cells": 2, "groups": 2], "against": .string(hostile),
      "class_names": ["tabby cat", .string(hostile)], "classes": classes,
      "generator": generator,
    ]
    func picture(_ number: Int, _ name: String) throws -> JSONValue {
      for file in ["\(number)", "\(number)-gradient"] {
        try run.write("pictures/\(file).webp", data: Data(grey.encodedWebP()))
      }
      return [
        "name": .string(name), "file": .string("pictures/\(number).webp"), "width": 8, "height": 8,
        "top": [["index": 1, "value": 7.5], ["index": 0, "value": -2]],
        "maps": [
          [
            "name": "gradient", "about": "how it changes", "file": .string("pictures/\(number)-gradient.webp"),
            "command": .string("gingham gradient net.onnx \(name)"),
          ]
        ],
        "bands": [["period": 2, "cv2": 0.4, "error": 0.01, "verdict": "artifact", "layer": "features.9"]],
        "groups": [
          "file": .string("pictures/\(number)-gradient.webp"),
          "shares": [.number(0.75 - Double(number) / 2), .number(0.25 + Double(number) / 2)],
        ],
      ]
    }
    try Site(title: hostile, sections: [.init(hostile, links: [.init(hostile, file: "tiles/0/1.webp")])])
      .write(
        net,
        parts: [
          ("units/0-0", details), ("units/0-1", details), ("units/1-0", details), ("units/1-1", details),
          ("classes", ["likest": [[], [["page": 1, "value": 7.5]]]]), ("atlas", atlas),
          ("units/0-mitigations", mitigations),
        ],
        into: run)
    for number in 0..<2 {
      for unit in 0..<3 { try run.write("crops/\(number)/\(unit).webp", data: Data(grey.encodedWebP())) }
    }
    try run.commit(
      Manifest(
        command: [], version: "0", model: "", modelDigest: nil, backend: "none", precision: nil, threads: 1,
        parameters: [:], started: Date()))
    return folder
  }

  private static let mitigations: JSONValue = [
    "recipes": [
      ["name": "naive", "folder": "crops/0", "command": .string("gingham " + hostile), "activation": 12, "grid": 0.5],
      ["name": .string(hostile), "folder": "crops/1", "command": "gingham visualize", "activation": 3],
    ]
  ]

  private static let atlas: JSONValue = {
    let direction: JSONValue = [
      "file": "pictures/1.webp", "width": 8, "height": 8,
      "units": [
        ["unit": 2, "weight": 0.5], ["unit": 99, "weight": 0.25, "origin": ["layer": "features.9", "unit": 1]],
        ["unit": 98, "weight": 0.125, "origin": ["layer": "features.9", "unit": 77]],
      ],
      "command": .string("gingham visualize " + hostile),
    ]
    return [
      "layer": .string(hostile), "side": 3, "positions": 100, "pictures": 2, "shares": [0.5, 0.25],
      "unexplained": 0.125,
      "cells": [
        ["row": 0, "column": 0, "count": 40, "likest": [["page": 0, "count": 40]], "direction": direction],
        ["row": 2, "column": 1, "count": 60, "likest": [], "direction": direction],
      ],
      "groups": [
        ["share": 0.75, "colour": "#e69f00", "direction": direction],
        ["share": 0.25, "colour": "#56b4e9", "direction": direction],
      ],
    ]
  }()

  /// Of three units: the same of each.
  private static let details: JSONValue = {
    let exemplars: JSONValue = [
      ["page": 0, "name": .string(hostile + ".png"), "activation": 9.5, "place": [1, 2], "crop": [2, 4, 6, 8]],
      ["page": 1, "name": "plain.png", "activation": 8, "place": [0, 0], "crop": [0, 0, 4, 4]],
      ["name": "elsewhere.png", "activation": 1, "place": [0, 0], "crop": [0, 0, 4, 4]],
    ]
    let unit: JSONValue = [
      "bands": [["period": 2, "cv2": 0.4, "error": 0.01, "verdict": "artifact", "layer": "features.9"]],
      "reads": [["layer": .string(hostile), "unit": 2, "weight": -0.5]],
      "writes": [["layer": "nowhere", "unit": 7, "weight": 0.25]],
      "activity": [
        "count": 100, "mean": 1, "deviation": 2, "least": -1, "most": 9.5, "median": 0.5, "strong": 8,
        "bars": [[-1, -0.875, 10], [-1e-7, 1e-7, 20], [0.5, 0.625, 30], [8, 10, 40]], "exemplars": exemplars,
      ],
      "path": [
        "similarity": [0.5, .null, 0.25], "own": [1, 0.5, 0.5], "others": [0, 0, 0.25], "apart": 2, "near": 1,
      ],
      "accentuated": [
        "name": .string(hostile + ".png"), "photograph": "pictures/0.webp", "file": "pictures/1.webp", "before": 1.5,
        "activation": 4, "distance": 0.125, "held": .string(hostile),
        "command": .string("gingham visualize \(hostile)"),
      ],
      "against": [
        "file": "pictures/1.webp", "activation": 4, "grid": .null, "dead": false, "correlation": 0.75,
        "bands": [["period": 2, "cv2": 0.1, "error": 0.01, "verdict": "clean"], ["period": 4, "cv2": 0.2]],
      ],
      "diverse": [
        "files": ["pictures/0.webp", "pictures/1.webp"], "similarity": 0.25, "command": "gingham visualize net.onnx",
      ],
    ]
    return ["units": [unit, unit, unit], "way": [.string(hostile), "features.9", "last"]]
  }()

  private static func result<Value: Decodable>(
    of script: String, runsScripts: Bool = true, width: Int = 1280, settings: [String] = [],
    as type: Value.Type = Value.self
  ) throws -> Value {
    let folder = try site()
    defer { try? FileManager.default.removeItem(at: folder) }
    let prelude = """
      const view=frame.contentWindow,wait=()=>new Promise(done=>setTimeout(done,50)),
      until=async selector=>{for(let turn=0;turn<100&&!find(selector);turn++)await wait();return find(selector)},
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
        for(const order of ['activation','grid','flow','place']){
        const choice=find('select');choice.value=order;choice.onchange();found.push(units())}
        return found
        """)
    #expect(orders == [["0", "1", "2"], ["1", "2", "0"], ["2", "0", "1"], ["0", "1", "2"], ["0", "2", "1"]])
  }

  /// The first stop is the site's own recipe; order and recipe go together.
  @Test func theSliderLeadsThroughRecipes() throws {
    let shown: [[String]] = try Self.result(
      of: """
        await go('#/features.9');await until('.recipe');
        const slide=find('.mix input'),choice=find('select'),found=[];
        const look=()=>found.push([find('.recipe').textContent,slide.getAttribute('aria-valuetext'),
        texts('.mix~div .facts').join('|').slice(0,55),texts('.command').join('|'),
        ...[...page.querySelectorAll('.tiles img')].map(image=>image.getAttribute('src'))]);
        look();
        for(const value of [1,2]){slide.value=value;slide.dispatchEvent(new view.Event('input'));look()}
        choice.value='activation';choice.onchange();look();
        slide.value=0;slide.dispatchEvent(new view.Event('input'));look();
        found.push([slide.max,String(page.querySelectorAll('img[src=x]').length)]);
        const second=[...page.querySelectorAll('header a')].length;
        await go('#/'+encodeURIComponent('block.a'));found.push(texts('.facts').slice(1));
        return found
        """)
    let name = Self.hostile.replacing("\u{202E}", with: "\\u{202E}")
    #expect(
      shown[0] == [
        "this site\u{2019}s", "this site\u{2019}s", "", "", "tiles/0/0.webp", "tiles/0/1.webp", "tiles/0/2.webp",
      ])
    #expect(
      Array(shown[1][0...3]) == [
        "naive", "naive", "Activation 12, mean over units; grid of the pictures 0.", "gingham \(name)",
      ])
    #expect(Array(shown[1][4...]) == ["crops/0/0.webp", "crops/0/1.webp", "crops/0/2.webp"])
    #expect(shown[2][0] == name && shown[2][2].contains("Activation 3,"))
    #expect(Array(shown[3][4...]) == ["crops/1/1.webp", "crops/1/2.webp", "crops/1/0.webp"])
    #expect(Array(shown[4][4...]) == ["tiles/0/1.webp", "tiles/0/2.webp", "tiles/0/0.webp"])
    #expect(shown[5] == ["2", "0"] && shown[6] == ["Goes to block.b"])
  }

  /// Layers of a module stand under its name, with what the module takes and all that it costs.
  @Test func modulesFold() throws {
    let shown: [[String]] = try Self.result(
      of: """
        const rows=()=>[...page.querySelectorAll('table tr')].filter(row=>row.offsetHeight>0)
        .map(row=>row.cells[0].textContent).filter(text=>/block|features/.test(text)),
        button=find('.module button'),found=[rows()];
        button.click();found.push(rows(),[button.getAttribute('aria-expanded')]);
        button.click();found.push([button.getAttribute('aria-expanded')]);
        found.push([...find('.module').cells].map(cell=>cell.textContent));
        const row=[...page.querySelectorAll('tr')].find(row=>row.cells[0].textContent==='features.9');
        found.push([row.cells[1].textContent]);
        return found
        """)
    #expect(shown[0] == ["block", "block.a", "block.b", "features.9"])
    #expect(shown[1] == ["block", "features.9"] && shown[2] == ["false"] && shown[3] == ["true"])
    #expect(shown[4] == ["block", "", "2 layers", "3\u{d7}56\u{d7}56", "all", "14", "200", "", "0.25"])
    // Only the layer before it.
    #expect(shown[5] == [""])
  }

  /// What was predicted stands beside what was measured.
  @Test func bandsOfPicturesStandBesideThePredicted() throws {
    let shown: [[String]] = try Self.result(
      of: """
        return [texts('p.lead').slice(-1),[...page.querySelectorAll('table')].find(one=>one.textContent.includes('at your pictures'))
        ?[...page.querySelectorAll('table tbody tr')].map(row=>row.textContent).filter(text=>text.includes('features.9')).slice(0,1):[]]
        """)
    #expect(shown[0] == ["Of your 2 pictures the gradients of 2 show a grid."])
    #expect(shown[1].count == 1)
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
    let named: [[String]] = try Self.result(
      of: """
        const box=find('input[type=search]'),look=text=>{box.value=text;box.oninput();
        return [...page.querySelectorAll('#found a')].map(link=>link.getAttribute('href'))};
        return [look('plain'),look('TABBY'),look('onerror .png')]
        """)
    #expect(named == [["#picture/1"], ["#class/0"], ["#picture/0"]])
  }

  @Test func exemplarsShowWhatAUnitSeesAndWhere() throws {
    let shown: [[String]] = try Self.result(
      of: """
        await go('#/features.9/1');await until('.exemplars');
        const crops=[...page.querySelectorAll('.crop')],boxes=[...page.querySelectorAll('.where i')];
        return [crops.map(crop=>crop.style.backgroundPosition),crops.map(crop=>crop.style.backgroundImage),
        boxes.map(box=>[box.style.left,box.style.top,box.style.width,box.style.height].join(' ')),
        [...page.querySelectorAll('.exemplars figure>*:first-child')].map(view=>view.getAttribute('href')||''),
        texts('.exemplars figcaption'),
        [...page.querySelectorAll('.histogram rect')].map(bar=>bar.getAttribute('class')+' '+bar.getAttribute('height')),
        texts('.axis span'),[...page.querySelectorAll('.axis span')].map(mark=>String(parseFloat(mark.style.left)>50)),
        [...page.querySelectorAll('.axis span')].map(mark=>String(mark.offsetHeight<24))]
        """)
    #expect(shown[0] == ["0px 0px", "-66px 0px", "0px -66px"])
    #expect(shown[1].allSatisfy { $0.hasSuffix("crops/0/1.webp\")") })
    #expect(shown[2] == ["50% 25% 50% 50%", "0% 0% 50% 50%"])
    #expect(shown[3] == ["#picture/0", "#picture/1", ""])
    let name = Self.hostile.replacing("\u{202E}", with: "\\u{202E}")
    #expect(shown[4] == ["9.5 \u{b7} \(name).png", "8 \u{b7} plain.png", "1 \u{b7} elsewhere.png"])
    // Bars stand from below, their heights by the root of their counts.
    let heights = [("low", 10.0), ("zero", 20), ("high", 30), ("high", 40)].map { ($0, 98 * ($1 / 40).squareRoot()) }
    #expect(shown[5].count == 4)
    for (found, (kind, height)) in zip(shown[5].sorted(), heights.sorted { "\($0.0) \($0.1)" < "\($1.0) \($1.1)" }) {
      let words = found.split(separator: " ")
      #expect(words[0] == kind && abs((Double(words[1]) ?? 0) - height) < 1e-6)
    }
    #expect(shown[6] == ["-1", "0", "9.5"])
    #expect(shown[7].first == "false" && shown[7].last == "true")
    // On one line, also at the end of the axis.
    #expect(shown[8] == ["true", "true", "true"])
  }

  @Test func theWayOfAPictureStandsBesideThoseOfPhotographs() throws {
    let shown: [[String]] = try Self.result(
      of: """
        await go('#/features.9/0');await until('.path');
        return [[...page.querySelectorAll('.path polyline')].map(line=>line.getAttribute('class')+' '+
        line.getAttribute('points')),texts('.path title'),texts('.key'),texts('h2+figure+.facts').slice(-1)]
        """)
    #expect(
      shown[0] == ["own 0,2 20,50 40,50", "others 0,98 20,98 40,74", "picture 0,50", "picture 40,74"])
    let name = Self.hostile.replacing("\u{202E}", with: "\\u{202E}")
    #expect(shown[1].count == 3 && shown[1][0].hasPrefix(name))
    #expect(shown[1][1].hasSuffix("the unit\u{2019}s picture: \u{2013}"))
    #expect(shown[2].count == 3 && shown[2][0].contains("3 photographs"))
    #expect(shown[3].first?.contains("at 1 of 3 layers; farther than every one of them at 2.") == true)
  }

  @Test func theSliderCutsTheAccentuatedOverThePhotograph() throws {
    let shown: [String] = try Self.result(
      of: """
        await go('#/features.9/0');await until('.mix');
        const mix=find('.mix input'),top=find('.over'),found=[top.style.clipPath];
        for(const value of [0,100]){mix.value=value;mix.dispatchEvent(new view.Event('input'));found.push(top.style.clipPath)}
        return [...found,find('.sample figcaption').textContent,
        String(page.querySelectorAll('.thumbs>img').length),String(page.querySelectorAll('img[src=x]').length)]
        """)
    let name = Self.hostile.replacing("\u{202E}", with: "\\u{202E}")
    #expect(Array(shown[0..<3]) == ["inset(0px 50% 0px 0px)", "inset(0px 100% 0px 0px)", "inset(0px 0% 0px 0px)"])
    #expect(
      shown[3]
        == "\(name).png: activation 1.5 before, 4 after, mean over the map. The activations of \(name) have changed by "
        + "12.5 % of their length.")
    #expect(Array(shown[4...]) == ["2", "0"])
  }

  @Test func theOtherNetStandsBeside() throws {
    let shown: [[String]] = try Self.result(
      of: """
        await go('#/features.9/0');await until('.path');
        return [texts('tr').filter(row=>/mean over its map|period . px/.test(row)),texts('h2'),texts('.facts'),
        [String(page.querySelectorAll('img[src=x]').length)]]
        """)
    #expect(
      shown[0] == [
        "activation, mean over its map143", "grid of the gradient at period 2 px (CV\u{b2})0.40.1-0.3",
        "grid of the gradient at period 4 px (CV\u{b2})\u{2013}0.2\u{2013}",
      ])
    #expect(shown[1].contains("Beside " + Self.hostile.replacing("\u{202E}", with: "\\u{202E}")))
    #expect(shown[2].contains("Over your pictures both respond alike with a correlation of 0.75."))
    #expect(shown[3] == ["0"])
  }

  @Test func weightsLeadToTheirUnits() throws {
    let links: [[String]] = try Self.result(
      of: """
        await go('#/features.9/0');await until('.chain');
        return [[...page.querySelectorAll('.chain>*')].map(card=>card.getAttribute('href')||''),
        texts('.chain .facts'),[...page.querySelectorAll('.chain i')].map(bar=>bar.className+' '+bar.style.width)]
        """)
    #expect(links[0].count == 2 && links[0][0].hasSuffix("/2") && links[0][1] == "")
    #expect(links[1] == ["\u{2212}0.5", "+0.25"])
    #expect(links[2] == ["low 100%", "high 100%"])
  }

  @Test func theSliderBlendsTheMapOverThePhotograph() throws {
    let opacities: [String] = try Self.result(
      of: """
        await go('#picture/1');
        const mix=find('.mix input'),top=find('.over'),found=[top.style.opacity];
        for(const value of [0,25,100]){mix.value=value;mix.dispatchEvent(new view.Event('input'));found.push(top.style.opacity)}
        if(!top.complete||!top.naturalWidth)await new Promise(done=>{top.onload=top.onerror=done});
        const [over,under]=[...page.querySelectorAll('.stack img')].map(image=>image.getBoundingClientRect());
        return [...found,String(top.naturalWidth),String(Math.abs(over.top-under.top)<1&&Math.abs(over.width-under.width)<1)]
        """)
    #expect(opacities == ["0.6", "0", "0.25", "1", "8", "true"])
  }

  @Test func theAtlasLeadsToItsPlacesAndGroups() throws {
    let found: [[String]] = try Self.result(
      of: """
        const found=[];
        await go('#atlas');await until('.atlas a');
        found.push([...page.querySelectorAll('.atlas a')].map(link=>link.style.gridArea.replaceAll(' ','')));
        find('.atlas a').click();await until('.command');
        found.push([view.location.hash,texts('.thumbs span')[0],String(page.querySelectorAll('.unit td a').length),texts('.unit td').filter(text=>text.includes(' = ')).join('|')]);
        await press('ArrowRight');found.push([view.location.hash]);
        await press('ArrowUp');found.push([view.location.hash]);
        await go('#group/1');await until('.thumbs span');found.push(texts('.thumbs span').map(text=>text.slice(0,4)));
        await go('#cell/2');found.push([find('h1').textContent]);
        await go('#picture/0');await until('.swatch');
        found.push([...page.querySelectorAll('.thumbs a')].map(link=>link.getAttribute('href')+' '+
        link.querySelector('.swatch').style.background));
        const mix=find('.mix input');mix.value=20;mix.dispatchEvent(new view.Event('input'));
        found.push([...page.querySelectorAll('.over')].map(image=>image.style.opacity));
        return found
        """)
    // Places lie where their cells do; a channel that has a page is a link, another is text.
    #expect(found[0] == ["1/1", "3/2"])
    #expect(found[1][0] == "#cell/0" && found[1][1].hasPrefix("40 positions") && found[1][2] == "2")
    let hidden = Self.hostile.replacing("\u{202E}", with: "\\u{202E}")
    #expect(found[1][3] == "\(hidden) / 99 = features.9 / 1|\(hidden) / 98 = features.9 / 77")
    #expect(found[2] == ["#cell/1"] && found[3] == ["#atlas"])
    // The picture with most of it comes first.
    #expect(found[4] == ["75 %", "25 %"] && found[5] == ["Not on this site"])
    #expect(found[6] == ["#group/0 rgb(230, 159, 0)", "#group/1 rgb(86, 180, 233)"] && found[7] == ["0.2", "0.2"])
  }

  @Test func picturesLeadToClassesAndBack() throws {
    let way: [String] = try Self.result(
      of: """
        const found=[];
        await go('#picture/1');
        find('td a').click();await wait();await until('.thumbs a');
        found.push(view.location.hash,find('.unit img').getAttribute('src'),find('pre').textContent);
        find('.thumbs a').click();await wait();found.push(view.location.hash);
        await press('ArrowLeft');found.push(view.location.hash);
        for(const hash of ['#picture/2','#class/2','#class/99']){await go(hash);found.push(find('h1').textContent)}
        return found
        """)
    #expect(
      way == [
        "#class/1", "tiles/0/1.webp", "gingham visualize net.onnx 1-1 --seed 0", "#picture/1", "#picture/0",
        "Not on this site", "Not on this site", "Not on this site",
      ])
  }

  @Test func theSliderCutsTheRepairedSampleOverTheOriginal() throws {
    let shown: [String] = try Self.result(
      of: """
        const start=[texts('.thumbs a').length,texts('table')[0].includes('25 %')];
        await go('#sample/0');
        const mix=find('.mix input'),top=find('.over'),found=[top.style.clipPath];
        for(const value of [0,100]){mix.value=value;mix.dispatchEvent(new view.Event('input'));found.push(top.style.clipPath)}
        found.push(texts('.maps figcaption').join('|'));
        await press('ArrowRight');found.push(view.location.hash,String(page.querySelectorAll('.mix').length));
        await go('#sample/2');found.push(find('h1').textContent,...start.map(String));
        return found
        """)
    let name = Self.hostile.replacing("\u{202E}", with: "\\u{202E}")
    #expect(
      shown == [
        "inset(0px 50% 0px 0px)", "inset(0px 100% 0px 0px)", "inset(0px 0% 0px 0px)",
        "\(name) \u{b7} 4\u{d7}8\u{d7}8 \u{b7} period 4 px: 25 % of the fine detail", "#sample/1", "0",
        "Not on this site", "4", "true",
      ])
  }

  /// Nothing is asked of anybody but the folder, on any page.
  @Test func nothingIsAskedOfAnybodyElse() throws {
    let requests: [String] = try Self.result(
      of: """
        for(const hash of ['#/','#/features.9','#/features.9/1','#picture/0','#class/1','#sample/0']){await go(hash);await wait()}
        const folder=view.location.href.replace(/index[.]html.*/,'');
        return view.performance.getEntriesByType('resource').map(entry=>entry.name).filter(name=>!name.startsWith(folder))
        """)
    #expect(requests == [])
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
        [...page.querySelectorAll('td:first-child a')].at(-1).click();await wait();found.push(find('h1').textContent);
        find('.tiles a').click();await wait();found.push(find('h1').textContent);
        await until('.exemplars');
        for(const hash of ['#picture/0','#class/1']){await go(hash);await wait();found.push(find('h1').textContent)}
        return [...found,String(page.querySelectorAll('img[src=x]').length),String(window.isHit)]
        """)
    let name = Self.hostile.replacing("\u{202E}", with: "\\u{202E}")
    #expect(shown == [name, name, name, name + " / 0", name + ".png", name, "0", "undefined"])
    let index: [String] = try Self.result(
      of: "return [find('h1').textContent,find('p a').textContent,find('p a').getAttribute('href')]",
      runsScripts: false)
    #expect(index == [name, name, "./tiles/0/1.webp"])
  }

  @Test(arguments: [360, 400, 2560]) func nothingIsWiderThanTheWindow(_ width: Int) throws {
    let widths: [Int] = try Self.result(
      of: """
        const found=[];
        for(const hash of ['#/','#/features.9','#/features.9/1','#picture/0','#class/1','#sample/0']){await go(hash);await wait();found.push(page.documentElement.scrollWidth)}
        return found
        """, width: width)
    for found in widths { #expect(found <= width) }
    #expect(widths.count == 6)
  }

  @Test func darkWhereTheReaderPrefersIt() throws {
    let script = "return view.getComputedStyle(page.body).backgroundColor"
    #expect(try Self.result(of: script, as: String.self) == "rgb(255, 255, 255)")
    let dark: String = try Self.result(of: script, settings: ["--blink-settings=preferredColorScheme=0"])
    #expect(dark == "rgb(21, 24, 28)")
  }
}
