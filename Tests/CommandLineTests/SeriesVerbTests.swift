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
    let merged = ["report.html", "series.csv", "series.json"]
    let contents = try FileManager.default.contentsOfDirectory(atPath: scratch.path("out")).sorted()
    #expect(Set(contents).isSuperset(of: merged))
    let folders = contents.filter { !merged.contains($0) && !$0.hasPrefix(".") }
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

  // MARK: Tasks

  private static let sweep = """
    defaults: {model: "random:squeezenet1_1?size=32&classes=4", quiet: true, threads: 1}
    steps:
      - {verb: visualize, name: unit, objective: ["features.3.cat:1", "features.3.cat:2", "features.3.cat:3"], steps: 2, size: 32}
      - {verb: measure, model: out/01-unit-features.3.cat-1/picture.png}
    """

  /// Every file with its bytes; manifests, which know times, by name alone.
  private func files(_ folder: URL) throws -> [String: Data] {
    var found: [String: Data] = [:]
    for case let name as String in try #require(FileManager.default.enumerator(atPath: folder.path)) {
      if name.hasPrefix(".series") { continue }
      let data = FileManager.default.contents(atPath: folder.appending(path: name).path)
      if let data { found[name] = name.hasSuffix("manifest.json") ? Data() : data }
    }
    return found
  }

  /// As one process, by the plan's lines in any order, and by the line for Slurm where there is none.
  @Test func tasksGiveTheBytesOfASingleRun() throws {
    let scratch = try Tool.Scratch()
    var places: [URL] = []
    for place in ["whole", "tasks", "slurm"] {
      let folder = scratch.url.appending(path: place)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data(Self.sweep.utf8).write(to: folder.appending(path: "series.yaml"))
      places.append(folder)
    }
    let run = ["run", "series.yaml", "--output", "out", "--quiet"]
    func tool(_ words: [String], in place: URL) throws -> Tool.Outcome {
      try Tool.run(executable: Tool.path, run + words, in: place)
    }
    #expect(try tool([], in: places[0]).status == 0)
    let planned = try tool(["--plan", "jobs.txt", "--pack", "2"], in: places[1])
    #expect(planned.status == 0, "\(planned.errors)")
    let lines = try String(contentsOf: places[1].appending(path: "jobs.txt"), encoding: .utf8).split(separator: "\n")
    #expect(
      lines == [
        "gingham run series.yaml --output out --share 1/2", "gingham run series.yaml --output out --share 2/2",
      ])
    for share in ["2/2", "1/2"] {
      let task = try tool(["--share", share], in: places[1])
      #expect(task.status == 0, "\(task.errors)")
    }
    let before = try Tool.run(executable: Tool.path, ["run", "out", "--status", "--json"], in: places[1]).json()
    #expect(before["units"] as? Int == 4)
    #expect(before["done"] as? Int == 3)
    #expect(before["waiting"] as? Int == 1)
    #expect(try tool(["--merge"], in: places[1]).status == 0)
    // A path without sbatch.
    let slurm = try Tool.run(
      executable: "/usr/bin/env", ["PATH=/nonexistent", Tool.path] + run + ["--slurm"], in: places[2])
    #expect(slurm.status == 0, "\(slurm.errors)")
    let whole = try files(places[0].appending(path: "out"))
    #expect(whole["series.csv"].map { String(decoding: $0, as: UTF8.self) }?.contains("activation") == true)
    #expect(whole.keys.count { $0.hasSuffix("step.json") } == 4)
    for place in places.dropFirst() {
      let other = try files(place.appending(path: "out"))
      #expect(Set(other.keys) == Set(whole.keys))
      for (name, data) in whole { #expect(other[name] == data, "\(place.lastPathComponent): \(name)") }
    }
  }

  /// A step that fails keeps its reason, costs no other step its result, and is tried again where that is asked for.
  @Test func failedStepsAreToldAndTriedAgainOnRequest() throws {
    let scratch = try Tool.Scratch()
    let picture = try scratch.picture("late.png", side: 1)
    let path = try series(
      "steps:\n  - {verb: measure, model: \(picture)}\n  - {verb: layers, model: \"random:squeezenet1_1\"}\n",
      in: scratch)
    let out = scratch.path("out")
    let task = try Tool.run("run", path, "--output", out, "--share", "1/1")
    #expect(task.status == 2)
    #expect(task.errors.contains("'01-measure' is not done: exit status 1: Error: "), "\(task.errors)")
    let status = try Tool.run("run", out, "--status", "--json").json()
    #expect(status["done"] as? Int == 1)
    let failed = try #require(status["failed"] as? [[String: String]])
    #expect(failed.map { $0["unit"] } == ["01-measure"])
    #expect(failed.first?["reason"]?.contains("late.png") == true, "\(failed)")
    // Not tried again: the reason is the old one.
    #expect(try Tool.run("run", path, "--output", out, "--share", "1/1").errors.contains("failed already"))
    // What failed was this picture; with another one behind its name nothing has.
    _ = try scratch.picture("late.png", side: 64)
    let another = try Tool.run("run", path, "--output", out, "--share", "1/1")
    #expect(another.status == 0, "\(another.errors)")
    #expect(try Tool.run("run", out, "--status").output.hasPrefix("2 steps: 2 done, 0 running, 0 failed, 0 waiting"))
    // A step that failed for reasons outside is tried again on request.
    let marker = URL(filePath: out + "/02-layers/step.json")
    let state = try Data(contentsOf: marker)
    try FileManager.default.removeItem(at: marker)
    let failure = ["state": state.base64EncodedString(), "reason": "the node was lost"]
    try JSONEncoder().encode(failure).write(to: URL(filePath: out + "/.series/02-layers.failed"))
    let told = try Tool.run("run", path, "--output", out, "--merge")
    #expect(told.status == 2)
    #expect(told.errors.contains("'02-layers' is not done: the node was lost"), "\(told.errors)")
    #expect(try Tool.run("run", path, "--output", out, "--share", "1/1", "--retry").status == 0)
    #expect(try Tool.run("run", path, "--output", out, "--merge").status == 0)
  }

  @Test func sbatchIsGivenWhatWasAskedFor() {
    let wishes = SlurmSubmission.Wishes(
      partition: "long", time: "30", arrayLimit: 4, options: ["--mem=8G", "--account=x"])
    let submission = SlurmSubmission(named: "gingham-series", logs: "/out/.series", wishes: wishes)
    #expect(
      submission.array(of: [1, 2, 5], threads: 2, line: "exec gingham") == [
        "--mem=8G", "--account=x", "--parsable", "--job-name=gingham-series", "--output=/out/.series/slurm-%A_%a.log",
        "--partition=long", "--time=30", "--array=1,2,5%4", "--requeue", "--cpus-per-task=2", "--wrap", "exec gingham",
      ])
    #expect(submission.last(after: "17", line: "x").contains("--dependency=afterany:17"))
    #expect(SlurmSubmission.job(parsing: "17\n") == "17")
    #expect(SlurmSubmission.job(parsing: "17;cluster\n") == "17")
    #expect(SlurmSubmission.job(parsing: "sbatch: error\n") == nil)
  }

  @Test(arguments: [
    (["--share", "3/2"], "3/2"), (["--share", "0/2"], "0/2"), (["--plan", "p", "--slurm"], "exclude"),
    (["--pack", "0"], "--pack"), (["--json"], "--status"),
  ])
  func contradictionsOfTasksAreWrongUsage(words: [String], part: String) throws {
    let scratch = try Tool.Scratch()
    let path = try series("steps: [{verb: layers, model: \"random:squeezenet1_1\"}]", in: scratch)
    let outcome = try Tool.run(executable: Tool.path, ["run", path] + words)
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains(part), "\(outcome.errors)")
  }
}
