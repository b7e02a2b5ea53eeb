import Foundation
import GinghamTensors
import Testing

@Suite struct ZipArchiveTests {
  /// A stored archive of one entry "a" with three bytes; every field a reader relies on can be made to lie.
  private struct Archive {
    var method: UInt16 = 0
    var flags: UInt16 = 0
    var packedSize: UInt32 = 3
    var size: UInt32 = 3
    var headerOffset: UInt32 = 0
    var entryCount: UInt16 = 1
    var directoryStart: UInt32?
    var directoryLength: UInt32?
    var localNameLength: UInt16 = 1
    var duplicates = 1

    var bytes: [UInt8] {
      func little(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.littleEndian, Array.init) }
      let local =
        Array("PK\u{3}\u{4}".utf8) + [UInt8](repeating: 0, count: 22) + little(localNameLength) + [0, 0]
        + Array("aXYZ".utf8)
      let record =
        Array("PK\u{1}\u{2}".utf8) + [UInt8](repeating: 0, count: 4) + little(flags) + little(method)
        + [UInt8](repeating: 0, count: 8) + little(packedSize) + little(size) + little(UInt16(1))
        + [UInt8](repeating: 0, count: 12) + little(headerOffset) + Array("a".utf8)
      let directory = [[UInt8]](repeating: record, count: duplicates).flatMap { $0 }
      return local + directory + Array("PK\u{5}\u{6}".utf8) + [0, 0, 0, 0] + little(entryCount) + little(entryCount)
        + little(directoryLength ?? UInt32(directory.count)) + little(directoryStart ?? UInt32(local.count)) + [0, 0]
    }
  }

  private func outcome(_ archive: Archive) throws -> String {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("gingham-\(UUID().uuidString).zip")
    try Data(archive.bytes).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    do {
      let zip = try ZipArchive(MappedFile(path: url.path))
      guard let entry = zip.entry(named: "a") else { return "no entry" }
      return try String(decoding: zip.bytes(of: entry), as: UTF8.self)
    } catch let error as FormatError {
      return error.description
    }
  }

  @Test func storedEntriesAreFound() throws {
    #expect(try outcome(Archive()) == "XYZ")
    #expect(try outcome(Archive(entryCount: 0)) == "no entry")
  }

  @Test func fieldsThatLieAreRefused() throws {
    let cases: [(Archive, String)] = [
      (Archive(method: 8), "the compressed zip entry 'a'"), (Archive(flags: 1), "the encrypted zip entry 'a'"),
      (Archive(size: 4), "stored without compression, but"),
      (Archive(packedSize: 60, size: 60), "run into the directory"),
      (Archive(packedSize: 1 << 30, size: 1 << 30), "claim more bytes than the file has"),
      (Archive(packedSize: .max, size: .max), "not a directory record"), (Archive(headerOffset: 1), "no local header"),
      (Archive(headerOffset: 1 << 31), "no local header"), (Archive(entryCount: 2), "does not lie inside"),
      (Archive(directoryStart: 1 << 31), "does not lie inside"),
      (Archive(directoryLength: 1 << 31), "does not lie inside"),
      (Archive(directoryStart: 3), "not a directory record"),
      (Archive(localNameLength: .max), "run into the directory"),
      (Archive(entryCount: 2, duplicates: 2), "two entries are called 'a'"),
    ]
    for (archive, reason) in cases {
      let outcome = try outcome(archive)
      #expect(outcome.contains(reason), "\(outcome)")
    }
  }
}
