import Foundation
import Testing

@testable import GinghamTensors

/// Files in archives, as Python's zipfile and tarfile make them (`notebooks-scripts/golden/archives.py`).
@Suite struct FileArchiveTests {
  private static let kinds = ["stored.zip", "deflated.zip", "ustar.tar", "gnu.tar", "pax.tar"]

  private final class Scratch {
    let url = FileManager.default.temporaryDirectory.appending(path: "gingham-\(UUID().uuidString)")
    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: url) }

    func file(_ name: String, _ data: Data) throws -> String {
      try data.write(to: url.appending(path: name))
      return url.appending(path: name).path
    }
  }

  private func golden(_ name: String) throws -> String {
    try #require(Bundle.module.resourceURL).appending(path: "Golden/archives/\(name)").path
  }

  private func refusal(_ body: () throws -> Void) throws -> String {
    do {
      try body()
      return "read without complaint"
    } catch let error as FormatError {
      return error.description
    }
  }

  /// Long names, names outside ASCII, empty files, and names that would lead elsewhere if they were paths.
  @Test(arguments: kinds) func filesAreThoseThatPythonPacked(kind: String) throws {
    let contents = try JSONDecoder().decode(
      [String: [String: String]].self, from: Data(contentsOf: URL(filePath: golden("contents.json"))))
    let expected = try #require(contents[kind])
    let archive = try FileArchive.at(golden(kind))
    #expect(Set(archive.names) == Set(expected.keys) && archive.names.count == expected.count)
    for (name, sum) in expected {
      let path = "\(archive.path)/\(name)"
      #expect(FileArchive.holds(path) && FileArchive.leadsInto(path))
      #expect(try FileDigest.sha256(path: path) == sum, "\(name)")
    }
    // A link, a folder, and what only the disk has.
    for name in ["link.bin", "cats", "cats/", "", "../contents.json", "a.bin/b"] {
      #expect(!FileArchive.holds("\(archive.path)/\(name)"), "\(name)")
      #expect(try refusal { _ = try MappedFile(path: "\(archive.path)/\(name)") }.contains("it holds no file"))
    }
  }

  /// Wherever the bytes end, the archive is named as cut off or damaged.
  @Test(arguments: kinds) func halfWrittenArchivesAreNamed(kind: String) throws {
    let scratch = try Scratch()
    let whole = try Data(contentsOf: URL(filePath: golden(kind)))
    // tar pads with blocks of zeros, of which one is the end.
    let end = kind.hasSuffix("tar") ? whole.count - whole.reversed().prefix { $0 == 0 }.count : whole.count
    for length in stride(from: 0, to: end, by: 101) {
      let path = try scratch.file("half\(length).\(kind.suffix(3))", whole.prefix(length))
      let refusal = try refusal { _ = try FileArchive.at(path) }
      #expect(refusal.contains(path), "\(length): \(refusal)")
      #expect(
        ["cut off", "the file is empty", "zip directory", "damaged"].contains { refusal.contains($0) }, "\(refusal)")
    }
  }

  /// A changed byte of a zip's file is found by its checksum; the other files are read.
  @Test(arguments: ["stored.zip", "deflated.zip"]) func damagedMembersAreFound(kind: String) throws {
    let scratch = try Scratch()
    var data = try Data(contentsOf: URL(filePath: golden(kind)))
    let place = try #require(data.range(of: Data("a.bin".utf8))).upperBound + 9
    data[place] ^= 0x10
    let path = try scratch.file("a.zip", data)
    let refusal = try refusal { _ = try MappedFile(path: path + "/a.bin") }
    #expect(refusal.contains("zip entry 'a.bin'") && refusal.contains(path), "\(refusal)")
    #expect(try MappedFile(path: path + "/cats/1.bin").bytes.count == 1200)
  }

  /// A size that the compressed bytes cannot have, or beyond the limit, is refused before there is memory for it; one that is
  /// too small or too large by one is found.
  @Test func bombsAreRefused() throws {
    let scratch = try Scratch()
    let whole = try Data(contentsOf: URL(filePath: golden("deflated.zip")))
    let record = try #require(whole.range(of: Data("PK\u{1}\u{2}".utf8), in: 0..<whole.count))
    let first = try #require(whole.range(of: Data("PK\u{1}\u{2}".utf8), in: record.upperBound..<whole.count))
    for (size, reason) in [(UInt32(1) << 30, "cannot become"), (1279, "damaged"), (1281, "damaged")] {
      var data = whole
      withUnsafeBytes(of: size.littleEndian) {
        data.replaceSubrange((first.lowerBound + 24)..<(first.lowerBound + 28), with: $0)
      }
      let path = try scratch.file("\(size).zip", data)
      let refusal = try refusal { _ = try MappedFile(path: path + "/a.bin") }
      #expect(refusal.contains(reason), "\(refusal)")
    }
  }

  @Test(arguments: [".tar.gz", ".tgz", ".tar.xz"]) func compressedTarsSayWhatToDo(ending: String) throws {
    let scratch = try Scratch()
    let path = try scratch.file("set\(ending)", Data("anything".utf8))
    #expect(FileArchive.isNamed(path))
    #expect(try refusal { _ = try FileArchive.at(path) }.contains("make it a plain one"))
  }

  /// Any byte of the headers may lie: the archive is read or refused, and nothing else.
  @Test func lyingTarsAreReadOrRefused() throws {
    let scratch = try Scratch()
    let whole = try Data(contentsOf: URL(filePath: golden("pax.tar")))
    var generator = SeededGenerator(seed: 5, name: "lies")
    var refused = 0
    for round in 0..<400 {
      var data = whole
      for _ in 0..<3 {
        // In the first blocks, with the sums made right: else every lie would be found by them.
        let block = Int.random(in: 0..<12, using: &generator) * 512
        data[block + Int.random(in: 100..<160, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
        let header = data[block..<(block + 512)]
        let sum = header.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
        data.replaceSubrange((block + 148)..<(block + 156), with: Data(String(format: "%06o\0 ", sum).utf8))
      }
      let path = try scratch.file("\(round).tar", data)
      do {
        for name in try FileArchive.at(path).names { _ = try? MappedFile(path: "\(path)/\(name)") }
      } catch is FormatError {
        refused += 1
      }
    }
    #expect(refused > 40 && refused < 360)
  }

  /// An archive that was replaced is not read from what is remembered of the old one.
  @Test func replacedArchivesAreReadAnew() throws {
    let scratch = try Scratch()
    let path = try scratch.file("set.tar", Data(contentsOf: URL(filePath: golden("gnu.tar"))))
    #expect(FileArchive.holds(path + "/a.bin"))
    try FileManager.default.removeItem(atPath: path)
    _ = try scratch.file("set.tar", Data(count: 1024))
    #expect(try FileArchive.at(path).names.isEmpty && !FileArchive.holds(path + "/a.bin"))
  }
}
