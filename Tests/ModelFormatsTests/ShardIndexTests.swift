import Foundation
import GinghamModelFormats
import GinghamTensors
import Testing

/// Weights over several files, whose list names them.
@Suite struct ShardIndexTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "gingham-shards-\(UUID().uuidString)")

  /// A safetensors file of one number under a name.
  private func write(_ name: String, _ number: Float, at path: String) throws {
    let header = Array(#"{"\#(name)":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#.utf8)
    let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
    let bits = (0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * $0)) }
    let file = folder.appending(path: path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(length + header + bits).write(to: file)
  }

  private func link(_ path: String, to target: String) throws {
    let file = folder.appending(path: path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: target)
  }

  private func list(_ path: String, _ shards: [String: String]) throws {
    let entries = shards.sorted { $0.key < $1.key }.map { #""\#($0)":"\#($1)""# }.joined(separator: ",")
    let file = folder.appending(path: path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(#"{"weight_map":{\#(entries)}}"#.utf8).write(to: file)
  }

  private func table(_ path: String) throws -> WeightTable {
    try WeightTable.load(path: folder.appending(path: path).path)
  }

  @Test func theCacheOfHuggingFaceIsReadThroughItsLinks() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try write("a", 1, at: "models--x/blobs/one")
    try write("b", 2, at: "models--x/blobs/two")
    try list("models--x/blobs/list", ["a": "1.safetensors", "b": "2.safetensors"])
    for (name, blob) in [("1.safetensors", "one"), ("2.safetensors", "two"), ("model.safetensors.index.json", "list")] {
      try link("models--x/snapshots/rev/\(name)", to: "../../blobs/\(blob)")
    }
    let table = try table("models--x/snapshots/rev/model.safetensors.index.json")
    #expect(table.names.sorted() == ["a", "b"])
    #expect(table["a"]?.scalars == [1])
    #expect(table["b"]?.scalars == [2])
  }

  @Test(arguments: ["../elsewhere/a", "/../elsewhere/a"]) func linksThatLeadOutAreRefused(target: String) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try write("a", 1, at: "elsewhere/a")
    try link("model/1.safetensors", to: target.hasPrefix("/") ? folder.path + "/elsewhere/a" : target)
    try list("model/model.safetensors.index.json", ["a": "1.safetensors"])
    #expect {
      try table("model/model.safetensors.index.json")
    } throws: { "\($0)".contains("'1.safetensors' is a link that leads out") }
  }

  @Test(arguments: ["../a.safetensors", "/a.safetensors", "..", "", "nothing.safetensors", "model.index.json"])
  func shardsAreFilesBesideTheList(shard: String) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try write("a", 1, at: "a.safetensors")
    try list("model/model.index.json", ["a": shard])
    #expect(throws: FormatError.self) { try table("model/model.index.json") }
  }
}
