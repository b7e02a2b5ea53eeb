import Foundation
import Gingham
import Testing

@Suite struct SeriesVerbTests {
  private func series(_ yaml: String, in scratch: Tool.Scratch) throws -> String {
    let path = scratch.path("series.yaml")
    try Data(yaml.utf8).write(to: URL(filePath: path))
    return path
  }

  /// Verbs that answer a question write nothing unasked, but do as steps.
  @Test func everyVerbIsAStep() throws {
    let scratch = try Tool.Scratch()
    let path = try series(
      """
      defaults: {model: "random:squeezenet1_1?size=32&classes=4", quiet: true}
      steps:
        - {verb: layers}
        - {verb: verify}
        - {verb: bench, runs: 1}
        - {verb: predict, name: called}
        - {verb: visualize, objective: "features.3.cat:1", steps: 3, size: 32, snapshots: [2, "1,2"]}
      """, in: scratch)
    let first = try Tool.run("run", path, "--output", scratch.path("out"), "--threads", "1")
    #expect(first.status == 0, "\(first.errors)")
    let folders = try FileManager.default.contentsOfDirectory(atPath: scratch.path("out")).sorted()
    #expect(
      folders == ["01-layers", "02-verify", "03-bench", "04-called", "05-visualize-1-2", "05-visualize-2"])
    for folder in folders {
      let manifest = try JSONSerialization.jsonObject(
        with: Data(contentsOf: URL(filePath: scratch.path("out/\(folder)/manifest.json"))))
      #expect((manifest as? [String: Any])?["threads"] as? Int == 1, "\(folder)")
    }
    #expect(FileManager.default.fileExists(atPath: scratch.path("out/05-visualize-1-2/snapshots/00001.png")))
    let second = try Tool.run("run", path, "--output", scratch.path("out"))
    #expect(second.status == 0)
    #expect(second.errors.components(separatedBy: "done already").count == folders.count + 1, "\(second.errors)")
  }

  /// Nothing runs where the last step cannot.
  @Test(arguments: [
    ("{verb: gradient, arguments: PICTURE, target: \"features.3.expnd1x1:1\"}", "features.3.expand1x1"),
    ("{verb: gradient, arguments: none.png}", "none.png"), ("{verb: layers, input-size: 8}", "too small"),
    ("{verb: layers, model: missing.onnx}", "missing.onnx"), ("{verb: layers, model: \"random:resnt18\"}", "resnet18"),
    ("{verb: gradient, arguments: PICTURE, cutoff: -1}", "--cutoff"), ("{verb: gradiant}", "gradiant"),
    ("{verb: visualize, objective: \"features.3.cat:500\", steps: 1, transforms: \"[jitter: 64]\"}", "jitter 64"),
    ("{verb: visualize, all-channels: features.3.cat, channels: 5-500}", "500"),
    ("{verb: compare, objective: nothing}", "nothing"), ("{verb: bench, target: nothing}", "nothing"),
    ("{verb: probe, arguments: PICTURE, epsilon: 8}", "8/255"), ("{verb: predict, target: nothing}", "nothing"),
    ("{verb: probe, arguments: PICTURE, target: 2, attack: deepfool}", "Leave it out of --attack"),
    ("{verb: visualize, objective: \"class:1\", recipe: none.yaml}", "none.yaml"),
    ("{verb: gradient, arguments: \"-\"}", "no standard input"),
  ])
  func mistakesOfTheLastStepAreFoundBeforeTheFirst(step: String, part: String) throws {
    let scratch = try Tool.Scratch()
    let picture = try scratch.picture()
    let path = try series(
      "defaults: {model: \"random:squeezenet1_1?size=64&classes=4\", quiet: true}\nsteps:\n  - {verb: predict}\n  - "
        + step.replacing("PICTURE", with: picture), in: scratch)
    let outcome = try Tool.run("run", path, "--output", scratch.path("out"))
    #expect(outcome.status == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains("series.yaml:4: the step '02-"), "\(outcome.errors)")
    #expect(outcome.errors.contains(part), "\(outcome.errors)")
    #expect(outcome.output.isEmpty)
    #expect(try scratch.contents == ["picture.png", "series.yaml"])
  }

  @Test func whatAnEarlierStepWritesNeedNotBeThereYet() throws {
    let scratch = try Tool.Scratch()
    let path = try series(
      """
      steps:
        - {verb: visualize, name: made, model: "random:squeezenet1_1?size=64&classes=4", objective: "class:1", steps: 1}
        - {verb: measure, arguments: "\(scratch.path("out"))/01-made/picture.png"}
      """, in: scratch)
    let outcome = try Tool.run("run", path, "--output", scratch.path("out"), "--quiet")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(FileManager.default.fileExists(atPath: scratch.path("out/02-measure/findings.json")))
  }

  /// What is printed can be typed: a shell gives the words back as they were.
  @Test func commandLinesAreQuotedForShells() throws {
    let scratch = try Tool.Scratch()
    let names = ["a b.png", "it's.png", "naïve.png", "$HOME.png", "a;b.png", "１.png", "plain.png"]
    for name in names { _ = try scratch.picture(name) }
    let path = try series(
      "steps:\n  - verb: measure\n    arguments: [[\(names.map { "\"\(scratch.path($0))\"" }.joined(separator: ", "))]]",
      in: scratch)
    let outcome = try Tool.run("run", path, "--dry-run", "--threads", "2")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("'\(scratch.path("naïve.png"))'"))
    #expect(outcome.output.contains(" \(scratch.path("plain.png"))"))
    let line = outcome.output.trimmingCharacters(in: .newlines)
    let words = try Tool.run(executable: "/bin/bash", ["-c", "printf '%s\\n' " + line]).output
    #expect(
      words.split(separator: "\n").map(String.init)
        == ["gingham", "measure"] + names.map(scratch.path) + ["--threads", "2"])
  }
}
