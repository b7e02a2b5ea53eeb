import GinghamDatabase
import GinghamReporting

/// `results.sqlite` of a set: the rows of `results.csv` as a table `pictures` whose numbers are numbers, and `skipped`.
enum GradientDatabase {
  static let fileName = "results.sqlite"

  /// `PRAGMA user_version` of the file.
  private static let version = 1

  /// - Parameter rows: the table as CSV, its header first.
  /// - Throws: ``DatabaseError``, ``FormatError/unwritable(path:reason:)``.
  static func write(rows: UnsafeRawBufferPointer, skipped: [SkippedFile], into folder: RunFolder) throws {
    var rows = CSVField.records(of: rows).makeIterator()
    guard let names = rows.next() else { return }
    let isText = names.map { name in
      ["path", "target", "label", "folder"].contains(name) || name.hasPrefix("verdict")
    }
    let columns = zip(names, isText).map { name, isText in "\"\(name)\" \(isText ? "TEXT" : "NUMERIC")" }
    try folder.write(fileName) { path in
      let database = try Database(creating: path)
      try database.run(
        """
        PRAGMA user_version=\(version);
        CREATE TABLE pictures(\(columns.joined(separator: ", ")), PRIMARY KEY(path)) WITHOUT ROWID;
        CREATE TABLE skipped(path TEXT PRIMARY KEY, reason TEXT NOT NULL) WITHOUT ROWID;
        """)
      try database.transaction {
        try database.insert(
          into: "pictures", IteratorSequence(rows).lazy.map { zip($0, isText).map { value($0, isText: $1) } })
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
