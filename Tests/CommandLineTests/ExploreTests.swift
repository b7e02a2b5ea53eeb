import Foundation
import Gingham
import Testing

@Suite struct ExploreTests {
  private static let net = "random:squeezenet1_1?size=64&seed=3&classes=4"
  private static let layers = ["features.0", "features.3.expand3x3"]
  private static let options = [
    "--layers", layers.joined(separator: ","), "--units", "0-2", "--batch", "2", "--steps", "6", "--size", "48x40",
    "--threads", "1",
  ]

  private func data(_ site: String) throws -> [String: Any] {
    let text = try String(contentsOfFile: site + "/data.js", encoding: .utf8)
    let json = try #require(text.hasPrefix("window.gingham=") ? text.dropFirst(15).dropLast(2) : nil)
    return try #require(JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
  }

  private func units(_ site: String, _ layer: String) throws -> (folder: String, units: [[String: Any]]) {
    let all = try #require(try data(site)["layers"] as? [[String: Any]])
    let found = try #require(all.first { $0["name"] as? String == layer }?["explored"] as? [String: Any])
    return (try #require(found["folder"] as? String), try #require(found["units"] as? [[String: Any]]))
  }

  /// The command line beside each picture makes that picture: the same activation, and the same pixels but for WebP.
  @Test func picturesAreThoseOfTheirCommandLines() throws {
    let scratch = try Tool.Scratch()
    let site = scratch.path("site")
    let outcome = try Tool.run(
      executable: Tool.path, ["explore", Self.net] + Self.options + ["--json", "--output", site])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let json = try outcome.json()
    #expect(json["layers"] as? Int == 2 && json["units"] as? Int == 6)
    #expect(json["site"] as? String == site)
    for layer in Self.layers {
      let (folder, units) = try units(site, layer)
      #expect(units.compactMap { $0["pass"] as? [Int] } == [[0, 1], [0, 1], [2, 2]])
      for pass in ["0-1", "2-2"] {
        let again = try Tool.run(
          executable: Tool.path,
          [
            "visualize", Self.net, "--all-channels", layer, "--channels", pass, "--recipe", site + "/recipe.yaml",
            "--seed", "0", "--threads", "1", "--json", "--output", scratch.path("\(layer)-\(pass)"),
          ])
        #expect(again.status == 0, "\(again.errors)")
        for channel in try #require(try again.json()["channels"] as? [[String: Any]]) {
          let number = try #require(channel["channel"] as? Int)
          let finding = try #require(channel["finding"] as? [String: Any])
          #expect(finding["activation"] as? Double == units[number]["activation"] as? Double)
          let file = try #require(channel["file"] as? String)
          let exact = try Picture(contentsOf: scratch.path("\(layer)-\(pass)/\(file)"))
          let tile = try Picture(contentsOf: site + "/\(folder)/\(number).webp")
          #expect(tile.height == 48 && tile.width == 40)
          let distances = zip(exact.pixels.scalars, tile.pixels.scalars).map { abs($0 - $1) }
          #expect(distances.reduce(0, +) / Float(distances.count) < 0.04)
        }
      }
    }
  }

  /// Killed between passes, the same command goes on and writes the bytes of a run that was left alone.
  @Test func aKilledRunGoesOnWithTheSameBytes() throws {
    let scratch = try Tool.Scratch()
    func arguments(_ folder: String) -> [String] {
      ["explore", Self.net] + Self.options + ["--quiet", "--output", scratch.path(folder)]
    }
    let whole = try Tool.run(executable: Tool.path, arguments("whole"))
    #expect(whole.status == 0, "\(whole.errors)")
    let process = Process()
    process.executableURL = URL(filePath: Tool.path)
    process.arguments = arguments("parts")
    try process.run()
    let kept = scratch.path(".gingham-parts/keepsakes")
    for _ in 0..<6000 where ((try? FileManager.default.contentsOfDirectory(atPath: kept)) ?? []).isEmpty {
      usleep(10_000)
    }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    let rest = try Tool.run(executable: Tool.path, arguments("parts"))
    #expect(rest.status == 0, "\(rest.errors)")
    let names = try FileManager.default.subpathsOfDirectory(atPath: scratch.path("whole")).sorted()
    #expect(names == (try FileManager.default.subpathsOfDirectory(atPath: scratch.path("parts")).sorted()))
    #expect(names.filter { $0.hasSuffix(".webp") }.count == 6)
    for name in names where name.contains(".") && !name.hasSuffix("manifest.json") {
      #expect(
        FileManager.default.contentsEqual(
          atPath: scratch.path("whole/" + name), andPath: scratch.path("parts/" + name)),
        "\(name)")
    }
  }

  @Test(arguments: [["--layers", "nowhere"], ["--layers", "features.0", "--units", "0-64"]])
  func whatIsNotThereIsAnError(_ options: [String]) throws {
    let scratch = try Tool.Scratch()
    let outcome = try Tool.run(
      executable: Tool.path, ["explore", Self.net] + options + ["--output", scratch.path("site")])
    #expect(outcome.status == 1, "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: scratch.path("site")))
  }
}
