import Foundation
import GinghamModelFormats
import GinghamTensors
import Testing

@Suite struct SafeTensorsTests {
  @Test func filesOfTheReferenceImplementationAreRead() throws {
    let table = try WeightTable.load(path: GoldenWeights.path("state.safetensors"))
    try GoldenWeights.expect(table, equals: "state.safetensors")
    #expect(table.metadata == ["format": "pt", "note": "line\n\"quoted\" ü"])
    #expect(table.type(of: "bfloat16") == .bfloat16)
  }

  @Test func writtenTablesAreReadBackBitForBit() throws {
    let tensors: [(name: String, tensor: Tensor)] = [
      ("b", Tensor([2, 3], [0, -0.0, .infinity, .leastNonzeroMagnitude, .pi, -1])),
      ("a \"quoted\" \\ \u{1} ü", Tensor([], [7])),
      ("empty", Tensor([0, 4])),
    ]
    try withTemporaryFile([]) { path throws in
      try WeightTable(path: "memory", tensors, metadata: ["k": "v\n"]).write(safeTensors: path)
      let table = try WeightTable.load(path: path)
      #expect(table.names == tensors.map(\.name))
      #expect(table.metadata == ["k": "v\n"])
      for (name, tensor) in tensors {
        #expect(table.shape(of: name) == tensor.shape)
        #expect(table[name]?.scalars.map(\.bitPattern) == tensor.scalars.map(\.bitPattern))
      }
      let header = try Data(contentsOf: URL(fileURLWithPath: path)).prefix(8)
      #expect(header[0] % 8 == 0, "the buffer does not start at a multiple of 8 bytes")
    }
  }

  @Test func aFailedWriteLeavesNothingBehind() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("gingham-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let table = WeightTable(path: "memory", [("w", Tensor([1]))])
    // A folder cannot be replaced by a file, so the rename at the end fails.
    let target = folder.appendingPathComponent("taken")
    try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
    #expect(throws: FormatError.self) { try table.write(safeTensors: target.path) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["taken"])
    #expect(throws: FormatError.self) { try table.write(safeTensors: folder.path + "/absent/w.safetensors") }
  }

  private func file(_ header: String, buffer: Int = 0, length: UInt64? = nil) -> [UInt8] {
    withUnsafeBytes(of: (length ?? UInt64(header.utf8.count)).littleEndian, Array.init) + header.utf8
      + [UInt8](repeating: 0, count: buffer)
  }

  private func entry(_ name: String, _ shape: String, _ begin: String, _ end: String, dtype: String = "F32") -> String {
    "\"\(name)\":{\"dtype\":\"\(dtype)\",\"shape\":\(shape),\"data_offsets\":[\(begin),\(end)]}"
  }

  @Test func theHandWrittenFormIsReadable() throws {
    let header = "{\(entry("a", "[2]", "0", "8")) , \n \(entry("\\u00fc\\ud83d\\ude00\\/", "[]", "8", "12"))}   "
    try withTemporaryFile(file(header, buffer: 12)) { path throws in
      #expect(try WeightTable.load(path: path).names == ["a", "ü😀/"])
    }
    #expect(try refusal(of: file("{}")) == nil)
  }

  @Test func everyRuleOfTheFormatIsEnforced() throws {
    let a = entry("a", "[2]", "0", "8")
    let cases: [(bytes: [UInt8], reason: String)] = [
      (file("{\(a),\(entry("b", "[2]", "4", "12"))}", buffer: 12), "overlaps another"),
      (file("{\(a),\(entry("b", "[1]", "12", "16"))}", buffer: 16), "leaves a hole"),
      (file("{\(entry("b", "[1]", "4", "8"))}", buffer: 8), "leaves a hole"),
      (file("{\(a)}", buffer: 9), "1 bytes belong to no tensor"),
      (file("{\(a)}", buffer: 7), "beyond the buffer of 7 bytes"),
      (file("{\(entry("a", "[2]", "8", "0"))}", buffer: 8), "run backwards"),
      (file("{\(entry("a", "[3]", "0", "8"))}", buffer: 8), "does not take 8 bytes"),
      (file("{\(entry("a", "[4611686018427387904,4]", "0", "8"))}", buffer: 8), "does not take 8 bytes"),
      (file("{\(entry("a", "[9223372036854775807]", "0", "8"))}", buffer: 8), "does not take 8 bytes"),
      (file("{\(entry("a", "[9223372036854775808]", "0", "8"))}", buffer: 8), "whole number"),
      (file("{\(entry("a", "[-1]", "0", "8"))}", buffer: 8), "whole number"),
      (file("{\(entry("a", "[2.0]", "0", "8"))}", buffer: 8), "']' expected"),
      (file("{\(entry("a", "[02]", "0", "8"))}", buffer: 8), "whole number"),
      (file("{\(entry("a", "[[2]]", "0", "8"))}", buffer: 8), "whole number"),
      (file("{\(entry("a", "[\(String(repeating: "1,", count: 64))2]", "0", "8"))}", buffer: 8), "too many numbers"),
      (file("{\(entry("a", "[2]", "0", "8", dtype: "F33"))}", buffer: 8), "unknown dtype 'F33'"),
      (file("{\(entry("a", "[8]", "0", "8", dtype: "F8_E4M3"))}", buffer: 8), "dtype F8_E4M3"),
      (file("{\(a),\(a)}", buffer: 8), "the key 'a' comes twice"),
      (file("{\(a),\(entry("\\u0061", "[2]", "8", "16"))}", buffer: 16), "the key 'a' comes twice"),
      (
        file("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", buffer: 8),
        "comes twice"
      ),
      (file("{\"a\":{\"shape\":[2],\"data_offsets\":[0,8]}}", buffer: 8), "has no dtype"),
      (file("{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}}", buffer: 8), "has no shape"),
      (file("{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", buffer: 8), "no pair of data_offsets"),
      (file("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}}", buffer: 8), "no pair of data_offsets"),
      (
        file("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"x\":1}}", buffer: 8), "unknown field 'x'"
      ),
      (file("{\"__metadata__\":{\"a\":1}}"), "'\"' expected"),
      (file("{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}"), "comes twice"),
      (file("{\(a)}x", buffer: 8), "something other than spaces"), (file("{\(a),}", buffer: 8), "'\"' expected"),
      (file("{\"a", buffer: 8), "a string does not end"), (file("{\"a\\x\":1}"), "unknown escape"),
      (file("{\"\\ud800\":1}"), "half a surrogate"), (file("{\"\\ud800\\u0041\":1}"), "half a surrogate"),
      (file("{\"\\u+041\":1}"), "four hexadecimal digits"), (file("{\"\u{1}\":1}"), "control character"),
      (file("{\(a)", buffer: 0), "'}' expected"), (file("{\(a)}", buffer: 8, length: 100_000_001), "more than the"),
      (file("{\(a)}", buffer: 8, length: .max), "more than the"),
      (file("{\(a)}", length: 99_999), "do not fit the file"),
      (withUnsafeBytes(of: UInt64(4), Array.init) + [0x7b, 0x22, 0xff, 0x22], "not UTF-8"),
      (file("{", length: 0), "does not start with '{'"),
    ]
    for (bytes, reason) in cases {
      let message = try refusal(of: bytes) ?? "read without complaint"
      #expect(message.contains(reason), "\(message) instead of \(reason)")
    }
  }

  @Test func aMillionOpeningBracketsAreRefused() throws {
    let nested = "{\"a\":" + String(repeating: "[", count: 1_000_000)
    #expect(try refusal(of: file(nested))?.contains("'{' expected") == true)
  }
}
