import GinghamDatabase
import GinghamReporting

/// `results.sqlite` of a large set: the rows of `results.csv` as a table `pictures` whose numbers are numbers, and `skipped`.
enum SetDatabase {
  static let fileName = "results.sqlite"

  /// `PRAGMA user_version` of the file.
  private static let version = 1

  /// Rows that are added to the database at once.
  private static let portion = 256

  /// - Parameters:
  ///   - columns: the first is `path`, which no two rows have in common.
  ///   - rows: hands over a row after the other, each a field a column.
  /// - Throws: ``DatabaseError``, ``FormatError/unwritable(path:reason:)``, what `rows` does.
  static func write(
    columns: [String], skipped: [SkippedFile], into folder: RunFolder,
    rows: (_ add: @escaping ([String]) throws -> Void) throws -> Void
  ) throws {
    let isText = columns.map { name in
      ["path", "target", "label", "folder"].contains(name)
        || ["verdict", "colours", "content"].contains { name.hasPrefix($0) }
    }
    let types = zip(columns, isText).map { name, isText in "\"\(name)\" \(isText ? "TEXT" : "NUMERIC")" }
    try folder.write(fileName) { path in
      let database = try Database(creating: path)
      try database.run(
        """
        PRAGMA user_version=\(version);
        CREATE TABLE pictures(\(types.joined(separator: ", ")), PRIMARY KEY(path)) WITHOUT ROWID;
        CREATE TABLE skipped(path TEXT PRIMARY KEY, reason TEXT NOT NULL) WITHOUT ROWID;
        """)
      try database.transaction {
        var waiting: [[DatabaseValue]] = []
        func pass() throws {
          try database.insert(into: "pictures", waiting)
          waiting.removeAll(keepingCapacity: true)
        }
        try rows { fields in
          waiting.append(zip(fields, isText).map { value($0, isText: $1) })
          if waiting.count == portion { try pass() }
        }
        try pass()
        try database.insert(into: "skipped", skipped.lazy.map { [.text($0.path), .text($0.reason)] })
      }
    }
  }

  /// An empty field stands for what is not known; what is true is 1.
  private static func value(_ field: String, isText: Bool) -> DatabaseValue {
    if field.isEmpty { return .null }
    if isText { return .text(field) }
    if let truth = Bool(field) { return .integer(truth ? 1 : 0) }
    return Int(field).map(DatabaseValue.integer) ?? Double(field).map(DatabaseValue.real) ?? .text(field)
  }
}
