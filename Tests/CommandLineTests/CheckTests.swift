import Foundation
import Gingham
import Testing

@Suite struct CheckTests {
  /// Waves, with every fourth pixel brighter by `grid`.
  private func pictures(_ folder: String, grid: Float, count: Int = 10, in scratch: Tool.Scratch) throws -> String {
    let path = scratch.path(folder)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for number in 0..<count {
      let scalars: [Float] = (0..<(3 * 64 * 64)).map { index in
        let (y, x) = (index / 64 % 64, index % 64)
        let turn = Float((y + 3 * number) * x) / Float(90 + number)
        return 0.4 + 0.3 * sin(turn) + (y % 2 == 0 && x % 2 == 0 ? grid : 0)
      }
      try Picture(Tensor([3, 64, 64], scalars)).write(to: "\(path)/\(number).png")
    }
    return path
  }

  private func text(_ name: String, _ text: String, in scratch: Tool.Scratch) throws -> String {
    let path = scratch.path(name)
    try Data(text.utf8).write(to: URL(filePath: path))
    return path
  }

  @Test func aGridInPicturesBreaksItsBandAndNoOther() throws {
    let scratch = try Tool.Scratch()
    let limits = try text("limits.yaml", "bands: 0.01\nfaint: 0\n", in: scratch)
    let clean = try Tool.run("check", try pictures("clean", grid: 0, in: scratch), "--limits", limits)
    #expect(clean.status == 0, "\(clean.output)\(clean.errors)")
    let set = try pictures("set", grid: 0.1, in: scratch)
    let outcome = try Tool.run("check", set, "--limits", limits, "--json", "--annotations", "github")
    #expect(outcome.status == 1, "\(outcome.output)\(outcome.errors)")
    let json = try outcome.json()
    #expect(json["passed"] as? Bool == false)
    let found = try #require(json["limits"] as? [[String: Any]])
    #expect(found.filter { $0["passed"] as? Bool == false }.map { $0["name"] as? String }.contains("bands.2"))
    #expect(found.filter { ($0["name"] as? String) == "bands.4" }.allSatisfy { $0["passed"] as? Bool == true })
    let band = try #require(found.first { ($0["name"] as? String) == "bands.2" })
    #expect(band["limit"] as? Double == 0.01)
    #expect((band["value"] as? Double ?? 0) > 0.1)
    #expect((band["p"] as? Double ?? 1) < 1e-6)
    #expect((band["where"] as? String)?.hasPrefix(set) == true)
    #expect(outcome.errors.contains("::error title=gingham check%3A bands.2::"), "\(outcome.errors)")
    // The same limit by option, of another band: there is nothing on it.
    let other = try Tool.run("check", set, "--bands", "4=0.01")
    #expect(other.status == 0, "\(other.output)")
  }

  @Test(arguments: [
    ("bands: {2: 0.01, 0: 0.1}", 1, "periods from 2"), ("faint: 0\nblurr: 1", 2, "Did you mean 'blur'?"),
    ("faint: 0\nbanding: 9", 2, "bits from 0 to 8"), ("blur: -1", 1, "from 0"), ("bands:\n  2: much", 2, "number"),
    ("gradient: {}", 1, "limits nothing"), ("{}", 1, "no limits"), ("bands: [", 2, "expected"),
  ])
  func mistakesInLimitsAreNamedByLine(yaml: String, line: Int, part: String) throws {
    let scratch = try Tool.Scratch()
    let limits = try text("limits.yaml", yaml, in: scratch)
    let outcome = try Tool.run(
      "check", try scratch.picture(), "--limits", limits, "--junit", scratch.path("results.xml"))
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("limits.yaml:\(line):"), "\(outcome.errors)")
    #expect(outcome.errors.contains(part), "\(outcome.errors)")
    let results = try String(contentsOfFile: scratch.path("results.xml"), encoding: .utf8)
    #expect(results.contains("tests=\"1\" failures=\"0\" errors=\"1\""), "\(results)")
  }

  @Test func whatCannotBeMeasuredIsNotPassed() throws {
    let scratch = try Tool.Scratch()
    let picture = try scratch.picture()
    // What several pictures have alike, of one.
    let faint = try Tool.run("check", picture, "--faint", "0")
    #expect(faint.status == 2)
    #expect(faint.output.contains("NOT MEASURED"), "\(faint.output)")
    let missing = try Tool.run("check", scratch.path("none.onnx"))
    #expect(missing.status == 2)
    let broken = try text("broken.png", "no picture", in: scratch)
    #expect(try Tool.run("check", picture, broken, "--blur", "5").status == 2)
    // A broken limit is worse.
    let set = try pictures("set", grid: 0.1, count: 2, in: scratch)
    let grid = try Tool.run("check", set, broken, "--bands", "0.01")
    #expect(grid.status == 1, "\(grid.output)")
    #expect(grid.output.contains("LEFT OUT "), "\(grid.output)")
    // Limits that are about something else.
    #expect(try Tool.run("check", picture, "--gradient", "0.1").status == 2)
    #expect(try Tool.run("check", picture, "--blur=-1").status == 64)
  }

  @Test func aBaselineIsWrittenOnceAndHeldAgainst() throws {
    let scratch = try Tool.Scratch()
    let set = try pictures("set", grid: 0.02, in: scratch)
    let baseline = scratch.path("baseline.json")
    let first = try Tool.run("check", set, "--baseline", baseline)
    #expect(first.status == 0, "\(first.output)\(first.errors)")
    let written = try Data(contentsOf: URL(filePath: baseline))
    #expect(try Tool.run("check", set, "--baseline", baseline).status == 0)
    #expect(try Data(contentsOf: URL(filePath: baseline)) == written)
    _ = try pictures("set", grid: 0.08, in: scratch)
    let worse = try Tool.run("check", set, "--baseline", baseline, "--json")
    #expect(worse.status == 1)
    let found = try #require(try worse.json()["limits"] as? [[String: Any]])
    let band = try #require(found.first { $0["name"] as? String == "drift.bands.2" })
    let (value, before) = (band["value"] as? Double ?? 0, band["baseline"] as? Double ?? 0)
    #expect(band["passed"] as? Bool == false)
    #expect(value > 1.25 * before && before > 0.002)
    #expect(abs((band["limit"] as? Double ?? 0) - 1.25 * before) < 1e-12)
    #expect(try Tool.run("check", set, "--baseline", baseline, "--drift", "1000").status == 0)
    #expect(try Tool.run("check", set, "--baseline", baseline, "--update-baseline").status == 0)
    #expect(try Tool.run("check", set, "--baseline", baseline).status == 0)
    // A net's figures are no pictures'.
    let other = try Tool.run("check", "random:squeezenet1_1?size=64", "--baseline", baseline)
    #expect(other.status == 2)
    #expect(other.errors.contains("its figures are of pictures"), "\(other.errors)")
  }

  /// Kernels of three at stride two overlap unevenly whatever the weights are.
  @Test func aGeneratorIsJudgedByItsSamples() throws {
    let scratch = try Tool.Scratch()
    let uneven = "random:dcgan_generator?features=4&latent=8&kernel=3&seed=3"
    let junit = scratch.path("results.xml")
    let outcome = try Tool.run("check", uneven, "--samples", "16", "--bands", "0.01", "--junit", junit)
    #expect(outcome.status == 1, "\(outcome.output)\(outcome.errors)")
    #expect(outcome.output.contains(", layer main."), "\(outcome.output)")
    let results = try String(contentsOfFile: junit, encoding: .utf8)
    #expect(results.contains("<testcase classname=\"random:dcgan_generator?features=4&amp;latent=8"), "\(results)")
    #expect(results.contains("<failure message=\"grid of "), "\(results)")
  }

  /// Strides of two with kernels of two read every pixel once: only rounding is left. Those of SqueezeNet do not.
  @Test func aClassifierIsJudgedByItsGradient() throws {
    let scratch = try Tool.Scratch()
    let net = "random:squeezenet1_1?size=64&classes=4"
    let predicted = try Tool.run("check", net, "--gradient", "0.05", "--json")
    #expect(predicted.status == 1, "\(predicted.errors)")
    #expect(try predicted.json()["kind"] as? String == "predicted-gradient")
    let measured = try Tool.run("check", net, try scratch.picture(), "--gradient", "0.05,2=100", "--json")
    #expect(measured.status == 1, "\(measured.errors)")
    let found = try #require(try measured.json()["limits"] as? [[String: Any]])
    #expect(found.map { $0["name"] as? String } == ["gradient", "gradient.2"])
    #expect(found.map { $0["passed"] as? Bool } == [false, true])
    #expect(found[0]["layer"] is String)
    let gradient = try Tool.run(
      "gradient", net, try scratch.picture(), "--json", "--output", scratch.path("gradient")
    ).json()
    let lattice = try #require(
      ((gradient["images"] as? [[String: Any]])?.first?["lattice"]) as? [String: Any])
    #expect(found[0]["value"] as? Double == lattice["cv2_corrected"] as? Double)
    #expect(try Tool.run("check", net, "--gradient", "1000").status == 0)
  }
}
