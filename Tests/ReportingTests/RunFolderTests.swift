import Foundation
import GinghamReporting
import GinghamTensors
import Testing

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

  @Test func aSecondRunReplacesFilesAndKeepsOthers() throws {
    defer { try? FileManager.default.removeItem(at: scratch) }
    let target = scratch.appending(path: "run")
    for text in ["one", "two"] {
      let folder = try RunFolder(path: target.path(percentEncoded: false))
      try folder.write("\(text).txt", data: Data(text.utf8))
      try folder.write("same.txt", data: Data(text.utf8))
      try folder.commit(manifest())
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: target.path(percentEncoded: false)).sorted()
    #expect(names == ["manifest.json", "one.txt", "same.txt", "two.txt"])
    #expect(try String(contentsOf: target.appending(path: "same.txt"), encoding: .utf8) == "two")
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
