import Foundation
import GinghamTensors
import Testing

@testable import GinghamReporting

@Suite struct RunFolderTests {
  private let scratch = FileManager.default.temporaryDirectory.appending(path: "gingham-\(UUID().uuidString)")

  private func manifest() -> Manifest {
    Manifest(
      command: ["gingham", "test"], version: "0", model: "random:resnet18", modelDigest: nil, backend: "fast",
      threads: 2, seed: 7, parameters: ["target": "top", "rate": 0.5, "none": .null],
      started: Date(timeIntervalSince1970: 0))
  }

  @Test func nothingAppearsBeforeTheRunIsComplete() throws {
    defer { try? FileManager.default.removeItem(at: scratch) }
    let target = scratch.appending(path: "run").path(percentEncoded: false)
    let folder = try RunFolder(path: target)
    try folder.write("a/findings.json", data: Data("{}".utf8))
    #expect(!FileManager.default.fileExists(atPath: target))
    try folder.commit(manifest())
    #expect(try FileManager.default.contentsOfDirectory(atPath: target).sorted() == ["a", "manifest.json"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path(percentEncoded: false)) == ["run"])
  }

  @Test func figuresSayWhatTheyAreOf() {
    var subject = FigureSubject()
    #expect(subject.signature(of: "spectrum.png") == "")
    (subject.net, subject.pictures) = ("resnet18", "cat.png and 3 more")
    subject.folders["dog"] = "dog.jpg"
    #expect(subject.signature(of: "spectrum.png") == "resnet18, cat.png and 3 more")
    #expect(subject.signature(of: "dog/spectrum.png") == "resnet18, dog.jpg")
    #expect(subject.signature(of: "layers/spectrum.png") == "resnet18, cat.png and 3 more")
  }

  @Test func aRunThatFailsLeavesNothing() throws {
    defer { try? FileManager.default.removeItem(at: scratch) }
    func fail() throws {
      let folder = try RunFolder(path: scratch.appending(path: "run").path(percentEncoded: false))
      try folder.write("half.json", data: Data("{".utf8))
      throw FormatError.unwritable(path: "b", reason: "as a test")
    }
    #expect(throws: FormatError.self) { try fail() }
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path(percentEncoded: false)).isEmpty)
  }

  private func write(_ names: [String], _ text: String, identity: String?, replaces: Bool = false) throws {
    let folder = try RunFolder(path: target, identity: identity, replaces: replaces)
    for name in names { try folder.write(name, data: Data(text.utf8)) }
    try folder.commit(manifest())
  }

  private var target: String { scratch.appending(path: "run").path(percentEncoded: false) }
  private var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: target).sorted() }
  }

  @Test func otherFilesAreNeitherMixedNorLost() throws {
    defer { try? FileManager.default.removeItem(at: scratch) }
    try write(["one.txt", "same.txt"], "one", identity: "a")
    // A whole run is followed by another one, of which nothing is mixed with it.
    try write(["two.txt", "same.txt"], "two", identity: "b")
    #expect(try names == ["manifest.json", "same.txt", "two.txt"])
    // The same run again takes its own place.
    try write(["three.txt"], "three", identity: "b")
    #expect(try names == ["manifest.json", "three.txt"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path(percentEncoded: false)) == ["run"])
    // Somebody's own file beside them, and somebody's own folder.
    let note = target + "/note.txt"
    try Data().write(to: URL(filePath: note))
    #expect(throws: RunFolderError.self) { try write(["four.txt"], "four", identity: "b") }
    try FileManager.default.removeItem(atPath: note)
    try FileManager.default.removeItem(atPath: target + "/manifest.json")
    #expect(throws: RunFolderError.self) { try write(["four.txt"], "four", identity: "b") }
  }

  @Test func anEmptyFolderIsTaken() throws {
    defer { try? FileManager.default.removeItem(at: scratch) }
    try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
    try write(["one.txt"], "one", identity: nil)
    #expect(try names == ["manifest.json", "one.txt"])
  }

  @Test func linksStayAndWhatTheyPointToIsWritten() throws {
    defer { try? FileManager.default.removeItem(at: scratch) }
    let real = scratch.appending(path: "elsewhere/real").path(percentEncoded: false)
    try FileManager.default.createDirectory(atPath: real, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: target, withDestinationPath: real)
    try write(["one.txt"], "one", identity: "a")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: target) == real)
    #expect(try FileManager.default.contentsOfDirectory(atPath: real).sorted() == ["manifest.json", "one.txt"])
  }

  @Test func whatIsKeptWaitsForTheSameRun() throws {
    defer { try? FileManager.default.removeItem(at: scratch) }
    func stop(_ identity: String?) throws -> [String] {
      let folder = try RunFolder(path: target, identity: identity)
      let found = ["kept", "other"].filter { FileManager.default.fileExists(atPath: folder.keepsake($0)) }
      try folder.keep("kept") { try Data("k".utf8).write(to: URL(filePath: $0)) }
      try folder.write("stale.txt", data: Data("s".utf8))
      return found
    }
    #expect(try stop("a").isEmpty)
    #expect(try stop("a") == ["kept"])
    #expect(!FileManager.default.fileExists(atPath: target))
    // Another run in the same place begins anew, and so does one without a name.
    #expect(try stop("b").isEmpty)
    #expect(try stop(nil).isEmpty)
    #expect(try stop(nil).isEmpty)
    #expect(try stop("b").isEmpty)
    // Files of the one before that the run itself did not write do not appear.
    try write(["one.txt"], "one", identity: "b")
    #expect(try names == ["manifest.json", "one.txt"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path(percentEncoded: false)) == ["run"])
  }

  @Test func filesOfTheRunBeforeAreTakenOver() throws {
    defer { try? FileManager.default.removeItem(at: scratch) }
    try write(["a/one.txt", "b.txt"], "one", identity: "a")
    let folder = try RunFolder(path: target, identity: "b", replaces: true)
    #expect(folder.adopt("a/one.txt"))
    #expect(!folder.adopt("none.txt") && !folder.adopt("../x"))
    try folder.commit(manifest())
    #expect(try names == ["a", "manifest.json"])
    #expect(try String(contentsOfFile: target + "/a/one.txt", encoding: .utf8) == "one")
  }

  @Test func oneProcessWritesAFolder() throws {
    defer { try? FileManager.default.removeItem(at: scratch) }
    let folder = try RunFolder(path: target, identity: "a")
    #expect(throws: RunFolderError.busy(path: target)) { _ = try RunFolder(path: target, identity: "a") }
    try folder.commit(manifest())
    #expect(try names == ["manifest.json"])
  }

  /// What killed processes leave beside a run goes with the next run there, but not what is kept, or is somebody's.
  @Test func leftoversGoWithTheNextRun() throws {
    defer { try? FileManager.default.removeItem(at: scratch) }
    let manager = FileManager.default
    for (name, kept) in [("dead", false), ("waiting", true)] {
      let workshop = scratch.appending(path: ".gingham-\(name)").path(percentEncoded: false)
      try manager.createDirectory(atPath: workshop + "/files", withIntermediateDirectories: true)
      try Data("x".utf8).write(to: URL(filePath: workshop + "/identity"))
      guard kept else { continue }
      try manager.createDirectory(atPath: workshop + "/keepsakes", withIntermediateDirectories: true)
      try Data().write(to: URL(filePath: workshop + "/keepsakes/part"))
    }
    let foreign = scratch.appending(path: ".gingham-mine").path(percentEncoded: false)
    try manager.createDirectory(atPath: foreign, withIntermediateDirectories: true)
    try write(["one.txt"], "one", identity: "a")
    #expect(
      try manager.contentsOfDirectory(atPath: scratch.path(percentEncoded: false)).sorted() == [
        ".gingham-mine", ".gingham-waiting", "run",
      ])
  }

  /// Killed between the two renames of an exchange: the old folder comes back.
  @Test func anExchangeThatWasCutShortIsUndone() throws {
    defer { try? FileManager.default.removeItem(at: scratch) }
    try write(["one.txt"], "one", identity: "a")
    let workshop = scratch.appending(path: ".gingham-run").path(percentEncoded: false)
    try FileManager.default.createDirectory(atPath: workshop, withIntermediateDirectories: true)
    try FileManager.default.moveItem(atPath: target, toPath: workshop + "/before")
    _ = try RunFolder(path: target, identity: "b")
    #expect(try names == ["manifest.json", "one.txt"])
  }

  @Test func aFolderThatCannotBeMadeSaysWhy() throws {
    defer { try? FileManager.default.removeItem(at: scratch) }
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    let file = scratch.appending(path: "file")
    try Data().write(to: file)
    let error = #expect(throws: FormatError.self) {
      _ = try RunFolder(path: file.appending(path: "run").path(percentEncoded: false))
    }
    #expect(error?.description.contains("Not a directory") == true)
  }

  @Test func manifestsHoldTheirKeys() throws {
    let json = try JSONSerialization.jsonObject(with: manifest().json()) as? [String: Any]
    #expect(json?["started"] as? String == "1970-01-01T00:00:00Z")
    #expect(json?["seed"] as? Int == 7)
    #expect((json?["parameters"] as? [String: Any])?["rate"] as? Double == 0.5)
    #expect(json?["model_sha256"] == nil)
  }
}

@Suite struct FileDigestTests {
  /// The test vector of FIPS 180-2 for "abc".
  @Test func sha256FollowsTheStandard() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "gingham-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data("abc".utf8).write(to: file)
    #expect(
      try FileDigest.sha256(path: file.path(percentEncoded: false))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(throws: FormatError.self) { try FileDigest.sha256(path: "/nowhere") }
  }
}

@Suite struct JSONTests {
  @Test func equalValuesAreEqualBytes() throws {
    let value: JSONValue = ["b": 1, "a": [.number(.infinity), .number(.nan), "x/y"]]
    let text = try #require(String(bytes: value.json(), encoding: .utf8))
    #expect(text == "{\n  \"a\" : [\n    \"inf\",\n    \"nan\",\n    \"x/y\"\n  ],\n  \"b\" : 1\n}\n")
  }
}
