import Foundation
import Testing

/// Whoever doubts a golden number can make it again: beside every golden file stand the script and the versions that made
/// it. Folders of somebody else's pictures say in a README where these are from.
struct GoldenRecordTests {
  private struct Entry: Decodable {
    let script: String
    let versions: [String: String]
  }

  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private static func files(in folder: URL) throws -> [String] {
    let manager = FileManager.default
    return try manager.subpathsOfDirectory(atPath: folder.path).filter { name in
      var isFolder: ObjCBool = false
      return manager.fileExists(atPath: folder.appending(path: name).path, isDirectory: &isFolder)
        && !isFolder.boolValue
    }
  }

  /// The nearest record above a file, and what it calls the file.
  private static func record(of file: URL, in golden: URL) -> (URL, String)? {
    var (folder, name) = (file.deletingLastPathComponent(), file.lastPathComponent)
    while folder.path.hasPrefix(golden.path) {
      let record = folder.appending(path: "made_with.json")
      if FileManager.default.fileExists(atPath: record.path) { return (record, name) }
      name = folder.lastPathComponent + "/" + name
      folder = folder.deletingLastPathComponent()
    }
    return nil
  }

  @Test func everyGoldenFileSaysWhatMadeIt() throws {
    let tests = Self.root.appending(path: "Tests")
    let requirements = try String(
      contentsOf: Self.root.appending(path: "notebooks-scripts/golden/requirements.txt"), encoding: .utf8)
    var count = 0
    for suite in try FileManager.default.contentsOfDirectory(atPath: tests.path).sorted() {
      let golden = tests.appending(path: "\(suite)/Golden")
      guard FileManager.default.fileExists(atPath: golden.path) else { continue }
      for name in try Self.files(in: golden)
      where !["made_with.json", "README.md"].contains(URL(filePath: name).lastPathComponent) {
        let file = golden.appending(path: name)
        let origin = file.deletingLastPathComponent().appending(path: "README.md")
        if FileManager.default.fileExists(atPath: origin.path) { continue }
        let (record, key) = try #require(Self.record(of: file, in: golden), "\(suite)/\(name) has no record")
        let entries = try JSONDecoder().decode([String: Entry].self, from: Data(contentsOf: record))
        let entry = try #require(entries[key], "\(suite)/\(name) is not in its record")
        let script = Self.root.appending(path: "notebooks-scripts/golden/\(entry.script)")
        #expect(FileManager.default.fileExists(atPath: script.path), "\(entry.script) of \(name)")
        #expect(entry.versions["python"] != nil, "\(name)")
        for package in entry.versions.keys where package != "python" {
          #expect(requirements.contains("\n\(package)=="), "\(package) of \(name) is not pinned")
        }
        count += 1
      }
    }
    #expect(count > 100)
  }
}
