import Foundation
import GinghamTensors
import Testing

@testable import GinghamReporting

/// Every special character alone, and with a combining mark before and behind it: as Swift characters those are equal to
/// none of the special ones.
@Suite struct QuotingTests {
  private static let mark = "\u{301}"

  private static func hidden(_ special: String) -> [String] {
    [
      special, special + mark, mark + special, "a" + mark + special + mark + mark, special + "\u{FE0F}",
      special + "\u{200D}",
    ]
  }

  @Test(arguments: ["<", ">", "&", "\"", "'"])
  func markupIsTextWhateverStandsAroundIt(_ special: String) {
    for text in Self.hidden(special) {
      let escaped = HTMLText.escaped(text)
      let rest = escaped.replacing(/&(lt|gt|amp|quot|#39);/.matchingSemantics(.unicodeScalar), with: "")
      #expect(!rest.utf8.contains { "<>&\"'".utf8.contains($0) }, "\(escaped.unicodeScalars.map(\.value))")
      #expect(escaped.utf8.contains(UInt8(ascii: "&")))
    }
  }

  @Test func anAttributeCannotEndInItsValue() {
    var report = HTMLReport(title: "t")
    report.heading("x\"\u{301} onload=alert(1) y=.png")
    report.paragraph("</p\u{301}><script\u{301}>alert(1)</script>")
    let text = String(decoding: report.data, as: UTF8.self)
    #expect(Array(text.utf8).split(separator: UInt8(ascii: "<")).count { $0.starts(with: "script".utf8) } == 1)
    #expect(!text.utf8.contains(0x1b))
  }

  @Test func controlsAreTextInHTML() {
    #expect(HTMLText.escaped("a\u{1B}[31m\u{202E}b\nc") == #"a\u{1B}[31m\u{202E}b"# + "\nc")
  }

  /// What a shell makes of a word.
  private func shell(_ words: [String]) throws -> [String] {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = ["-c", #"printf '%s\0' "# + ShellWord.line(words)]
    process.environment = ["LC_ALL": "C.UTF-8", "HOME": "/nonexistent"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return data.split(separator: 0, omittingEmptySubsequences: false).dropLast()
      .map { String(decoding: $0, as: UTF8.self) }
  }

  @Test func aShellReadsBackWhatWasQuoted() throws {
    let specials = [
      "'", "\"", "\\", "$", "`", ";", "&", "|", "<", ">", "(", ")", "*", "?", "[", "~", "#", " ", "\n", "\t", "\u{1B}",
      "!",
      "{", "=", "%", "\u{202E}",
    ]
    let words =
      [""] + specials.flatMap(Self.hidden)
      + [
        "x; touch /tmp/gingham-was-here", "'\u{301}; touch /tmp/gingham-was-here; '\u{301}",
        "$(touch /tmp/gingham-was-here)",
      ]
    let read = try shell(words)
    #expect(read.count == words.count)
    for (found, word) in zip(read, words) { #expect(Array(found.utf8) == Array(word.utf8)) }
    #expect(!FileManager.default.fileExists(atPath: "/tmp/gingham-was-here"))
    let line = ShellWord.line(words)
    #expect(!line.unicodeScalars.contains { $0.isInvisible })
  }

  @Test func plainWordsStayPlain() {
    #expect(ShellWord.line(["gingham", "layers", "a/b-c_1.onnx", "--x=1,2"]) == "gingham layers a/b-c_1.onnx --x=1,2")
    #expect(ShellWord.quoted("a b") == "'a b'")
    #expect(ShellWord.quoted("größe") == "'größe'")
  }

  /// What is written is read again, whatever stands in the fields; other writers' line ends aside.
  @Test func recordsAreReadAsTheyWereWritten() {
    let records = [
      ["path", "value"], ["a,b\n\"c\"", ""], ["", "\""], ["\"\"", "\n"], ["grün", "\",\"\n"], ["last", "1.5"],
    ]
    let text = records.map { $0.map(CSVField.quoted).joined(separator: ",") }.joined(separator: "\n")
    for ending in ["", "\n"] {
      let read = Array((text + ending).utf8).withUnsafeBytes { Array(CSVField.records(of: $0)) }
      #expect(read == records)
    }
    #expect([UInt8]().withUnsafeBytes { Array(CSVField.records(of: $0)) }.isEmpty)
  }

  @Test func fieldsOfATableAreQuotedByTheByte() {
    #expect(CSVField.quoted("plain") == "plain")
    for special in [",", "\"", "\n", "\r", "\r\n"] {
      for text in Self.hidden(special) {
        let quoted = CSVField.quoted(text)
        #expect(quoted.utf8.first == UInt8(ascii: "\"") && quoted.utf8.last == UInt8(ascii: "\""))
        let inner = Array(quoted.utf8.dropFirst().dropLast())
        #expect(inner.count { $0 == UInt8(ascii: "\"") } == 2 * text.utf8.count { $0 == UInt8(ascii: "\"") })
      }
    }
  }

  @Test func jsonShowsNothingThatATerminalObeys() throws {
    let name = "a\u{1B}[2J\u{9B}\u{7F}\u{202E}\u{E0001}\nb\"\u{301}"
    let data = try JSONValue.object([name: .string(name)]).json()
    let text = String(decoding: data, as: UTF8.self)
    #expect(!text.unicodeScalars.contains { $0.isInvisible && $0 != "\n" })
    let back = try #require(try JSONSerialization.jsonObject(with: data) as? [String: String])
    #expect(back.first?.key == name)
    #expect(Array((back.first?.value ?? "").unicodeScalars) == Array(name.unicodeScalars))
  }

  @Test func cellsOfATextTableHoldOneLine() {
    var table = TextTable([("layer", .left), ("n", .right)])
    table.append(["a\nError: forged\u{1B}[1m", "1"])
    table.append([String(repeating: "x", count: 100_000), "2"])
    let lines = table.description.split(separator: "\n")
    #expect(lines.count == 4)
    #expect(!table.description.unicodeScalars.contains("\u{1B}"))
    #expect(lines.allSatisfy { $0.count < 200 })
  }

  @Test func filesStayInTheirFolder() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("gingham-\(UUID().uuidString)").path
    let folder = try RunFolder(path: path)
    for name in ["../x", "../\u{301}x", "a/../../x", "/x", "/\u{301}x", "a/../\u{301}x"] {
      #expect(throws: FormatError.self) { try folder.write(name, data: Data()) }
    }
    try folder.write("a/\u{301}b", data: Data())
  }
}
