import Foundation
import Gingham
import Testing

@Suite struct DiagnoseTests {
  /// A colour picture of rough noise over a gradient, with a grid of a period where one is asked for.
  private func picture(
    _ scratch: Tool.Scratch, _ name: String, side: Int = 80, period: Int? = nil, brightness: Float = 0.5
  ) throws {
    let folder = URL(filePath: scratch.path(name)).deletingLastPathComponent()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var pixels = Tensor([3, side, side]) {
      NormalSequence(seed: 5, name: name).fill($0, mean: brightness, deviation: 0.1)
    }
    pixels.withUnsafeMutableBufferPointer { pixels in
      for index in pixels.indices {
        let (y, x) = (index / side % side, index % side)
        if let period, y.isMultiple(of: period), x.isMultiple(of: period) { pixels[index] += 0.4 }
      }
    }
    try Picture(pixels).write(to: scratch.path(name))
  }

  private func diagnose(_ scratch: Tool.Scratch, _ arguments: String...) throws -> Tool.Outcome {
    try Tool.run(executable: Tool.path, ["diagnose"] + arguments + ["--output", scratch.path("run"), "--force"])
  }

  @Test func aGridIsFoundExplainedAndShown() throws {
    let scratch = try Tool.Scratch()
    for index in 0..<4 { try picture(scratch, "set/\(index).png", side: 80 + 16 * (index % 2), period: 4) }
    let outcome = try diagnose(scratch, scratch.path("set"), "--json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let json = try outcome.json()
    #expect((json["images"] as? [[String: Any]])?.count == 4)
    let finding = try #require((json["findings"] as? [[String: Any]])?.first)
    #expect(finding["fault"] as? String == "checkerboard" && finding["period"] as? Int == 4)
    for key in ["strength", "evidence", "cause", "fix", "summary", "pictures", "unit", "severity", "worst"] {
      #expect(finding[key] != nil && !(finding[key] is NSNull), "\(key)")
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: scratch.path("run"))
    #expect(Set(names).isSuperset(of: ["1-checkerboard.png", "report.html", "findings.json", "manifest.json"]))
    #expect(finding["evidence"] as? String == "1-checkerboard.png")
    let evidence = try Picture(contentsOf: scratch.path("run/1-checkerboard.png"))
    #expect(evidence.width > 1000)
    let report = try String(contentsOfFile: scratch.path("run/report.html"), encoding: .utf8)
    #expect(report.contains("checkerboard 4 px") && report.contains("data:image/png;base64,"))
    #expect(!report.contains("http:") && !report.contains("https:"))
    let text = try diagnose(scratch, scratch.path("set"))
    #expect(text.output.contains("1. checkerboard 4 px") && text.output.contains("cause:"), "\(text.output)")
  }

  @Test func thresholdsAndThreadsAreTheUsersToSet() throws {
    let scratch = try Tool.Scratch()
    for index in 0..<5 { try picture(scratch, "set/\(index).png", period: 4) }
    let one = try diagnose(scratch, scratch.path("set"), "--json", "--threads", "1")
    let two = try diagnose(scratch, scratch.path("set"), "--json", "--threads", "3")
    #expect(one.status == 0 && one.output == two.output)
    let strict = try diagnose(scratch, scratch.path("set"), "--json", "--min-share", "0.99")
    let faults = (try strict.json()["findings"] as? [[String: Any]])?.compactMap { $0["fault"] as? String }
    #expect(faults?.contains("checkerboard") == false)
  }

  @Test func aReferenceJudgesColoursAndFeatures() throws {
    let scratch = try Tool.Scratch()
    for index in 0..<6 {
      try picture(scratch, "set/\(index).png", brightness: 0.65)
      try picture(scratch, "real/\(index).png", brightness: 0.45)
    }
    let outcome = try diagnose(
      scratch, scratch.path("set"), "--reference", scratch.path("real"), "--json", "--net",
      "random:squeezenet1_1?size=64&seed=1", "--layer", "features.12")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let json = try outcome.json()
    let findings = try #require(json["findings"] as? [[String: Any]])
    #expect(findings.contains { $0["fault"] as? String == "colour" && "\($0["cause"] ?? "")".contains("bright") })
    let distance = try #require(json["distance"] as? [String: Any])
    #expect((distance["value"] as? Double ?? 0) > 0 && distance["name"] as? String == "Fréchet distance")
    #expect((distance["warning"] as? String)?.contains("too few") == true)
    #expect(distance["samples"] as? [Int] == [6, 6] && (distance["features"] as? Int ?? 0) > 6)
  }

  @Test func onePictureIsASet() throws {
    let scratch = try Tool.Scratch()
    try picture(scratch, "one.png", side: 40)
    let outcome = try diagnose(scratch, scratch.path("one.png"), "--json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect((try outcome.json()["notes"] as? [String])?.isEmpty == false)
  }

  @Test func whatCannotBeMeasuredIsListedAndTheRestIsNot() throws {
    let scratch = try Tool.Scratch()
    for index in 0..<2 { try picture(scratch, "set/\(index).png", side: 64) }
    try picture(scratch, "set/tiny.png", side: 8)
    try Data("no picture".utf8).write(to: URL(filePath: scratch.path("set/notes.txt")))
    let outcome = try diagnose(scratch, scratch.path("set"), "--json")
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("notes.txt") && outcome.errors.contains("tiny.png"))
    let json = try outcome.json()
    #expect((json["images"] as? [[String: Any]])?.count == 2)
    #expect((json["skipped"] as? [[String: Any]])?.count == 2)
    #expect(FileManager.default.fileExists(atPath: scratch.path("run/report.html")))
  }

  @Test func badInputSaysWhatToDo() throws {
    let scratch = try Tool.Scratch()
    try FileManager.default.createDirectory(atPath: scratch.path("empty"), withIntermediateDirectories: true)
    try FileManager.default.createDirectory(atPath: scratch.path("texts"), withIntermediateDirectories: true)
    try Data("no picture".utf8).write(to: URL(filePath: scratch.path("texts/a.txt")))
    try picture(scratch, "set/0.png")
    let set = scratch.path("set")
    for (arguments, status, message) in [
      ([scratch.path("empty")], 1, "no files"), ([scratch.path("texts")], 1, "a.txt"),
      ([scratch.path("nowhere")], 1, "nowhere"), ([set, "--reference", scratch.path("empty")], 1, "no files"),
      ([set, "--net", "random:squeezenet1_1"], 64, "--layer"),
      ([set, "--net", "random:squeezenet1_1", "--layer", "features.12"], 64, "--reference"),
      (
        [set, "--reference", set, "--net", "random:squeezenet1_1?size=64", "--layer", "features.120"], 1, "features.12"
      ),
      ([set, "--reference", set, "--net", "random:squeezenet1_1?size=64", "--layer", "features.12"], 1, "two samples"),
      ([set, "--max-blur", "nan"], 64, "--max-blur"), ([set, "--min-bits", "9"], 64, "--min-bits"),
      ([set, "--periods", "search"], 64, "--periods"), ([set, "--periods", "1"], 64, "periods"),
    ] as [([String], Int32, String)] {
      let outcome = try Tool.run(
        executable: Tool.path, ["diagnose"] + arguments + ["--json", "--output", scratch.path("run"), "--force"])
      #expect(outcome.status == status && outcome.errors.contains(message), "\(arguments): \(outcome.errors)")
      #expect(outcome.output.isEmpty)
      #expect(!FileManager.default.fileExists(atPath: scratch.path("run")))
    }
  }
}
