import Foundation
import Gingham
import Testing

@Suite struct MeasureTests {
  /// A grey picture of noise, with a grid of a period where one is asked for.
  @discardableResult
  private func picture(
    _ scratch: Tool.Scratch, _ name: String, side: Int = 64, period: Int? = nil, seed: UInt64 = 1
  ) throws -> String {
    var noise = Tensor([1, side, side]) { NormalSequence(seed: seed, name: name).fill($0, mean: 0.5, deviation: 0.08) }
    if let period {
      noise.withUnsafeMutableBufferPointer { pixels in
        for index in pixels.indices where (index / side).isMultiple(of: period) && (index % side).isMultiple(of: period)
        {
          pixels[index] += 0.3
        }
      }
    }
    try Picture(noise).write(to: scratch.path(name))
    return scratch.path(name)
  }

  private func measure(_ scratch: Tool.Scratch, _ arguments: String...) throws -> Tool.Outcome {
    try Tool.run(executable: Tool.path, ["measure"] + arguments + ["--output", scratch.path("run"), "--force"])
  }

  private func bands(_ figures: [String: Any]) throws -> [Int: [String: Any]] {
    let bands = try #require(figures["bands"] as? [[String: Any]])
    return Dictionary(uniqueKeysWithValues: bands.compactMap { band in (band["period"] as? Int).map { ($0, band) } })
  }

  @Test func gridsAreFoundAndKeysAreThoseDocumented() throws {
    let scratch = try Tool.Scratch()
    let (even, grid) = (try picture(scratch, "even.png"), try picture(scratch, "grid.png", period: 4))
    let outcome = try measure(scratch, even, grid, "--json", "--periods", "2,4,8")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let json = try outcome.json()
    let images = try #require(json["images"] as? [[String: Any]])
    #expect(images.map { $0["path"] as? String } == [even, grid])
    for image in images + [try #require(json["pooled"] as? [String: Any])] {
      for key in ["bands", "controls", "constant", "verdict", "sharpness", "banding", "blockiness"] {
        #expect(image[key] != nil, "\(key)")
      }
      for band in try bands(image).values {
        for key in ["period", "share", "null", "control", "peak_db", "peak_at", "f_score", "verdict"] {
          #expect(band[key] != nil, "\(key)")
        }
      }
    }
    #expect(images[0]["verdict"] as? String == "clean")
    #expect(try bands(images[1])[4]?["verdict"] as? String == "artifact")
    #expect(try bands(images[1])[8]?["verdict"] as? String == "clean")
    let names = try FileManager.default.contentsOfDirectory(atPath: scratch.path("run"))
    #expect(Set(names) == ["findings.json", "manifest.json", "radial.png", "spectrum.png"])
    let text = try measure(scratch, even, grid)
    #expect(text.status == 0 && text.output.contains("artifact of period 2, 4"), "\(text.output)")
  }

  @Test func thresholdsAreTheUsersToSet() throws {
    let scratch = try Tool.Scratch()
    let grid = try picture(scratch, "grid.png", period: 4)
    for (flag, value) in [("--min-share", "0.99"), ("--control-ratio", "1e6"), ("--min-peak", "90")] {
      let json = try measure(scratch, grid, "--json", flag, value).json()
      #expect((json["pooled"] as? [String: Any])?["verdict"] as? String == "clean", "\(flag)")
    }
    let json = try measure(scratch, grid, "--json").json()
    #expect((json["pooled"] as? [String: Any])?["verdict"] as? String == "artifact")
  }

  @Test func foldersPatternsAndThreadsGiveTheSame() throws {
    let scratch = try Tool.Scratch()
    try FileManager.default.createDirectory(atPath: scratch.path("set/deep"), withIntermediateDirectories: true)
    for index in 0..<5 { try picture(scratch, "set/\(index).png", seed: UInt64(index)) }
    try picture(scratch, "set/deep/5.png", side: 80)
    var findings: [Data] = []
    for threads in ["1", "2", "3"] {
      let outcome = try measure(scratch, scratch.path("set"), "--json", "--threads", threads)
      #expect(outcome.status == 0, "\(outcome.errors)")
      findings.append(Data(outcome.output.utf8))
    }
    #expect(Set(findings).count == 1)
    let whole = try measure(scratch, scratch.path("set"), "--json").json()
    #expect(whole["pictures"] as? Int == 6)
    let pooled = try #require(whole["pooled"] as? [String: Any])
    #expect(pooled["maps"] as? Int == 6)
    // Spectra are of the commonest size.
    #expect((pooled["radial_spectrum"] as? [String: Any])?["pictures"] as? Int == 5)
    let some = try measure(scratch, scratch.path("set/[0-2].png"), "--json").json()
    #expect(some["pictures"] as? Int == 3)
  }

  @Test func filesThatAreNoPicturesAreListedAndTheStatusSaysSo() throws {
    let scratch = try Tool.Scratch()
    try FileManager.default.createDirectory(atPath: scratch.path("set"), withIntermediateDirectories: true)
    try picture(scratch, "set/a.png")
    try Data("notes".utf8).write(to: URL(filePath: scratch.path("set/notes.txt")))
    try picture(scratch, "set/small.png", side: 8)
    let outcome = try measure(scratch, scratch.path("set"), "--json")
    #expect(outcome.status == 2)
    let skipped = try #require(try outcome.json()["skipped"] as? [[String: Any]])
    #expect(skipped.map { ($0["path"] as? String)?.split(separator: "/").last } == ["notes.txt", "small.png"])
    #expect((skipped[0]["reason"] as? String)?.contains("it is text") == true)
    #expect((skipped[1]["reason"] as? String)?.contains("8×8 pixels are too few") == true)
    #expect(outcome.errors.contains("notes.txt"))
    let text = try measure(scratch, scratch.path("set"))
    #expect(text.status == 2 && text.output.contains("not measured:"))
    let quiet = try measure(scratch, scratch.path("set"), "--quiet")
    #expect(quiet.status == 2 && quiet.errors.isEmpty && quiet.output.contains("not measured:"))
  }

  @Test func constantPicturesHaveNothingToMeasure() throws {
    let scratch = try Tool.Scratch()
    try Picture(Tensor([3, 48, 48], repeating: 0.5)).write(to: scratch.path("flat.png"))
    let outcome = try measure(scratch, scratch.path("flat.png"))
    #expect(outcome.status == 0 && outcome.output.contains("nothing to measure"), "\(outcome.errors)")
    let pooled = try #require(
      try measure(scratch, scratch.path("flat.png"), "--json").json()["pooled"] as? [String: Any])
    #expect(pooled["constant"] as? Bool == true && pooled["verdict"] as? String == "clean")
    #expect(try bands(pooled)[2]?["share"] as? Double == 0)
  }

  @Test func periodsLargerThanThePictureAreLeftOut() throws {
    let scratch = try Tool.Scratch()
    let small = try picture(scratch, "small.png", side: 40)
    let json = try measure(scratch, small, "--json", "--periods", "2,64").json()
    #expect((json["pooled"] as? [String: Any])?["skipped_periods"] as? [Int] == [64])
    let outcome = try measure(scratch, small, "--periods", "64")
    #expect(outcome.status == 1 && outcome.errors.contains("at least 256 a side"), "\(outcome.errors)")
  }

  @Test func unknownPeriodsAreSought() throws {
    let scratch = try Tool.Scratch()
    let grid = try picture(scratch, "grid.png", side: 120, period: 5)
    let json = try measure(scratch, grid, "--json", "--period", "search").json()
    let pooled = try #require(json["pooled"] as? [String: Any])
    #expect((pooled["search"] as? [String: Any])?["whole_period"] as? Int == 5)
    #expect(try bands(pooled)[5]?["verdict"] as? String == "artifact")
    #expect(json["periods"] as? [Int] == [5])
    let even = try picture(scratch, "even.png", side: 120)
    let nothing = try measure(scratch, even, "--period", "search")
    #expect(nothing.output.contains("no lattice of 2 to 64 px stands out"), "\(nothing.output)")
  }

  @Test func savedGradientsShowWhereTheirPowerLies() throws {
    let scratch = try Tool.Scratch()
    let (count, side) = (2, 128)
    var gradient = Tensor([count, 3, side, side]) { NormalSequence(seed: 4, name: "gradient").fill($0) }
    // Kernel 3, stride 2: phases of an axis with one and with two taps.
    gradient.withUnsafeMutableBufferPointer { values in
      for index in values.indices {
        let (y, x) = (index / side % side, index % side)
        values[index] *= ((y.isMultiple(of: 2) ? 2 : 1) * (x.isMultiple(of: 2) ? 2 : 1) as Float).squareRoot()
      }
    }
    try gradient.write(npy: scratch.path("g.npy"))
    let outcome = try measure(scratch, scratch.path("g.npy"), "--as", "gradient", "--periods", "2,4", "--json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let json = try outcome.json()
    #expect((json["images"] as? [[String: Any]])?.count == count)
    let lattice = try #require((json["pooled"] as? [String: Any])?["lattice"] as? [String: Any])
    let found = try bands(lattice)
    #expect(abs(try #require(found[2]?["cv2_corrected"] as? Double) - 19.0 / 81) < 0.02)
    #expect(found[2]?["verdict"] as? String == "artifact" && found[4]?["verdict"] as? String == "clean")
    #expect(FileManager.default.fileExists(atPath: scratch.path("run/phases.png")))
    let photograph = try picture(scratch, "photograph.png")
    let refused = try measure(scratch, photograph, "--as", "gradient")
    #expect(refused.status == 1 && refused.errors.contains(".npy"), "\(refused.errors)")
  }

  @Test func badInputIsExplained() throws {
    let scratch = try Tool.Scratch()
    try Tensor([1, 32, 32], repeating: .nan).write(npy: scratch.path("nan.npy"))
    try Tensor([32]).write(npy: scratch.path("line.npy"))
    for (path, says) in [
      ("nan.npy", "NaN or infinite"), ("line.npy", "H×W"), ("none*.png", "nothing matches"),
      ("none", "no file or folder"),
    ] {
      let outcome = try measure(scratch, scratch.path(path))
      #expect(outcome.status == 1 && outcome.errors.contains(says), "\(outcome.errors)")
      #expect(outcome.errors.contains(path) && outcome.output.isEmpty)
    }
    #expect(try scratch.contents == ["line.npy", "nan.npy"])
    for periods in ["1", "2,x", "", "2000"] {
      #expect(try measure(scratch, scratch.path("nan.npy"), "--periods", periods).status == 64, "\(periods)")
    }
    #expect(try measure(scratch, scratch.path("nan.npy"), "--min-share", "-1").status == 64)
    #expect(try measure(scratch, scratch.path("nan.npy"), "--as", "gradient", "--period", "search").status == 64)
  }
}
