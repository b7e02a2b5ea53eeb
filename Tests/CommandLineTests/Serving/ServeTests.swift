import Foundation
import FoundationNetworking
import Gingham
import Testing

/// `explore --serve` without a browser: what it makes, what it leaves, and where it may not be typed.
@Suite(.serialized) struct ServeTests {
  /// The body of an answer, and its status.
  private func get(_ address: String) throws -> (status: Int, data: Data) {
    let done = DispatchSemaphore(value: 0)
    nonisolated(unsafe) var found: (Int, Data)?
    let request = URLRequest(url: try #require(URL(string: address)))
    URLSession.shared.dataTask(with: request) { data, response, _ in
      found = ((response as? HTTPURLResponse)?.statusCode ?? 0, data ?? Data())
      done.signal()
    }.resume()
    done.wait()
    return try #require(found)
  }

  private func files(of folder: String) throws -> [String: Data] {
    let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return names.reduce(into: [:]) { $0[$1] = FileManager.default.contents(atPath: folder + "/" + $1) ?? Data() }
  }

  @Test func tilesAreThoseThatTheSiteWouldHave() throws {
    let tool = try ServedTool()
    let data = try get(tool.address + "live-data.js").data
    let text = String(decoding: data, as: UTF8.self)
    let json = try #require(text.split(separator: "=", maxSplits: 1).last)
    let facts = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    let layers = try #require(facts["layers"] as? [[String: Any]])
    let layer = try #require(layers.first { $0["name"] as? String == "features.3.expand3x3" })
    #expect(layer["units"] as? Int == 64)
    let folder = try #require(layer["folder"] as? String)
    let tile = try get(tool.address + folder + "/5.webp")
    #expect(tile.status == 200)
    for wrong in ["64", "-1", "05", "5.5", "x"] {
      #expect(try get(tool.address + folder + "/\(wrong).webp").status == 404)
    }
    let whole = tool.scratch.path("whole")
    let outcome = try Tool.run(
      executable: Tool.path,
      ["explore", ServedTool.net, "--output", whole, "--layers", "features.3.expand3x3", "--units", "5-5"]
        + ServedTool.settings)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(FileManager.default.contents(atPath: whole + "/tiles/0/5.webp") == tile.data)
    // Those of a layer that the site has in part go by its own names.
    let part = try ServedTool(at: whole, "--layers", "features.3.expand3x3", "--units", "5-5")
    #expect(try get(part.address + "tiles/0/5.webp").data == tile.data)
    #expect(try get(part.address + "tiles/0/6.webp").status == 200)
  }

  /// What a page says of a unit that is made while somebody waits, its picture as it is, and pictures under other recipes are
  /// those of a site that was made before.
  @Test func measuresAreThoseThatTheSiteWouldHave() throws {
    let tool = try ServedTool()
    let whole = tool.scratch.path("whole")
    let layer = "features.3.expand3x3"
    let outcome = try Tool.run(
      executable: Tool.path,
      ["explore", ServedTool.net, "--output", whole, "--layers", layer, "--units", "5-5", "--mitigations", layer]
        + ServedTool.settings)
    #expect(outcome.status == 0, "\(outcome.errors)")
    func json(_ data: Data, behind mark: String) throws -> [String: Any] {
      let text = String(decoding: data, as: UTF8.self)
      let json = try #require(text.split(separator: mark, maxSplits: 1).last).dropLast(text.hasSuffix(";\n") ? 2 : 0)
      return try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    }
    let facts = try json(try get(tool.address + "live-data.js").data, behind: "=")
    let layers = try #require(facts["layers"] as? [[String: Any]])
    let folder = try #require(layers.first { $0["name"] as? String == layer }?["folder"] as? String)
    let told = try get(tool.address + folder + "/5.js")
    #expect(told.status == 200 && String(decoding: told.data, as: UTF8.self).contains("parts[\"\(folder)/5\"]="))
    let found = try json(told.data, behind: "]=")
    let net = try json(try #require(FileManager.default.contents(atPath: whole + "/data.js")), behind: "=")
    let row = try #require((net["layers"] as? [[String: Any]])?.first { $0["name"] as? String == layer })
    var unit = try #require(((row["explored"] as? [String: Any])?["units"] as? [[String: Any]])?.first)
    unit["place"] = nil
    #expect(NSDictionary(dictionary: unit) == NSDictionary(dictionary: found["unit"] as? [String: Any] ?? [:]))
    let details = try json(try #require(FileManager.default.contents(atPath: whole + "/units/0-0.js")), behind: "]=")
    #expect(NSArray(array: details["units"] as? [Any] ?? []) == NSArray(array: found["units"] as? [Any] ?? [0]))
    // Without loss.
    let exact = tool.scratch.path("exact.png")
    try get(tool.address + folder + "/5.png").data.write(to: URL(filePath: exact))
    let alone = try Tool.run(
      executable: Tool.path,
      [
        "visualize", ServedTool.net, "--all-channels", layer, "--channels", "5-5", "--output",
        tool.scratch.path("alone"),
      ]
        + ["--recipe", whole + "/recipe.yaml", "--threads", "1", "--quiet"])
    #expect(alone.status == 0, "\(alone.errors)")
    #expect(
      try Picture(contentsOf: exact).pixels == Picture(contentsOf: tool.scratch.path("alone/channels/0005.png")).pixels)
    for recipe in ["naive", "lattice"] {
      let tile = try get(tool.address + folder + "/\(recipe)/5.webp")
      #expect(tile.data == FileManager.default.contents(atPath: whole + "/tiles/0/\(recipe)/5.webp"))
    }
    for wrong in ["maco/5.webp", "naive/5.js", "naive/naive/5.webp", "../5.webp", "5.gif", "naive/64.webp", "5.JS"] {
      #expect([400, 404].contains(try get(tool.address + folder + "/" + wrong).status), "\(wrong)")
    }
  }

  /// Of many large bodies a few are held at a time; what they weigh is given back. `server_attacks.py` does worse for longer.
  @Test func memoryIsBounded() async throws {
    let tool = try ServedTool()
    var request = URLRequest(url: try #require(URL(string: tool.address + "live/picture?name=x.png")))
    let address = try #require(request.url)
    request.httpMethod = "POST"
    request.setValue("http://127.0.0.1:\(address.port ?? 0)", forHTTPHeaderField: "Origin")
    let (asked, body, before) = (request, Data(count: 32 << 20), tool.kilobytes("VmRSS"))
    let statuses = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<16 {
        group.addTask {
          await withCheckedContinuation { waiter in
            URLSession.shared.uploadTask(with: asked, from: body) { _, response, _ in
              waiter.resume(returning: (response as? HTTPURLResponse)?.statusCode ?? 0)
            }.resume()
          }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(statuses == [Int](repeating: 422, count: 16))
    // Two bodies, each once as it came and once handed on, of sixteen.
    let peak = tool.kilobytes("VmHWM")
    #expect(before > 0 && peak > before && peak < before + 256 << 10, "\(before) \(peak)")
    #expect(tool.comesToRest())
  }

  @Test func interruptingEndsCleanlyAndChangesNothing() throws {
    let tool = try ServedTool()
    let before = try files(of: tool.site)
    #expect(before["index.html"] != nil && before["manifest.json"] != nil)
    #expect(try get(tool.address).status == 200)
    // Something is being computed, and something waits.
    let climb = try #require(URL(string: tool.address + "live/climb?objective=class:1&steps=4096"))
    let tile = try #require(URL(string: tool.address + "classes/3.webp"))
    for url in [climb, tile] { URLSession.shared.dataTask(with: url).resume() }
    usleep(500_000)
    #expect(tool.end() == 0)
    #expect(try files(of: tool.site) == before)
    #expect(try tool.scratch.contents == ["site"])
    // The same command line serves what is there.
    let again = try ServedTool(at: tool.site)
    #expect(try get(again.address).status == 200)
    #expect(again.address != tool.address)
    #expect(again.end() == 0)
    #expect(try files(of: tool.site) == before)
  }

  @Test func whatDoesNotFitIsSaidAtOnce() throws {
    let scratch = try Tool.Scratch()
    func errors(_ words: String...) throws -> String {
      let outcome = try Tool.run(
        executable: Tool.path, ["explore", ServedTool.net, "--output", scratch.path("site")] + words)
      #expect(outcome.status != 0)
      return outcome.errors
    }
    #expect(try errors("--serve", "--json").contains("--json"))
    #expect(try errors("--port", "80").contains("--serve"))
    #expect(try errors("--serve", "--port", "70000").contains("65535"))
    #expect(try errors("--serve", "--host", "example.org").contains("example.org"))
    #expect(try errors("--serve", "--pictures", scratch.picture()).contains("--layers"))
    #expect(try scratch.contents == ["picture.png"])
    // A series waits for the end of each step.
    let series = scratch.path("series.yaml")
    try Data("steps: [{verb: explore, model: \"\(ServedTool.net)\", serve: true}]".utf8).write(
      to: URL(filePath: series))
    let outcome = try Tool.run("run", series, "--output", scratch.path("out"), "--dry-run")
    #expect(outcome.status != 0 && outcome.errors.contains("--serve"), "\(outcome.output) \(outcome.errors)")
  }
}
