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

  private static let generator = "dcgan_generator?features=4&latent=8&kernel=5"

  /// Two portions and a part of a third; nothing that is made of them shows that they were never together.
  @Test func generatedRowsAreTheSamples() throws {
    let scratch = try SetScratch()
    var settings = GenerateSettings()
    (settings.samples, settings.seed) = (37, 3)
    let run = GenerateRun(ModelSource("random:" + Self.generator), settings: settings)
    let few = try findings(of: run, few: 1000, to: scratch.path("few"))
    let many = try findings(of: run, few: 4, to: scratch.path("many"))
    #expect(few.images.count == 37 && few.table == nil && many.images.count == 20 && many.table == "results.csv")
    #expect(try json(many.pooled) == json(few.pooled) && json(many.colour) == json(few.colour))
    #expect(few.colour != nil && few.samples == 37 && many.samples == 37)
    for file in ["samples.npy", "latents.npy", "contact-sheet.png", "spectrum.png", "colours.png", "samples/0003.png"] {
      #expect(try scratch.contents("few/\(file)") == scratch.contents("many/\(file)"), "\(file)")
    }
    #expect(try scratch.files("few/samples").count == 37 && scratch.files("many/samples").count == 4)
    let (columns, rows) = try table(scratch, "many")
    #expect(rows.map { $0[0] } == few.images.map(\.path) && rows.allSatisfy { $0.count == columns.count })
    // What is written portion by portion is what the net makes of all latents.
    let sampler = try PictureSampler(ModelSource("random:" + Self.generator).load(), team: .alone)
    #expect(try Tensor(npy: scratch.path("many/samples.npy")) == sampler.samples(37, seed: 3))
    let whole = try PictureSurvey.measure(
      sampler.samples(37, seed: 3), periods: Periods.usual.list, on: .alone, name: { "\($0)" })
    #expect(try json(whole.pooled) == json(few.pooled))
  }

  /// The change from one checkpoint to the next is that of all their samples.
  @Test func trackedSamplesAreNeverTogether() throws {
    let scratch = try SetScratch()
    var files: [String] = []
    for seed in [1, 2] {
      let network = try Architectures.network(parsing: Self.generator + "&seed=\(seed)")
      let tensors = network.constants.sorted { $0.key < $1.key }.compactMap { value, constant in
        constant.tensor.map { (name: network.name(of: value), tensor: $0) }
      }
      files.append(scratch.path("g_\(seed).safetensors"))
      try WeightTable(path: files[seed - 1], tensors).write(safeTensors: files[seed - 1])
    }
    var settings = TrackSettings(checkpoints: files)
    settings.samples = 37
    var source = ModelSource(files[0])
    source.architecture = Self.generator
    let run = TrackRun(source, settings: settings)
    let few = try findings(of: run, few: 1000, to: scratch.path("few"))
    let many = try findings(of: run, few: 4, to: scratch.path("many"))
    #expect(try json(many) == json(few) && few.samples == 37)
    func samples(_ index: Int) throws -> Tensor {
      var source = source
      source.specification = files[index]
      return try PictureSampler(source.load(), team: .alone).samples(37, seed: 0)
    }
    let (first, second) = (try samples(0).scalars, try samples(1).scalars)
    let squares = zip(second, first).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
    let change = try #require(few.checkpoints[1].change)
    #expect(abs(change - 255 * (squares / Double(first.count)).squareRoot()) < 1e-6 * change && change > 0)
    #expect(few.checkpoints[0].change == nil)
    let mean = first.reduce(0.0) { $0 + Double($1) } / Double(first.count)
    #expect(abs(few.checkpoints[0].level.mean - mean) < 1e-9)
  }

  /// A manifest that would be all about files has them in a table, and still tells runs apart.
  @Test func manyInputsAreATable() throws {
    let scratch = try SetScratch()
    let run = MeasureRun(settings: MeasureSettings(paths: [scratch.path("set")]))
    func manifest(_ folder: String) throws -> [String: Any] {
      try #require(
        try JSONSerialization.jsonObject(with: scratch.contents("\(folder)/manifest.json")) as? [String: Any])
    }
    _ = try findings(of: run, few: 1000, to: scratch.path("few"))
    _ = try findings(of: run, few: 4, to: scratch.path("many"))
    let listed = try #require(try manifest("few")["inputs"] as? [[String: String]])
    let many = try manifest("many")
    #expect((many["inputs"] as? [Any])?.isEmpty == true && (many["files"] as? [String])?.contains("inputs.csv") == true)
    let lines = String(decoding: try scratch.contents("many/inputs.csv"), as: UTF8.self).split(separator: "\n")
    #expect(lines.first == "path,sha256" && listed.count == 12)
    #expect(lines.dropFirst().map(String.init) == listed.map { "\($0["path"] ?? ""),\($0["sha256"] ?? "")" })
    let table = try #require(many["inputs_table"] as? [String: Any])
    #expect(table["count"] as? Int == 12 && table["first"] as? String == listed[0]["path"])
    #expect(table["sha256"] as? String == (try FileDigest.sha256(path: scratch.path("many/inputs.csv"))))
    // `results` still knows what was measured.
    #expect(try StoredRun(folder: scratch.path("many")).subject == listed[0]["path"])
    // One other byte in one file, and it is another run.
    var picture = try scratch.contents("set/5.png")
    picture.append(1)
    try picture.write(to: scratch.url.appending(path: "set/5.png"))
    _ = try findings(of: run, few: 4, to: scratch.path("changed"))
    #expect(try manifest("changed")["run_sha256"] as? String != many["run_sha256"] as? String)
  }
}
