import Foundation
import Gingham
import Testing

@Suite struct ExemplarsTests {
  private static let net = "random:squeezenet1_1?size=64&seed=3&classes=4"

  /// Pictures of noise in several sizes, one of which cannot be read, and one of a hostile name.
  private static func pictures(in scratch: Tool.Scratch, count: Int = 12) throws -> [String] {
    let folder = scratch.path("pictures")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var paths: [String] = []
    for number in 0..<count {
      let side = number % 3 == 0 ? 64 : 70 + number
      let noise = Tensor([3, side, side]) { NormalSequence(seed: UInt64(number)).fill($0) }
      // Patches, so that pictures differ by more than noise does.
      let pixels = Tensor(
        [3, side, side],
        noise.scalars.enumerated().map { index, value in
          let patch = Float((index / side % side / 16 * 5 + index % side / 16 * 3 + number) % 7) / 7
          return min(max(0.7 * patch + 0.1 + 0.1 * value, 0), 1)
        })
      let name = number == 5 ? "it's <b>\u{202E}'; DROP TABLE units;--.png" : String(format: "%02d.png", number)
      try Picture(pixels).write(to: folder + "/" + name)
      paths.append(folder + "/" + name)
    }
    return paths.sorted { $0.compare($1, options: .numeric) == .orderedAscending }
  }

  /// All that the tables say, held against activations of the 64-bit reference, sorted and counted by hand.
  @Test func tablesHoldWhatAllActivationsSay() throws {
    let scratch = try Tool.Scratch()
    let paths = try Self.pictures(in: scratch)
    let outcome = try Tool.run(
      executable: Tool.path,
      [
        "exemplars", Self.net, scratch.path("pictures"), "--layer", "features.0", "features.6.expand3x3",
        "classifier.1", "--strongest", "4", "--output", scratch.path("run"), "--json",
      ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try outcome.json()["pictures"] as? Int == paths.count)
    let database = try Database(reading: scratch.path("run/exemplars.sqlite"))
    #expect(try database.rows("SELECT path FROM pictures ORDER BY id") == paths.map { [.text($0)] })

    let model = try ModelSource(Self.net).load()
    let layers = ["features.0", "features.6.expand3x3", "classifier.1"]
    let plan = try ReferenceDifferentiator<Double>(model.network).plan(
      PlanRequest(
        inputShapes: [model.inputShape(batch: 1)], targets: try layers.map(model.network.value), gradients: []))
    let all = try paths.map { try plan.forward([try model.input(pictureAt: $0)]) }
    for (number, layer) in layers.enumerated() {
      let shape = plan.targetShapes[number]
      let area = shape[2] * shape[3]
      #expect(
        try database.rows("SELECT channels, height, width FROM layers WHERE name = ?", [.text(layer)])
          == [[.integer(shape[1]), .integer(shape[2]), .integer(shape[3])]])
      for unit in stride(from: 0, to: shape[1], by: 7) {
        let maps = all.map { Array($0[number].scalars[(unit * area)..<((unit + 1) * area)]) }
        let key: [DatabaseValue] = [.text(layer), .integer(unit)]
        let unitOf = "FROM units JOIN layers ON layers.id = layer WHERE name = ? AND channel = ?"
        let numbers = try #require(
          try database.rows("SELECT count, mean, deviation, minimum, maximum, p05, p50, p99 \(unitOf)", key).first
        )
        .map(Self.number)
        let values = maps.joined().map(Double.init).sorted()
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(values.count)
        let scale = max(abs(values[0]), abs(values[values.count - 1]))
        func rank(_ share: Double) -> Double { values[Int((share * Double(values.count)).rounded(.up)) - 1] }
        #expect(numbers[0] == Double(values.count))
        for (found, expected) in zip(
          numbers[1...], [mean, variance.squareRoot(), values[0], values[values.count - 1]])
        {
          #expect(abs(found - expected) < 1e-4 * scale)
        }
        for (found, share) in zip(numbers[5...], [0.05, 0.5, 0.99]) {
          #expect(abs(found - rank(share)) < abs(rank(share)) / 60 + 1e-4 * scale, "\(layer) \(unit) \(share)")
        }
        let strongest = maps.enumerated().map { ($0, Double($1.max() ?? 0)) }.sorted { $0.1 > $1.1 }.prefix(4)
        let exemplars = try database.rows(
          "SELECT picture, activation, y, x FROM exemplars WHERE unit = (SELECT units.id \(unitOf)) ORDER BY rank", key)
        #expect(exemplars.count == 4)
        for (exemplar, expected) in zip(exemplars.map { $0.map(Self.number) }, strongest) {
          #expect(exemplar[0] == Double(expected.0) && abs(exemplar[1] - expected.1) < 1e-4 * scale)
          let there = maps[expected.0][Int(exemplar[2]) * shape[3] + Int(exemplar[3])]
          #expect(abs(Double(there) - expected.1) < 1e-4 * scale)
        }
        let bars = try database.rows(
          "SELECT low, high, count FROM histograms WHERE unit = (SELECT units.id \(unitOf)) ORDER BY low", key
        ).map { $0.map(Self.number) }
        #expect(bars.reduce(0) { $0 + $1[2] } == Double(values.count))
        for bar in bars {
          // Activations of two engines differ by less than this, and may fall on either side of an edge.
          let edge = 1e-5 * scale
          let (least, most) = (
            values.count { $0 > bar[0] + edge && $0 < bar[1] - edge },
            values.count { $0 > bar[0] - edge && $0 < bar[1] + edge }
          )
          #expect((least...max(least, most)).contains(Int(bar[2])))
        }
      }
    }
    // A window of 3 at stride 2 without padding begins at 2·i.
    let crops = try database.rows("SELECT y, x, top, left, bottom, right FROM exemplars WHERE unit < 64")
    #expect(crops.count == 256)
    for crop in crops.map({ $0.map(Self.number) }) {
      #expect(crop[2...] == [2 * crop[0], 2 * crop[1], 2 * crop[0] + 3, 2 * crop[1] + 3])
    }
    // The first crop of a sheet is that part of the picture.
    let first = try #require(
      try database.rows(
        "SELECT path, top, left FROM exemplars JOIN pictures ON id = picture WHERE unit = 3 AND rank = 0"
      )
      .first)
    guard case .text(let path) = first[0] else { throw CancellationError() }
    let seen = try model.input(pictureAt: path).slice(
      axis: 2, Int(Self.number(first[1]))..<Int(Self.number(first[1])) + 3
    )
    .slice(axis: 3, Int(Self.number(first[2]))..<Int(Self.number(first[2])) + 3)
    let sheet = try Picture(contentsOf: scratch.path("run/crops/0/3.webp")).pixels
    #expect(sheet.shape == [3, 2 * 64 + 2, 2 * 64 + 2])
    for channel in 0..<3 {
      for place in 0..<9 {
        let shown = sheet[channel, 11 + place / 3 * 21, 11 + place % 3 * 21]
        #expect(abs(shown - seen[0, channel, place / 3, place % 3]) < 0.2)
      }
    }
  }

  private static func number(_ value: DatabaseValue) -> Double {
    switch value {
    case .integer(let number): Double(number)
    case .real(let number): number
    case .null, .text: .nan
    }
  }

  private func arguments(_ scratch: Tool.Scratch, _ folder: String, _ more: [String] = []) -> [String] {
    [
      "exemplars", Self.net, scratch.path("pictures"), "--layer", "features.0", "classifier.1", "--quiet", "--output",
      scratch.path(folder),
    ] + more
  }

  private func expectEqual(_ scratch: Tool.Scratch, _ one: String, _ other: String) throws {
    let names = try FileManager.default.subpathsOfDirectory(atPath: scratch.path(one)).sorted()
    #expect(names == (try FileManager.default.subpathsOfDirectory(atPath: scratch.path(other)).sorted()))
    #expect(names.contains("exemplars.sqlite") && names.contains("crops/1/3.webp"))
    for name in names where URL(filePath: name).pathExtension != "" && name != "manifest.json" {
      #expect(
        FileManager.default.contentsEqual(
          atPath: scratch.path("\(one)/\(name)"), andPath: scratch.path("\(other)/\(name)")), "\(name)")
    }
  }

  /// Killed in the middle, the same command goes on and writes the bytes of a run that was left alone, on other threads.
  @Test func aKilledRunGoesOnWithTheSameBytes() throws {
    let scratch = try Tool.Scratch()
    _ = try Self.pictures(in: scratch, count: 60)
    let whole = try Tool.run(executable: Tool.path, arguments(scratch, "whole", ["--threads", "1"]))
    #expect(whole.status == 0, "\(whole.errors)")
    let process = Process()
    process.executableURL = URL(filePath: Tool.path)
    process.arguments = arguments(scratch, "parts", ["--threads", "1"])
    try process.run()
    let kept = scratch.path(".gingham-parts/keepsakes/exemplars/state.json")
    for _ in 0..<60_000 where !FileManager.default.fileExists(atPath: kept) { usleep(1000) }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    #expect(process.terminationReason == .uncaughtSignal, "the run was over before it could be killed")
    #expect(FileManager.default.fileExists(atPath: kept))
    let state = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: kept))) as? [String: Any])
    let value = try #require(state["value"] as? [String: Any])
    #expect(try #require(value["done"] as? Int) > 0)
    let rest = try Tool.run(executable: Tool.path, arguments(scratch, "parts", ["--threads", "1"]))
    #expect(rest.status == 0, "\(rest.errors)")
    try expectEqual(scratch, "whole", "parts")
  }

  @Test func aPictureThatFailsIsListedAndTheRestIsTheSame() throws {
    let scratch = try Tool.Scratch()
    let paths = try Self.pictures(in: scratch)
    try Data("no picture".utf8).write(to: URL(filePath: paths[3]))
    let outcome = try Tool.run(executable: Tool.path, arguments(scratch, "all", ["--json"]))
    #expect(outcome.status == 2, "\(outcome.errors)")
    #expect((try outcome.json()["skipped"] as? [[String: Any]])?.map { $0["path"] as? String } == [paths[3]])
    let database = try Database(reading: scratch.path("all/exemplars.sqlite"))
    #expect(try database.rows("SELECT id FROM pictures WHERE skipped IS NOT NULL") == [[3]])
    #expect(try database.rows("SELECT count(*) FROM exemplars WHERE picture = 3") == [[0]])
    #expect(
      try database.rows("SELECT DISTINCT count FROM units JOIN layers ON layers.id = layer WHERE layers.id = 1")
        == [[.integer(11 * 9)]])
  }

  @Test(arguments: [
    (["--layer", "nowhere"], 1), (["--layer", "features.0", "--units", "0-64"], 1), (["--strongest", "0"], 64),
    (["--side", "4"], 64),
  ])
  func whatIsNotThereIsAnError(_ options: [String], _ status: Int) throws {
    let scratch = try Tool.Scratch()
    let outcome = try Tool.run(
      executable: Tool.path, ["exemplars", Self.net, try scratch.picture(), "--output", scratch.path("run")] + options)
    #expect(Int(outcome.status) == status, "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: scratch.path("run")))
  }
}
