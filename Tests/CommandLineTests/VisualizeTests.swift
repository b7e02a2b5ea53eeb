import Foundation
import Gingham
import Testing

@Suite struct VisualizeTests {
  private static let net = "random:squeezenet1_1?size=64&seed=3"

  private func data(_ path: String) throws -> Data { try Data(contentsOf: URL(filePath: path)) }

  @Test func visualizeWritesPictureCurveFindingsAndRecipe() throws {
    let scratch = try Tool.Scratch()
    let outcome = try Tool.run(
      "visualize", Self.net, "--objective", "features.3.cat:7", "--steps", "8", "--size", "96x80", "--snapshots",
      "[0, 4]", "--json", "--output", scratch.path("run"))
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.isEmpty)
    let json = try outcome.json()
    let image = try #require((json["images"] as? [[String: Any]])?.first)
    #expect(try #require(image["activation"] as? Double) > 0)
    for key in ["image_lattice", "gradient_lattice", "total_variation", "spectrum_distance_db"] {
      #expect(image[key] != nil && !(image[key] is NSNull), "\(key)")
    }
    for name in [
      "picture.png", "picture.npy", "curve.png", "curve.csv", "recipe.yaml", "findings.json", "manifest.json",
      "snapshots/00000.png", "snapshots/00004.png",
    ] {
      #expect(FileManager.default.fileExists(atPath: scratch.path("run/" + name)), "\(name)")
    }
    #expect(try Tensor(npy: scratch.path("run/picture.npy")).shape == [1, 3, 96, 80])
    let curve = try String(contentsOfFile: scratch.path("run/curve.csv"), encoding: .utf8)
    #expect(curve.split(separator: "\n").count == 9)
  }

  @Test func equalSeedsGiveEqualBytes() throws {
    let scratch = try Tool.Scratch()
    for (name, seed) in [("a", "5"), ("b", "5"), ("c", "6")] {
      let outcome = try Tool.run(
        "visualize", Self.net, "--objective", "features.3.cat:7", "--preset", "all", "--steps", "4", "--size", "96",
        "--seed", seed, "--output", scratch.path(name))
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    for file in ["picture.npy", "curve.csv", "findings.json", "picture.png"] {
      #expect(try data(scratch.path("a/\(file)")) == data(scratch.path("b/\(file)")), "\(file)")
    }
    #expect(try data(scratch.path("a/picture.npy")) != data(scratch.path("c/picture.npy")))
  }

  @Test func aPrintedRecipeMakesTheSamePicture() throws {
    let scratch = try Tool.Scratch()
    let printed = try Tool.run("visualize", "--print-recipe", "--preset", "fourier", "--steps", "3", "--size", "40x48")
    #expect(printed.status == 0, "\(printed.errors)")
    #expect(printed.output.hasPrefix("preset: fourier\n"))
    try Data(printed.output.utf8).write(to: URL(filePath: scratch.path("recipe.yaml")))
    let common = ["visualize", Self.net, "--objective", "layer:features.3.cat"]
    let byName = try Tool.run(
      executable: Tool.path,
      common + ["--preset", "fourier", "--steps", "3", "--size", "40x48", "--output", scratch.path("a")])
    let byFile = try Tool.run(
      executable: Tool.path, common + ["--recipe", scratch.path("recipe.yaml"), "--output", scratch.path("b")])
    #expect(byName.status == 0 && byFile.status == 0, "\(byName.errors) \(byFile.errors)")
    #expect(try data(scratch.path("a/picture.npy")) == data(scratch.path("b/picture.npy")))
  }

  @Test(arguments: [
    "neuron:features.3.cat:5", "class:3", "diversity:features.3.cat", "0.5*features.3.cat:1 - features.3.cat:2",
    "caricature:features.3.cat:PICTURE", "inversion:features.3.cat:PICTURE", "cosine:features.3.cat:VECTOR",
    "direction-neuron:features.3.cat:VECTOR:2,3", "direction:features.3.cat:VECTOR",
  ])
  func everyObjectiveRuns(objective: String) throws {
    let scratch = try Tool.Scratch()
    let vector = scratch.path("v.npy")
    try Tensor([128], (0..<128).map { Float($0 % 5) - 2 }).write(npy: vector)
    let text = objective.replacing("PICTURE", with: try scratch.picture()).replacing("VECTOR", with: vector)
    let outcome = try Tool.run(
      "visualize", Self.net, "--objective", text, "--steps", "2", "--batch", "2", "--json", "--output",
      scratch.path("run"))
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect((try outcome.json()["images"] as? [Any])?.count == 2)
  }

  @Test func deepDreamBeginsFromAPhotograph() throws {
    let scratch = try Tool.Scratch()
    let picture = try scratch.picture()
    let outcome = try Tool.run(
      "visualize", Self.net, "--objective", "layer:features.3.cat", "--preset", "deepdream", "--steps", "8",
      "--octaves",
      "2", "--start", picture, "--output", scratch.path("run"))
    #expect(outcome.status == 0, "\(outcome.errors)")
    let (before, after) = (
      try Picture(contentsOf: picture).pixels.scalars, try Tensor(npy: scratch.path("run/picture.npy")).scalars
    )
    let difference = zip(before, after).reduce(0) { $0 + abs($1.0 - $1.1) } / Float(before.count)
    #expect(difference > 0.003 && difference < 0.2, "\(difference)")
  }

  /// The photograph comes forward, and what is said of it can be measured again.
  @Test func anAccentuatedPhotographStaysNear() throws {
    let scratch = try Tool.Scratch()
    let picture = try scratch.picture()
    var found: [(distance: Double, gain: Double)] = []
    for weight in ["2", "40"] {
      let outcome = try Tool.run(
        "visualize", Self.net, "--objective", "features.4.expand3x3:7", "--accentuate", picture, "--hold",
        "features.3.expand3x3", "--hold-weight", weight, "--steps", "24", "--transforms", "[jitter: 2]", "--json",
        "--output",
        scratch.path(weight))
      #expect(outcome.status == 0, "\(outcome.errors)")
      let json = try outcome.json()
      let held = try #require(json["held"] as? [String: Any])
      #expect(held["layer"] as? String == "features.3.expand3x3" && held["weight"] as? Double == Double(weight))
      let image = try #require((json["images"] as? [[String: Any]])?.first)
      let found1 = try #require(image["accentuation"] as? [String: Any])
      let (before, distance) = (found1["before"] as? Double ?? .nan, found1["distance"] as? Double ?? .nan)
      found.append((distance, (image["activation"] as? Double ?? .nan) - before))
      // The same once more, by the reference.
      let model = try ModelSource(Self.net).load()
      let reference = ReferenceDifferentiator<Double>(model.network)
      let plan = try reference.plan(
        PlanRequest(
          inputShapes: [[1, 3, 64, 64]],
          targets: ["features.3.expand3x3", "features.4.expand3x3"].map(model.network.value), gradients: []))
      let start = try plan.forward([model.input(pictureAt: picture)])
      let end = try plan.forward([Tensor(npy: scratch.path("\(weight)/picture.npy"))])
      func length(_ values: some Sequence<Float>) -> Double {
        values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      }
      let expected =
        length(zip(end[0].scalars, start[0].scalars).map { $0 - $1 }) / length(start[0].scalars)
      #expect(abs(distance - expected) < 1e-4 * expected, "\(distance) \(expected)")
      let channel = start[1].slice(axis: 1, 7..<8).scalars
      #expect(abs(before - Double(channel.reduce(0, +)) / Double(channel.count)) < 1e-3 * abs(before))
    }
    #expect(
      found[0].gain > 0 && found[0].gain > found[1].gain && found[0].distance > 1.5 * found[1].distance, "\(found)")
  }

  /// Similarities against ranks that are counted one by one, of activations by the reference.
  @Test func thePathCheckComparesWithPhotographs() throws {
    let scratch = try Tool.Scratch()
    let pictures = try (0..<7).map { try scratch.picture("\($0).png", side: 64 + 7 * $0) }
    let outcome = try Tool.run(
      executable: Tool.path,
      [
        "visualize", Self.net, "--objective", "features.4.expand3x3:7", "--steps", "4", "--batch", "2", "--json",
        "--output",
        scratch.path("run"), "--path-check",
      ] + pictures)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(FileManager.default.fileExists(atPath: scratch.path("run/path.png")))
    let path = try #require(try outcome.json()["path"] as? [String: Any])
    let (own, others) = (
      try #require(path["own"] as? [[String: Any]]), try #require(path["others"] as? [[String: Any]])
    )
    #expect(own.count == 3 && others.count == 4)
    let model = try ModelSource(Self.net).load()
    let reference = ReferenceDifferentiator<Double>(model.network)
    let plan = try reference.plan(
      PlanRequest(
        inputShapes: [[1, 3, 64, 64]],
        targets: ["features.3.squeeze", "features.4.expand3x3"].map(model.network.value),
        gradients: []))
    func means(_ input: Tensor) throws -> [[Double]] {
      try plan.forward([input]).map { map in
        let area = map.shape[2] * map.shape[3]
        return (0..<map.shape[1]).map { channel in
          map.slice(axis: 1, channel..<(channel + 1)).scalars.reduce(0) { $0 + Double($1) } / Double(area)
        }
      }
    }
    let values = try (own + others).map { photograph in
      let name = try #require(photograph["path"] as? String)
      let all = try means(model.input(pictureAt: name))
      let value = photograph["activation"] as? Double ?? .nan
      #expect(abs(value - all[1][7]) < 1e-3 * abs(value))
      return (value, all)
    }
    let (least, most) = (values.prefix(3).map(\.0).min() ?? .nan, values.dropFirst(3).map(\.0).max() ?? .nan)
    #expect(least >= most)
    func spearman(_ a: [Double], _ b: [Double]) -> Double {
      func ranks(_ values: [Double]) -> [Double] {
        values.map { value in Double(values.count { $0 < value }) + Double(values.count { $0 == value } - 1) / 2 }
      }
      let (x, y, centre) = (ranks(a), ranks(b), Double(a.count - 1) / 2)
      func product(_ p: [Double], _ q: [Double]) -> Double {
        zip(p, q).reduce(0) { $0 + ($1.0 - centre) * ($1.1 - centre) }
      }
      return product(x, y) / (product(x, x) * product(y, y)).squareRoot()
    }
    let images = try #require(path["images"] as? [[[String: Any]]])
    #expect(images.count == 2)
    let batch = try Tensor(npy: scratch.path("run/picture.npy"))
    for (index, image) in images.enumerated() {
      #expect(image.last?["name"] as? String == "features.4.expand3x3" && image.count == 6)
      let visualization = try means(batch.slice(axis: 0, index..<(index + 1)))
      for (place, name) in ["features.3.squeeze", "features.4.expand3x3"].enumerated() {
        let layer = try #require(image.first { $0["name"] as? String == name })
        let expected = values.prefix(3).map { spearman(visualization[place], $0.1[place]) }.reduce(0, +) / 3
        #expect(abs((layer["similarity"] as? Double ?? .nan) - expected) < 2e-3, "\(layer) \(expected)")
      }
    }
    let few = try Tool.run(
      "visualize", Self.net, "--objective", "features.4.expand3x3:7", "--steps", "1", "--path-check", pictures[0])
    #expect(few.status != 0 && few.errors.contains("at least four"), "\(few.errors)")
  }

  @Test func allChannelsOfALayerComeWithSheetAndIndex() throws {
    let scratch = try Tool.Scratch()
    let outcome = try Tool.run(
      "visualize", Self.net, "--all-channels", "features.3.squeeze", "--channels", "0-4", "--batch", "2", "--steps",
      "2",
      "--preset", "fourier", "--json", "--output", scratch.path("run"))
    #expect(outcome.status == 0, "\(outcome.errors)")
    let entries = try #require(try outcome.json()["channels"] as? [[String: Any]])
    #expect(entries.map { $0["channel"] as? Int } == [0, 1, 2, 3, 4])
    for name in ["sheet.png", "index.json", "channels/0003.png", "manifest.json"] {
      #expect(FileManager.default.fileExists(atPath: scratch.path("run/" + name)), "\(name)")
    }
  }

  @Test func compareWritesTableMontageAndReport() throws {
    let scratch = try Tool.Scratch()
    let outcome = try Tool.run(
      "compare", Self.net, "--objective", "features.3.cat:7", "features.3.cat:9", "--mitigations", "naive", "robust",
      "--seeds", "2", "--steps", "4", "--size", "96", "--json", "--output", scratch.path("run"))
    #expect(outcome.status == 0, "\(outcome.errors)")
    let json = try outcome.json()
    let runs = try #require(json["runs"] as? [[String: Any]])
    #expect(runs.count == 8)
    for key in ["mitigation", "seed", "activation", "image_lattice", "seconds", "steps"] {
      #expect(runs.allSatisfy { $0[key] != nil }, "\(key)")
    }
    let summary = try #require(json["summary"] as? [[String: Any]])
    #expect(Set(summary.compactMap { $0["mitigation"] as? String }) == ["naive", "robust"])
    for key in ["activation_mean", "lattice_mean"] { #expect(summary.allSatisfy { $0[key] is Double }, "\(key)") }
    // The mean is that of the runs.
    let naive = runs.filter { $0["mitigation"] as? String == "naive" }.compactMap { $0["activation"] as? Double }
    let mean = try #require(summary.first { $0["mitigation"] as? String == "naive" }?["activation_mean"] as? Double)
    #expect(abs(naive.reduce(0, +) / 4 - mean) < 1e-9)
    #expect((json["note"] as? String)?.contains("naive") == true)
    let report = try String(contentsOfFile: scratch.path("run/report.html"), encoding: .utf8)
    #expect(report.contains("data:image/png;base64,") && !report.contains("http:") && !report.contains("https:"))
    for name in ["montage-0.png", "montage-1.png", "scatter.png", "comparison.json", "recipes/naive.yaml"] {
      #expect(FileManager.default.fileExists(atPath: scratch.path("run/" + name)), "\(name)")
    }
  }

  // MARK: Bad input

  private func expectFailure(_ arguments: [String], status: Int32 = 1, says parts: String...) throws {
    let scratch = try Tool.Scratch()
    let outcome = try Tool.run(executable: Tool.path, arguments + ["--output", scratch.path("run"), "--force"])
    #expect(outcome.status == status, "\(outcome.errors)")
    #expect(outcome.output.isEmpty)
    if status == 1 { #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)") }
    for part in parts { #expect(outcome.errors.contains(part), "\(outcome.errors)") }
    #expect(try scratch.contents.isEmpty)
  }

  private func visualize(_ more: String...) -> [String] {
    ["visualize", Self.net, "--objective", "features.3.cat:7", "--steps", "2"] + more
  }

  @Test func badInputIsToldInOneLine() throws {
    let scratch = try Tool.Scratch()
    try expectFailure(visualize("--preset", "robst"), says: "'robst'", "'robust'", "deepdream")
    try expectFailure(visualize("--transforms", "[jitter: 64]"), says: "jitter 64", "64×64")
    try expectFailure(visualize("--recipe", scratch.path("none.yaml")), says: "none.yaml")
    let recipe = scratch.path("r.yaml")
    try Data("preset: robust\ntransforms:\n  - jiter: 4\n".utf8).write(to: URL(filePath: recipe))
    try expectFailure(visualize("--recipe", recipe), says: "r.yaml:3", "'jitter'")
    try expectFailure(visualize("--recipe", recipe, "--preset", "naive"), status: 64, says: "exclude each other")
    try expectFailure(visualize("--parameterization", "maco", "--octaves", "2"), says: "octaves")
    try expectFailure(visualize("--penalties", "{l1: -3}"), says: "l1", "from 0")
    try expectFailure(visualize("--start", scratch.path("none.png")), says: "none.png")
    try expectFailure(visualize("--colour", "measured: \(scratch.path("nowhere"))"), says: "nowhere")
    try expectFailure(
      ["visualize", Self.net, "--objective", "features.3.expnd1x1:1"], says: "features.3.expand1x1")
    try expectFailure(
      ["visualize", Self.net, "--all-channels", "features.3.cat", "--channels", "5-500", "--steps", "1"], says: "500")
    try expectFailure(
      ["compare", Self.net, "--objective", "features.3.cat:1", "features.3.cat:999"], says: "channel 999")
  }

  /// The options are made of the table of settings.
  @Test func everySettingOfARecipeIsAnOption() throws {
    let help = try Tool.run("visualize", "--help").output
    for setting in Recipe.settings { #expect(help.contains("  --\(setting.option) <"), "\(setting.name)") }
    for name in PictureTransform.names + PenaltyKind.names + GradientConditioning.names + ParameterizationKind.names {
      #expect(help.contains("\(name): "), "\(name)")
    }
    let values = [
      "size": "40x50", "input-size": "20x30", "steps": "7", "batch": "2", "draws": "3", "parameterization": "laplacian",
      "levels": "3", "deviation": "0.5", "colour": "{measured: \"a b\"}", "range": "clipped", "optimizer": "nadam",
      "rate": "2", "transforms": "[pad: 3]", "penalties": "{l1: 3}", "relative-penalties": "true",
      "gradient": "[laplacian]", "smooth-strides": "true", "octaves": "2", "octave-ratio": "2", "tile": "none",
      "redirected-steps": "5", "snapshots": "2,4",
    ]
    var (arguments, expected) = (["visualize", "--print-recipe"], try Recipe.preset("robust"))
    for setting in Recipe.settings {
      guard let value = values[setting.name] else { continue }
      arguments += ["--" + setting.option, value]
      try expected.set(setting.name, to: value, source: "")
    }
    // Those that are left out belong to other parameterizations.
    #expect(values.count == Recipe.settings.count - 2)
    let outcome = try Tool.run(executable: Tool.path, arguments)
    #expect(outcome.output == expected.yaml, "\(outcome.errors)")
  }

  @Test func wrongUsageExitsWith64() throws {
    try expectFailure(["visualize", Self.net], status: 64, says: "--objective")
    try expectFailure(["visualize", Self.net, "--objective", "a:1", "--all-channels", "a"], status: 64)
    try expectFailure(["compare", Self.net, "--objective", "a:1", "--seeds", "0"], status: 64, says: "--seeds")
  }

  @Test func aFeatureMapOfOnePixelWorks() throws {
    let scratch = try Tool.Scratch()
    let outcome = try Tool.run(
      "visualize", "random:squeezenet1_1?size=64", "--objective", "features.12.cat:3", "--size", "32", "--preset",
      "fourier", "--steps", "2", "--json", "--output", scratch.path("run"))
    #expect(outcome.status == 0, "\(outcome.errors)")
  }
}
