import Foundation
import Gingham
import Testing

@testable import GinghamVerbs

/// Sets of so many pictures that a table takes the place of their findings: the numbers are the same.
@Suite struct LargeSetTests {
  private func findings<Verb: Run>(of run: Verb, few: Int, to path: String) throws -> Verb.Findings {
    var context = RunContext(team: ThreadTeam(threads: 2))
    context.fewFiles = few
    return try run.perform(in: context, command: [], writingTo: path).result.findings
  }

  private func table(_ scratch: SetScratch, _ folder: String) throws -> (columns: [String], rows: [[String]]) {
    let lines = try String(decoding: scratch.contents("\(folder)/results.csv"), as: UTF8.self).split(separator: "\n")
    let rows = lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    return (rows[0], Array(rows.dropFirst()))
  }

  private func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  @Test func measuredRowsAreThePictures() throws {
    let scratch = try SetScratch()
    var settings = MeasureSettings(paths: [scratch.path("set")])
    settings.periods = .search
    let run = MeasureRun(settings: settings)
    let few = try findings(of: run, few: 1000, to: scratch.path("few"))
    let many = try findings(of: run, few: 4, to: scratch.path("many"))
    #expect(few.images.count == 11 && few.table == nil && few.summary == nil && few.count == 11)
    #expect(many.count == 11 && many.table == "results.csv" && many.skipped == few.skipped)
    #expect(try json(many.pooled) == json(few.pooled))
    for file in ["spectrum.png", "radial.png"] {
      #expect(try scratch.contents("few/\(file)") == scratch.contents("many/\(file)"))
    }
    let (columns, rows) = try table(scratch, "many")
    #expect(rows.map { $0[0] } == few.images.map(\.path) && rows.allSatisfy { $0.count == columns.count })
    func column(_ name: String) throws -> [String] {
      let place = try #require(columns.firstIndex(of: name))
      return rows.map { $0[place] }
    }
    let figures = few.images.compactMap { image -> PictureFigures? in
      guard case .picture(let figures) = image.figures else { return nil }
      return figures
    }
    let period = few.periods[0]
    let bands = figures.map { $0.lattice.bands.first { $0.period == period } }
    #expect(try column("share_\(period)").map(Double.init) == bands.map { $0?.share })
    #expect(try column("chance_\(period)").map(Double.init) == bands.map { $0?.chance })
    #expect(try column("verdict") == figures.map(\.lattice.verdict.rawValue))
    #expect(try column("laplacian_variance").map(Double.init) == figures.map { $0.faults?.sharpness.laplacianVariance })
    // Steps at nothing but the edges of blocks are infinitely many times those elsewhere.
    #expect(try column("blocks_\(period)").contains("inf"))
    #expect(try column("found_period").map(Double.init) == figures.map { $0.search?.found?.period })
    let summary = try #require(many.summary)
    #expect(summary.artifacts == figures.count { $0.lattice.verdict == .artifact } && summary.artifacts > 0)
    let excesses = figures.map(\.lattice).filter { !$0.isConstant }.compactMap { lattice in
      lattice.bands.map { $0.share - $0.null }.max()
    }
    #expect(summary.excess?.largest == excesses.max() && summary.excess?.least == excesses.min())
    // The worst stand first.
    let isArtifact = many.images.map { $0.figures.verdict == .artifact }
    #expect(isArtifact == isArtifact.sorted { $0 && !$1 })

    let database = try Database(reading: scratch.path("many/results.sqlite"))
    #expect(try database.rows("SELECT count(*), sum(channels) FROM pictures") == [[.integer(11), .integer(31)]])
    #expect(try database.rows("SELECT count(*) FROM skipped") == [[.integer(1)]])
    let stored = try database.rows("SELECT share_\(period) FROM pictures WHERE path = '\(few.images[0].path)'")
    #expect(stored == [[bands[0].map { .real($0.share) } ?? .null]])
  }

  @Test(arguments: [false, true]) func diagnosedRowsAreThePictures(beside: Bool) throws {
    let scratch = try SetScratch()
    var settings = DiagnoseSettings(paths: [scratch.path("set")])
    if beside { settings.reference = scratch.path("other") }
    let run = DiagnoseRun(settings: settings)
    let few = try findings(of: run, few: 1000, to: scratch.path("few"))
    let many = try findings(of: run, few: 4, to: scratch.path("many"))
    #expect(few.images.count == 11 && few.table == nil && few.count == 11)
    #expect(many.count == 11 && many.table == "results.csv" && many.skipped == few.skipped)
    #expect(try json(many.pooled) == json(few.pooled))
    #expect(try json(many.findings) == json(few.findings) && !few.findings.isEmpty)
    #expect(try json(many.colours) == json(few.colours) && few.colours.isEmpty != beside)
    let (columns, rows) = try table(scratch, "many")
    #expect(rows.map { $0[0] } == few.images.map(\.path) && rows.allSatisfy { $0.count == columns.count })
    func column(_ name: String) throws -> [String] {
      let place = try #require(columns.firstIndex(of: name))
      return rows.map { $0[place] }
    }
    #expect(try column("tile_distance").map(Double.init) == few.images.map(\.tileDistance))
    #expect(try column("blur_sigma").map(Double.init) == few.images.map { $0.blur?.sigma })
    #expect(try column("lightness").map(Double.init) == few.images.map { $0.colour?.lightness })
    for fault in Fault.allCases {
      #expect(try column("has_\(fault.rawValue)") == few.images.map { "\($0.faults.contains(fault))" })
    }
    #expect(many.summary?.pictures == 11 && many.summary?.faultless == few.images.count { $0.faults.isEmpty })
    #expect(many.images[0].faults.count == few.images.map(\.faults.count).max())
    for name in few.findings.compactMap(\.evidence) {
      #expect(try scratch.contents("few/\(name)") == scratch.contents("many/\(name)"))
    }
  }
}
