import Foundation
import GinghamDatabase
import GinghamReporting

/// The tables of `exemplars.sqlite`. The guide "Exemplars" describes them; what changes there changes ``version``.
enum ExemplarDatabase {
  static let fileName = "exemplars.sqlite"

  /// `PRAGMA user_version` of the file.
  private static let version = 1

  private static let tables = """
    PRAGMA user_version=\(version);
    CREATE TABLE pictures(id INTEGER PRIMARY KEY, path TEXT NOT NULL, skipped TEXT);
    CREATE TABLE layers(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, channels INTEGER NOT NULL,
      height INTEGER, width INTEGER);
    CREATE TABLE units(id INTEGER PRIMARY KEY, layer INTEGER NOT NULL REFERENCES layers, channel INTEGER NOT NULL,
      count INTEGER NOT NULL, mean REAL NOT NULL, deviation REAL NOT NULL, minimum REAL NOT NULL, maximum REAL NOT NULL,
      p01 REAL, p05 REAL, p25 REAL, p50 REAL, p75 REAL, p95 REAL, p99 REAL, UNIQUE(layer, channel));
    CREATE TABLE exemplars(unit INTEGER NOT NULL REFERENCES units, rank INTEGER NOT NULL,
      picture INTEGER NOT NULL REFERENCES pictures, activation REAL NOT NULL, y INTEGER, x INTEGER,
      top INTEGER NOT NULL, left INTEGER NOT NULL, bottom INTEGER NOT NULL, right INTEGER NOT NULL,
      PRIMARY KEY(unit, rank)) WITHOUT ROWID;
    CREATE TABLE histograms(unit INTEGER NOT NULL REFERENCES units, low REAL NOT NULL, high REAL NOT NULL,
      count INTEGER NOT NULL, PRIMARY KEY(unit, low)) WITHOUT ROWID;
    """

  private static let shares = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]

  /// - Throws: ``DatabaseError``, ``FormatError/unwritable(path:reason:)``.
  static func write(_ index: ExemplarSearch.Index, into folder: RunFolder) throws {
    try folder.write(fileName) { path in
      let database = try Database(creating: path)
      try database.run(tables)
      try database.transaction {
        try database.insert(
          into: "pictures",
          index.pictures.enumerated().lazy.map { id, path in
            [.integer(id), .text(path), index.reasons[id].map(DatabaseValue.text) ?? .null]
          })
        var unit = 0
        for (id, layer) in index.layers.enumerated() {
          let isMap = layer.fields != nil
          try database.insert(
            into: "layers",
            [
              [
                .integer(id), .text(layer.name), .integer(layer.shape[1]), isMap ? .integer(layer.shape[2]) : .null,
                isMap ? .integer(layer.shape[3]) : .null,
              ]
            ])
          for (channel, activity) in layer.units {
            try write(activity, unit: unit, channel: channel, of: layer, id, index, into: database)
            unit += 1
          }
        }
        try database.run("CREATE INDEX exemplars_by_picture ON exemplars(picture)")
      }
    }
  }

  private static func write(
    _ activity: UnitActivity, unit: Int, channel: Int, of layer: ExemplarSearch.Layer, _ id: Int,
    _ index: ExemplarSearch.Index, into database: Database
  ) throws {
    func real(_ number: Float) -> DatabaseValue { .real(Double(number)) }
    try database.insert(
      into: "units",
      [
        [
          .integer(unit), .integer(id), .integer(channel), .integer(activity.histogram.total), .real(activity.mean),
          .real(activity.deviation), real(activity.least), real(activity.most),
        ] + shares.map { activity.quantile($0).map(real) ?? .null }
      ])
    try database.insert(
      into: "exemplars",
      activity.exemplars.enumerated().map { rank, exemplar in
        let place = layer.place(of: exemplar)
        let crop = layer.crop(of: exemplar, in: index.size)
        return [
          .integer(unit), .integer(rank), .integer(exemplar.picture), real(exemplar.activation),
          place.map { .integer($0.row) } ?? .null, place.map { .integer($0.column) } ?? .null,
          .integer(crop.rows.lowerBound), .integer(crop.columns.lowerBound), .integer(crop.rows.upperBound),
          .integer(crop.columns.upperBound),
        ]
      })
    try database.insert(
      into: "histograms",
      activity.histogram.bars.map { [.integer(unit), real($0.low), real($0.high), .integer($0.count)] })
  }
}
