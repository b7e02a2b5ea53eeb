import Foundation
import Gingham
import Testing

@testable import GinghamVerbs

/// Where pictures come from: whichever way they are named, the same files.
@Suite struct InputFilesTests {
  private final class Scratch {
    let url = FileManager.default.temporaryDirectory.appending(path: "gingham-\(UUID().uuidString)")

    init() throws {
      for (folder, name) in [("set/cats", "10.png"), ("set/cats", "9.png"), ("set/dogs", "1.png"), ("set", ".hidden")] {
        try FileManager.default.createDirectory(at: url.appending(path: folder), withIntermediateDirectories: true)
        try Data(name.utf8).write(to: url.appending(path: "\(folder)/\(name)"))
      }
    }

    deinit { try? FileManager.default.removeItem(at: url) }
    func path(_ name: String) -> String { url.appending(path: name).path(percentEncoded: false) }
  }

  /// A tar archive of empty files.
  private func tar(_ names: [String]) -> Data {
    var data = Data()
    for name in names {
      var header = Data(count: 512)
      header.replaceSubrange(0..<name.utf8.count, with: Data(name.utf8))
      header[156] = UInt8(ascii: "0")
      header.replaceSubrange(148..<156, with: Data(repeating: 32, count: 8))
      let sum = header.reduce(0) { $0 + Int($1) }
      header.replaceSubrange(148..<156, with: Data(String(format: "%06o\0 ", sum).utf8))
      data += header
    }
    return data + Data(count: 1024)
  }

  @Test func foldersListsAndArchivesStandForFiles() throws {
    let scratch = try Scratch()
    let inFolder = ["cats/9.png", "cats/10.png", "dogs/1.png"]
    let files = inFolder.map { scratch.path("set/\($0)") }
    #expect(try InputFiles.files([scratch.path("set")]) == files)
    try Data((files + [scratch.path("gone.png")]).joined(separator: "\n").utf8)
      .write(to: URL(filePath: scratch.path("names")))
    // A name in a list that stands for nothing is told by whoever reads it.
    #expect(try InputFiles.files(["@" + scratch.path("names")]) == files + [scratch.path("gone.png")])
    let archive = scratch.path("set.tar")
    try tar(inFolder + [".hidden", "a/._b", "../up.png"]).write(to: URL(filePath: archive))
    let members = (inFolder + ["../up.png"]).map { "\(archive)/\($0)" }
    #expect(try InputFiles.files([archive]) == members)
    #expect(try InputFiles.files([scratch.path("*.tar")]) == members)
    #expect(try InputFiles.files([members[1], members[1]]) == [members[1]])
    #expect(try InputFiles.listed(["gone", archive]) == ["gone"] + members)
    // A record names the archive, whose digest stands for all that is in it.
    #expect(InputFiles.recorded([archive, scratch.path("set/dogs")]) == [archive, files[2]])
    #expect(throws: MeasureError.self) { try InputFiles.files([archive + "/none.png"]) }
  }

  @Test func brokenArchivesEndTheRun() throws {
    let scratch = try Scratch()
    let archive = scratch.path("set.tar")
    try tar(["a.png"]).dropLast(1024).write(to: URL(filePath: archive))
    #expect(throws: FormatError.self) { try InputFiles.listed([archive]) }
    #expect(throws: FormatError.self) { try InputFiles.files([archive]) }
    #expect(InputFiles.recorded([archive]) == [archive])
  }

  /// A folder's name is a class by number or by name, however it is written.
  @Test func foldersNameClasses() throws {
    let scratch = try Scratch()
    try Data("tabby\nEgyptian cat\n".utf8).write(to: URL(filePath: scratch.path("classes.txt")))
    let names = try ClassNames(path: scratch.path("classes.txt"), beside: nil)
    let label = try #require(try LabelSource(parsing: "folder").reader(names: names, classes: 2))
    #expect(try label("set/egyptian_cat/1.png") == 1)
    #expect(try label("set.tar/Tabby/1.png") == 0)
    #expect(try label("set/001/1.png") == 1)
    #expect(throws: LabelError.outOfRange(label: 7, path: "7/1.png", classes: 2)) { try label("7/1.png") }
    #expect(throws: LabelError.unknownFolder(name: "tabi", path: "tabi/1.png", nearest: ["tabby"])) {
      try label("tabi/1.png")
    }
  }
}
