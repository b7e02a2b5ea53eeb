import Foundation
import GinghamDatabase
import Testing

@Suite struct DatabaseTests {
  /// A file's name in a folder of its own.
  private final class Scratch {
    let folder = FileManager.default.temporaryDirectory.appending(path: "gingham-\(UUID().uuidString)")
    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: folder) }
    func path(_ name: String) -> String { folder.appending(path: name).path(percentEncoded: false) }
  }

  private static let rows: [[DatabaseValue]] = [
    [1, 0.1, "a'b\"; DROP TABLE t;--"], [-9_223_372_036_854_775_807, -1e300, "zero\0inside"], [nil, nil, ""],
    [3, 5.0, "𝔾 ‮"],
  ]

  private func write(_ path: String) throws {
    let database = try Database(creating: path)
    try database.run("CREATE TABLE t(a INTEGER, b REAL, c TEXT)")
    try database.transaction { try database.insert(into: "t", Self.rows) }
  }

  @Test func whatIsInsertedIsRead() throws {
    let scratch = try Scratch()
    try write(scratch.path("a.sqlite"))
    let database = try Database(reading: scratch.path("a.sqlite"))
    #expect(try database.rows("SELECT * FROM t ORDER BY rowid") == Self.rows)
    #expect(try database.rows("SELECT count(*) FROM t WHERE c = ?", ["a'b\"; DROP TABLE t;--"]) == [[1]])
    #expect(throws: DatabaseError.self) { try database.run("INSERT INTO t VALUES(1,2,3)") }
  }

  @Test func equalStatementsAreEqualBytesAndLeftoversAreGone() throws {
    let scratch = try Scratch()
    for name in ["a", "b"] {
      // What a killed process may have left.
      try Data("half a database".utf8).write(to: URL(filePath: scratch.path(name)))
      try Data("half a journal".utf8).write(to: URL(filePath: scratch.path(name + "-journal")))
      try write(scratch.path(name))
    }
    #expect(FileManager.default.contentsEqual(atPath: scratch.path("a"), andPath: scratch.path("b")))
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.folder.path).sorted() == ["a", "b"])
  }

  @Test func aTransactionThatFailsLeavesNothing() throws {
    let scratch = try Scratch()
    let database = try Database(creating: scratch.path("a"))
    try database.run("CREATE TABLE t(a INTEGER UNIQUE)")
    #expect(throws: DatabaseError.self) {
      try database.transaction { try database.insert(into: "t", [[1], [2], [1]]) }
    }
    #expect(try database.rows("SELECT * FROM t") == [])
  }

  @Test func errorsAreShortAndNameTheFile() throws {
    let scratch = try Scratch()
    try Data((0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 31) }).write(to: URL(filePath: scratch.path("none")))
    for body in [
      { _ = try Database(reading: scratch.path("nowhere")) }, { _ = try Database(reading: scratch.path("none")) },
      { try Database(creating: scratch.path("no/where")).run("") },
      { try Database(creating: scratch.path("a")).run("SELECT " + String(repeating: "x,", count: 5000)) },
    ] as [() throws -> Void] {
      let error = #expect(throws: DatabaseError.self) { try body() }
      let text = error.map { "\($0)" } ?? ""
      #expect(text.hasPrefix("'" + scratch.path("")) && text.count < scratch.path("").count + 80, "\(text)")
    }
  }
}
