import CSQLite
import Foundation

/// A database of SQLite's in one file. Not for use by several threads at once.
///
/// What is written to a new file with the same statements is the same bytes with the same version of the library.
public final class Database {
  private let path: String
  private let handle: OpaquePointer

  /// A new, empty database. What an earlier process left under the name is removed first, its journal too: the library
  /// would take a journal beside a new file for the way back to an older state.
  ///
  /// The caller puts the finished file in its place, so nothing is synchronised with the disk on the way.
  ///
  /// - Throws: ``DatabaseError``.
  public convenience init(creating path: String) throws {
    for file in ["", "-journal", "-wal", "-shm"].map({ path + $0 }) where unlink(file) != 0 && errno != ENOENT {
      throw DatabaseError(path: path, reason: String(cString: strerror(errno)))
    }
    try self.init(path, flags: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXCLUSIVE)
    try run("PRAGMA page_size=4096; PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE")
  }

  /// A database that is there, to be read. It may be a stranger's: nothing in it runs.
  ///
  /// - Throws: ``DatabaseError``, also where the file is none.
  public convenience init(reading path: String) throws {
    try self.init(path, flags: SQLITE_OPEN_READONLY)
    try check(gingham_sqlite_distrust(handle))
    _ = try rows("SELECT count(*) FROM sqlite_schema")
  }

  private init(_ path: String, flags: Int32) throws {
    self.path = path
    var opened: OpaquePointer?
    let status = sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX, nil)
    guard status == SQLITE_OK, let opened else {
      sqlite3_close_v2(opened)
      throw DatabaseError(path: path, reason: String(cString: sqlite3_errstr(status)))
    }
    handle = opened
  }

  deinit { sqlite3_close_v2(handle) }

  /// Runs statements that come back with nothing, parted by semicolons.
  ///
  /// - Throws: ``DatabaseError``.
  public func run(_ script: String) throws { try check(sqlite3_exec(handle, script, nil, nil, nil)) }

  /// Does `body` whole or not at all.
  ///
  /// - Throws: ``DatabaseError``, and what `body` throws.
  public func transaction(_ body: () throws -> Void) throws {
    try run("BEGIN")
    do {
      try body()
      try run("COMMIT")
    } catch {
      try? run("ROLLBACK")
      throw error
    }
  }

  /// Adds rows to a table, each as long as the first. The statement is prepared once.
  ///
  /// - Parameter table: its name, which is the program's and not a stranger's.
  /// - Throws: ``DatabaseError``.
  public func insert(into table: String, _ rows: some Sequence<[DatabaseValue]>) throws {
    var statement: OpaquePointer?
    defer { sqlite3_finalize(statement) }
    for row in rows {
      if statement == nil {
        let places = row.map { _ in "?" }.joined(separator: ",")
        try check(sqlite3_prepare_v2(handle, "INSERT INTO \(table) VALUES(\(places))", -1, &statement, nil))
      }
      try bind(row, to: statement)
      guard sqlite3_step(statement) == SQLITE_DONE else { throw failure() }
      try check(sqlite3_reset(statement))
    }
  }

  /// What a query finds.
  ///
  /// - Parameter values: stand for the question marks of the query, in order.
  /// - Throws: ``DatabaseError``.
  public func rows(_ query: String, _ values: [DatabaseValue] = []) throws -> [[DatabaseValue]] {
    var statement: OpaquePointer?
    try check(sqlite3_prepare_v2(handle, query, -1, &statement, nil))
    defer { sqlite3_finalize(statement) }
    try bind(values, to: statement)
    var rows: [[DatabaseValue]] = []
    while true {
      switch sqlite3_step(statement) {
      case SQLITE_ROW: rows.append((0..<sqlite3_column_count(statement)).map { Self.value(of: statement, column: $0) })
      case SQLITE_DONE: return rows
      default: throw failure()
      }
    }
  }

  private func bind(_ values: [DatabaseValue], to statement: OpaquePointer?) throws {
    guard sqlite3_bind_parameter_count(statement) == Int32(values.count) else {
      throw DatabaseError(path: path, reason: "a statement takes another number of values than \(values.count)")
    }
    for (index, value) in values.enumerated() { try check(bind(value, to: statement, at: Int32(index + 1))) }
  }

  private func bind(_ value: DatabaseValue, to statement: OpaquePointer?, at place: Int32) -> Int32 {
    switch value {
    case .null: return sqlite3_bind_null(statement, place)
    case .integer(let number): return sqlite3_bind_int64(statement, place, Int64(number))
    case .real(let number): return sqlite3_bind_double(statement, place, number)
    case .text(let text):
      let count = UInt64(text.utf8.count)
      return text.withCString { gingham_sqlite_bind_text(statement, place, $0, count) }
    }
  }

  private static func value(of statement: OpaquePointer?, column: Int32) -> DatabaseValue {
    switch sqlite3_column_type(statement, column) {
    case SQLITE_INTEGER: return .integer(Int(sqlite3_column_int64(statement, column)))
    case SQLITE_FLOAT: return .real(sqlite3_column_double(statement, column))
    case SQLITE_NULL: return .null
    default:
      // Bytes are read as text: nothing here stores any.
      guard let text = sqlite3_column_text(statement, column) else { return .text("") }
      let bytes = UnsafeBufferPointer(start: text, count: Int(sqlite3_column_bytes(statement, column)))
      return .text(String(decoding: bytes, as: UTF8.self))
    }
  }

  private func check(_ status: Int32) throws {
    guard status == SQLITE_OK else { throw failure() }
  }

  private func failure() -> DatabaseError {
    DatabaseError(path: path, reason: String(cString: sqlite3_errmsg(handle)))
  }
}
