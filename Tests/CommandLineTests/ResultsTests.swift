import Foundation
import Testing

@Suite struct ResultsTests {
  /// Two predictions, one of pictures, a manifest of something else, and one that was cut off.
  private func runs(in scratch: Tool.Scratch) throws -> String {
    for (name, net) in [("first", "random:resnet18"), ("deep/second", "random:squeezenet1_1")] {
      let outcome = try Tool.run("predict", net, "--output", scratch.path("runs/\(name)"))
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    let measured = try Tool.run("measure", try scratch.picture(), "--output", scratch.path("runs/third"))
    #expect(measured.status == 0, "\(measured.errors)")
    for (name, text) in [("foreign", #"{"name": "an app", "icons": []}"#), ("cut", #"{"command": ["#)] {
      let folder = scratch.path("runs/\(name)")
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try Data(text.utf8).write(to: URL(filePath: folder + "/manifest.json"))
    }
    return scratch.path("runs")
  }

  private func found(_ json: [String: Any]) throws -> [[String: Any]] {
    try #require(json["runs"] as? [[String: Any]])
  }

  @Test func runsAreListedWithTheirBands() throws {
    let scratch = try Tool.Scratch()
    let outcome = try Tool.run("results", try runs(in: scratch), "--json", "--csv", scratch.path("all.csv"))
    // Two folders tell of no run.
    #expect(outcome.status == 2, "\(outcome.errors)")
    let json = try outcome.json()
    let skipped = try #require(json["skipped"] as? [[String: Any]]).compactMap { $0["reason"] as? String }
    #expect(skipped.count == 2 && skipped.contains { $0.contains("no manifest of a run") })
    #expect(skipped.contains { $0.contains("no JSON") }, "\(skipped)")
    let runs = try found(json)
    #expect(runs.map { $0["verb"] as? String } == ["predict", "predict", "measure"])
    // Runs of the same second stand by the names of their folders.
    let first = try #require(runs.first { $0["subject"] as? String == "random:resnet18" })
    let figures = try #require(first["figures"] as? [[String: Any]])
    let file = scratch.url.appending(path: "runs/first/findings.json")
    let own = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
    let bands = try #require(((own as? [String: Any])?["input"] as? [String: Any])?["bands"] as? [[String: Any]])
    let listed = figures.filter { $0["place"] as? String == "input" }
    #expect(listed.map { $0["period"] as? Int } == bands.map { $0["period"] as? Int })
    #expect(listed.map { $0["value"] as? Double } == bands.map { $0["cv2_corrected"] as? Double })
    #expect(listed.map { $0["layer"] as? String } == bands.map { $0["layer"] as? String })
    // The two nets have the bands of their strides in common.
    let compared = try #require(json["compared"] as? [[String: Any]])
    let second = try #require(compared.first { $0["place"] as? String == "input" && $0["period"] as? Int == 2 })
    #expect((second["values"] as? [Any])?.count == 3)
    let csv = try String(contentsOfFile: scratch.path("all.csv"), encoding: .utf8).split(separator: "\n")
    let count = runs.reduce(0) { $0 + max(1, ($1["figures"] as? [Any])?.count ?? 0) }
    #expect(csv.count == 1 + count)
  }

  @Test func filtersTakeWhatIsAskedFor() throws {
    let scratch = try Tool.Scratch()
    let folder = try runs(in: scratch)
    func verbs(_ options: String...) throws -> [String] {
      let outcome = try Tool.run(executable: Tool.path, ["results", folder, "--json"] + options)
      return try found(outcome.json()).compactMap { $0["subject"] as? String }
    }
    #expect(try verbs("--model", "ResNet") == ["random:resnet18"])
    #expect(try verbs("--verb", "measure").count == 1)
    #expect(try verbs("--layer", "features.0") == ["random:squeezenet1_1"])
    #expect(try verbs("--since", "2100-01-01").isEmpty)
    #expect(try verbs("--until", "2100-01-01").count == 3)
    #expect(try verbs("--until", "2001-01-01T10:00").isEmpty)
    let one = try Tool.run("results", folder, "--period", "2", "--json").json()
    let periods = try found(one).flatMap { $0["figures"] as? [[String: Any]] ?? [] }.compactMap { $0["period"] as? Int }
    #expect(!periods.isEmpty && periods.allSatisfy { $0 == 2 })
    #expect(try Tool.run("results", folder, "--since", "yesterday").status == 64)
  }

  @Test func nothingThereIsAnError() throws {
    let scratch = try Tool.Scratch()
    #expect(try Tool.run("results", scratch.path("none")).status == 1)
    let empty = try Tool.run("results", scratch.url.path)
    #expect(empty.status == 1)
    #expect(empty.errors.contains("no run has left"), "\(empty.errors)")
  }
}
