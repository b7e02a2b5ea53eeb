import GinghamDiagnosis
import GinghamLattices
import GinghamReporting
import GinghamTensors

/// `measure` of a large set: a row a picture in `results.csv` and `results.sqlite`, and what the rows come to.
struct MeasureTable {
  let periods: [Int]
  /// By the pictures' names; `nil` where no period was sought.
  let search: [String: PeriodSearchFigures]?

  /// Pictures that findings show of a large set.
  private static let shown = 20

  /// - Returns: the worst pictures, the worst first, and the sums.
  /// - Throws: ``FormatError``, ``DatabaseError``.
  func write(
    _ survey: PictureSurvey, skipped: [SkippedFile], into folder: RunFolder
  ) throws -> (worst: [MeasuredPicture], summary: MeasureFindings.Summary) {
    var worst: [(picture: MeasuredPicture, rank: Rank)] = []
    var (artifacts, excesses) = (0, [Double]())
    try SetTable.write(columns: columns, skipped: skipped, into: folder) { add in
      try survey.eachPicture { picture in
        try add(row(picture))
        let rank = Rank(picture.figures.lattice)
        if rank.isArtifact { artifacts += 1 }
        if !picture.figures.lattice.isConstant { excesses.append(rank.excess) }
        let place = worst.firstIndex { $0.rank < rank } ?? worst.count
        guard place < Self.shown else { return }
        worst.insert((picture, rank), at: place)
        if worst.count > Self.shown { worst.removeLast() }
      }
    }
    return (
      worst.map(\.picture),
      .init(artifacts: artifacts, excess: excesses.isEmpty ? nil : Quantiles(of: excesses))
    )
  }

  /// How bad a picture is.
  private struct Rank: Comparable {
    var isArtifact: Bool
    /// Of the strongest band.
    var excess: Double

    init(_ lattice: PictureLatticeFinding) {
      isArtifact = lattice.verdict == .artifact
      excess = lattice.bands.map { $0.share - $0.null }.max() ?? 0
    }

    static func < (a: Rank, b: Rank) -> Bool {
      a.isArtifact == b.isArtifact ? a.excess < b.excess : b.isArtifact
    }
  }

  private var columns: [String] {
    ["path", "height", "width", "channels"] + PictureColumns(periods: periods).names
      + ["verdict_moved", "moved_period", "moved_turn", "moved_chance"]
      + (search == nil ? [] : ["found_period", "found_peak_db"])
  }

  private func row(_ picture: MeasuredPicture) -> [String] {
    let (lattice, faults) = (picture.figures.lattice, picture.figures.faults)
    let moved = lattice.moved
    let found = search?[picture.name]?.found
    return [picture.name, "\(picture.height)", "\(picture.width)", "\(lattice.maps)"]
      + PictureColumns(periods: periods).fields(lattice, faults) + [
        SetTable.field(moved?.verdict.rawValue), SetTable.field(moved?.period), SetTable.field(moved?.turn),
        SetTable.field(moved?.chance),
      ] + (search == nil ? [] : [SetTable.field(found?.period), SetTable.field(found?.peakDecibels)])
  }
}
