import GinghamDiagnosis
import GinghamLattices
import GinghamReporting
import GinghamTensors

/// A row a picture of a large set: `results.csv`, and the same in `results.sqlite` (``SetDatabase``).
enum SetTable {
  static let fileName = "results.csv"

  /// - Parameters:
  ///   - columns: the first is `path`, which no two rows have in common.
  ///   - rows: hands over a row after the other, each a field a column.
  /// - Throws: ``DatabaseError``, ``FormatError/unwritable(path:reason:)``, what `rows` does.
  static func write(
    columns: [String], skipped: [SkippedFile], into folder: RunFolder,
    rows: (_ add: ([String]) throws -> Void) throws -> Void
  ) throws {
    try folder.write(fileName) { path in
      try AtomicFile.write(path) { csv in
        func line(_ fields: [String]) throws {
          try csv.append((fields.map(CSVField.quoted).joined(separator: ",") + "\n").utf8)
        }
        try line(columns)
        try SetDatabase.write(columns: columns, skipped: skipped, into: folder) { add in
          try rows { fields in
            try line(fields)
            try add(fields)
          }
        }
      }
    }
  }

  /// A field: empty where there is no value.
  static func field(_ value: (some Any)?) -> String { value.map { "\($0)" } ?? "" }
}

/// What is measured on any picture, as columns of a ``SetTable``.
struct PictureColumns {
  let periods: [Int]

  var names: [String] {
    ["constant", "verdict"]
      + periods.flatMap { period in
        [
          "share", "null", "control", "peak_db", "even_db", "axis_db", "chance", "verdict", "colours", "content",
          "blocks",
        ].map { "\($0)_\(period)" }
      } + [
        "laplacian_variance", "spectral_slope", "high_frequency_share", "total_variation", "banding_levels",
        "empty_bin_share", "mean_ramp_run", "longest_ramp_run",
      ]
  }

  func fields(_ lattice: PictureLatticeFinding, _ faults: PictureFaults?) -> [String] {
    let bands = periods.flatMap { period -> [String] in
      let band = lattice.bands.first { $0.period == period }
      let blocks = faults?.blockiness.first { $0.period == period }
      return [
        SetTable.field(band?.share), SetTable.field(band?.null), SetTable.field(band?.control),
        SetTable.field(band?.peakDecibels), SetTable.field(band?.evenDecibels), SetTable.field(band?.axisDecibels),
        SetTable.field(band?.chance), SetTable.field(band?.verdict.rawValue), SetTable.field(band?.look?.name),
        SetTable.field(band?.content?.rawValue), SetTable.field(blocks?.atOrigin),
      ]
    }
    let (sharpness, banding) = (faults?.sharpness, faults?.banding)
    return ["\(lattice.isConstant)", lattice.verdict.rawValue] + bands + [
      SetTable.field(sharpness?.laplacianVariance), SetTable.field(sharpness?.spectralSlope),
      SetTable.field(sharpness?.highFrequencyShare), SetTable.field(sharpness?.normalizedTotalVariation),
      SetTable.field(banding?.levels), SetTable.field(banding?.emptyBinShare), SetTable.field(banding?.meanRampRun),
      SetTable.field(banding?.longestRampRun),
    ]
  }
}
