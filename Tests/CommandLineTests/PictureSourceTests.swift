import Foundation
import Gingham
import Testing

/// Pictures from folders, lists, standard input and archives give the same figures in every verb.
@Suite struct PictureSourceTests {
  private static let net = "random:strided_stack?depth=2&width=4&size=32&seed=4"

  /// Three pictures in `set/one` and `set/two`, and the same packed by the system's `tar` and Python's `zipfile`.
  private func pack(_ scratch: Tool.Scratch) throws -> [String] {
    for folder in ["set/one", "set/two"] {
      try FileManager.default.createDirectory(
        at: scratch.url.appending(path: folder), withIntermediateDirectories: true)
    }
    let files = try [("set/one/0.png", 64), ("set/one/1.png", 48), ("set/two/2.png", 56)].map {
      try scratch.picture($0.0, side: $0.1)
    }
    try run("tar", "-cf", "set.tar", "--sort=name", "set", in: scratch)
    try run("python3", "-m", "zipfile", "-c", "set.zip", "set", in: scratch)
    try Data(files.joined(separator: "\n").utf8).write(to: URL(filePath: scratch.path("names.txt")))
    return files
  }

  private func run(_ words: String..., in scratch: Tool.Scratch) throws {
    let outcome = try Tool.run(executable: "/usr/bin/env", words, in: scratch.url)
    try #require(outcome.status == 0, "\(outcome.errors)")
  }

  /// Findings without the names of files.
  private func figures(_ output: String, _ scratch: Tool.Scratch) -> String {
    ["set.tar/set", "set.zip/set"].reduce(output) {
      $0.replacingOccurrences(of: scratch.path($1), with: scratch.path("set"))
    }
  }

  @Test(arguments: [
    ["measure"], ["diagnose"], ["gradient", net, "--target", "layer:output"],
    ["trace", net, "--target", "layer:output"], ["exemplars", net],
  ])
  func figuresDoNotDependOnWhereFilesLie(verb: [String]) throws {
    let scratch = try Tool.Scratch()
    _ = try pack(scratch)
    var number = 0
    func found(_ sources: [String], standardInput: String? = nil) throws -> String {
      number += 1
      let outcome = try Tool.run(
        executable: Tool.path, verb + sources + ["--json", "--threads", "1", "--output", scratch.path("run\(number)")],
        standardInput: standardInput)
      #expect(outcome.status == 0, "\(sources): \(outcome.errors)")
      return figures(outcome.output, scratch)
    }
    let expected = try found([scratch.path("set")])
    #expect(expected.contains("1.png"))
    #expect(try found(["--list", scratch.path("names.txt")]) == expected)
    #expect(try found(["--list", "-"], standardInput: scratch.path("names.txt")) == expected)
    #expect(try found([scratch.path("set.tar")]) == expected)
    #expect(try found([scratch.path("set.zip")]) == expected)
    let manifest = try String(contentsOfFile: scratch.path("run5/manifest.json"), encoding: .utf8)
    #expect(manifest.contains("set.zip\"") && !manifest.contains("set.zip/"))
  }

  @Test func brokenArchivesAreNamedAndBrokenMembersLeftOut() throws {
    let scratch = try Tool.Scratch()
    _ = try pack(scratch)
    var zip = try Data(contentsOf: URL(filePath: scratch.path("set.zip")))
    try zip.prefix(zip.count - 30).write(to: URL(filePath: scratch.path("half.zip")))
    for verb in [["measure"], ["gradient", Self.net]] {
      let half = try Tool.run(
        executable: Tool.path, verb + [scratch.path("half.zip"), "--output", scratch.path("half")])
      #expect(half.status == 1 && half.errors.contains("half.zip") && half.errors.contains("cut off"), "\(half.errors)")
      #expect(!FileManager.default.fileExists(atPath: scratch.path("half")))
    }
    let member = try #require(zip.range(of: Data("1.png".utf8))).upperBound + 200
    zip[member] ^= 0xff
    try zip.write(to: URL(filePath: scratch.path("bad.zip")))
    let bad = try Tool.run("measure", scratch.path("bad.zip"), "--json")
    #expect(bad.status == 2, "\(bad.errors)")
    let skipped = try #require(bad.json()["skipped"] as? [[String: Any]])
    #expect(skipped.count == 1 && (skipped.first?["path"] as? String)?.hasSuffix("one/1.png") == true)
    #expect((skipped.first?["reason"] as? String)?.contains("damaged") == true)
  }

  /// Names in an archive are a stranger's: shown as text, and no place that is written to.
  @Test func namesInArchivesAreText() throws {
    let scratch = try Tool.Scratch()
    let script = """
      import tarfile
      with tarfile.open('evil.tar', 'w') as archive:
          for name in ['../../up.png', '/tmp/absolute.png', 'a\\x1b[31mred.png', '<img src=x onerror=alert(1)>.png']:
              entry = archive.gettarinfo('one.png', name)
              entry.name = name
              archive.addfile(entry, open('one.png', 'rb'))
      """
    _ = try scratch.picture("one.png")
    try run("python3", "-c", script, in: scratch)
    let before = try scratch.contents
    let outcome = try Tool.run(
      "gradient", Self.net, "--target", "layer:output", scratch.path("evil.tar"), "--output", scratch.path("run"))
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(!(outcome.output + outcome.errors).contains("\u{1b}"))
    #expect(try scratch.contents == (before + ["run"]).sorted())
    let made = try FileManager.default.subpathsOfDirectory(atPath: scratch.path("run"))
    #expect(made.contains("up/heatmap.png") && made.allSatisfy { !$0.contains("..") })
  }

  @Test func probeTakesClassesFromFolders() throws {
    let scratch = try Tool.Scratch()
    for folder in ["3", "7"] {
      try FileManager.default.createDirectory(
        at: scratch.url.appending(path: "set/\(folder)"), withIntermediateDirectories: true)
      _ = try scratch.picture("set/\(folder)/a.png")
    }
    try run("tar", "-cf", "set.tar", "--sort=name", "set", in: scratch)
    for source in ["set", "set.tar"] {
      let outcome = try Tool.run(
        "probe", "random:squeezenet1_1?size=64&classes=10", scratch.path(source), "--labels", "folder", "--json",
        "--attack", "fgsm", "--epsilon", "1/255", "--no-pictures", "--output", scratch.path("run-" + source))
      #expect(outcome.status == 0, "\(outcome.errors)")
      let pictures = try #require(outcome.json()["pictures"] as? [[String: Any]])
      #expect(pictures.map { $0["label"] as? Int } == [3, 7])
    }
  }

  @Test func pictureOrListIsNeeded() throws {
    for verb in [["measure"], ["diagnose"], ["gradient", Self.net], ["probe", Self.net], ["exemplars", Self.net]] {
      let outcome = try Tool.run(executable: Tool.path, verb)
      #expect(outcome.status == 64 && outcome.errors.contains("--list"), "\(verb): \(outcome.errors)")
    }
  }
}
