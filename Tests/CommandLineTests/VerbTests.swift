import Foundation
import Gingham
import Testing

@Suite struct VerbTests {
  private static let net = "random:squeezenet1_1?size=64&seed=3"

  @Test func helpNamesEveryVerb() throws {
    let help = try Tool.run("--help")
    #expect(help.status == 0)
    let verbs = [
      "layers", "gradient", "predict", "measure", "trace", "generate", "diagnose", "track", "repair", "visualize",
      "compare", "probe", "run", "verify", "bench",
    ]
    for verb in verbs { #expect(help.output.contains("  \(verb) ")) }
  }

  @Test func layersListsShapesStridesAndFields() throws {
    let outcome = try Tool.run("layers", "random:alexnet", "--json")
    #expect(outcome.status == 0)
    let layers = try #require(try outcome.json()["layers"] as? [[String: Any]])
    let first = try #require(layers.first { $0["name"] as? String == "features.0" })
    #expect(first["operation"] as? String == "convolution")
    #expect(first["output_shape"] as? [Int] == [1, 64, 55, 55])
    #expect(first["stride"] as? Int == 4)
    #expect(first["receptive_field"] as? Int == 11)
    #expect(first["parameters"] as? Int == 64 * 363 + 64)
    #expect(first["macs"] as? Int == 55 * 55 * 64 * 363)
  }

  @Test func gradientWritesPicturesFindingsAndManifest() throws {
    let scratch = try Tool.Scratch()
    let picture = try scratch.picture()
    let outcome = try Tool.run("gradient", Self.net, picture, "--json", "--output", scratch.path("run"))
    #expect(outcome.status == 0)
    // The picture has the net's size, and is scaled and cut to it as the net was trained.
    #expect(outcome.errors.hasPrefix("note: pictures are scaled to a shorter side of 73"), "\(outcome.errors)")
    #expect(outcome.errors.split(separator: "\n").count == 1)
    let image = try #require((try outcome.json()["images"] as? [[String: Any]])?.first)
    #expect(image["path"] as? String == picture)
    #expect((image["target"] as? String)?.hasPrefix("class:") == true)
    let lattice = try #require(image["lattice"] as? [String: Any])
    for key in ["period", "cv2", "cv2_corrected", "max_min", "dead_share", "bands", "controls"] {
      #expect(lattice[key] != nil, "\(key)")
    }
    let prediction = try #require(image["prediction"] as? [String: Any])
    #expect(prediction["class"] is Int)
    #expect(try #require(image["value"] as? Double) == prediction["logit"] as? Double)
    let names = try FileManager.default.contentsOfDirectory(atPath: scratch.path("run"))
    #expect(
      Set(names).isSuperset(of: [
        "gradient.npy", "heatmap.png", "overlay.png", "spectrum.png", "phases.png", "even.png", "findings.json",
        "manifest.json",
      ]))
    #expect(try Tensor(npy: scratch.path("run/gradient.npy")).shape == [1, 3, 64, 64])
    let manifest = try JSONSerialization.jsonObject(
      with: Data(contentsOf: URL(filePath: scratch.path("run/manifest.json"))))
    #expect((manifest as? [String: Any])?["model"] as? String == Self.net)
  }

  @Test func equalRunsGiveEqualBytes() throws {
    let scratch = try Tool.Scratch()
    let picture = try scratch.picture()
    for name in ["a", "b"] {
      let outcome = try Tool.run(
        "gradient", Self.net, picture, "--method", "smoothgrad", "--seed", "5", "--output", scratch.path(name))
      #expect(outcome.status == 0)
    }
    for file in ["gradient.npy", "heatmap.png", "overlay.png", "findings.json"] {
      #expect(
        try Data(contentsOf: URL(filePath: scratch.path("a/\(file)")))
          == Data(contentsOf: URL(filePath: scratch.path("b/\(file)"))), "\(file)")
    }
  }

  @Test(arguments: ["gradient", "input-x-gradient", "smoothgrad", "integrated", "guided", "deconvnet", "gradcam"])
  func everyMethodRuns(method: String) throws {
    let scratch = try Tool.Scratch()
    let outcome = try Tool.run(
      "gradient", Self.net, try scratch.picture(), "--method", method, "--target", "class:3", "--samples", "4",
      "--json", "--output", scratch.path("run"))
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try outcome.json()["method"] as? String == method)
  }

  @Test func severalPicturesArePooled() throws {
    let scratch = try Tool.Scratch()
    let outcome = try Tool.run(
      "gradient", Self.net, try scratch.picture("a.png"), try scratch.picture("b.png", side: 80), "--json",
      "--target", "features.3.cat:7", "--output", scratch.path("run"))
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect((try outcome.json()["pooled"] as? [String: Any])?["inputs"] as? Int == 2)
    #expect(try Tensor(npy: scratch.path("run/gradient.npy")).shape == [2, 3, 64, 64])
    #expect(FileManager.default.fileExists(atPath: scratch.path("run/b/heatmap.png")))
  }

  /// A folder, a pattern, a list, and a list on standard input are the files that they stand for.
  @Test func picturesComeFromFoldersPatternsAndLists() throws {
    let scratch = try Tool.Scratch()
    try FileManager.default.createDirectory(atPath: scratch.path("set"), withIntermediateDirectories: true)
    let pictures = [try scratch.picture("set/a.png"), try scratch.picture("set/b.png", side: 80)]
    let list = scratch.path("list.txt")
    try Data((pictures.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: list))
    let named = try gradient(of: pictures, scratch.path("named"))
    #expect(try gradient(of: [scratch.path("set")], scratch.path("folder")) == named)
    #expect(try gradient(of: [scratch.path("set/*.png")], scratch.path("pattern")) == named)
    #expect(try gradient(of: ["@" + list], scratch.path("list")) == named)
    #expect(try gradient(of: ["-"], scratch.path("input"), standardInput: list) == named)

    let missing = try Tool.run("gradient", Self.net, "@" + scratch.path("nowhere.txt"))
    #expect(missing.status == 1 && missing.errors.contains("nowhere.txt"))
    try FileManager.default.createDirectory(atPath: scratch.path("empty"), withIntermediateDirectories: true)
    let empty = try Tool.run("gradient", Self.net, scratch.path("empty"), "--output", scratch.path("none"))
    #expect(empty.status == 1 && empty.errors.contains("empty"))
    #expect(!FileManager.default.fileExists(atPath: scratch.path("none")))
  }

  private func gradient(of pictures: [String], _ output: String, standardInput: String? = nil) throws -> Tensor {
    let outcome = try Tool.run(
      executable: Tool.path, ["gradient", Self.net] + pictures + ["--target", "class:3", "--output", output],
      standardInput: standardInput)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return try Tensor(npy: output + "/gradient.npy")
  }

  @Test func bothEnginesAgree() throws {
    let scratch = try Tool.Scratch()
    let picture = try scratch.picture()
    for backend in ["fast", "reference64"] {
      let outcome = try Tool.run(
        "gradient", Self.net, picture, "--backend", backend, "--target", "class:1", "--output", scratch.path(backend))
      #expect(outcome.status == 0)
    }
    let fast = try Tensor(npy: scratch.path("fast/gradient.npy")).scalars
    let exact = try Tensor(npy: scratch.path("reference64/gradient.npy")).scalars
    let scale = exact.map { abs($0) }.max() ?? 0
    #expect(scale > 0)
    #expect(zip(fast, exact).allSatisfy { abs($0 - $1) <= 1e-4 * scale })
  }

  @Test func verifyFindsTheEnginesEqual() throws {
    let outcome = try Tool.run("verify", Self.net, "--json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let json = try outcome.json()
    #expect(json["passed"] as? Bool == true)
    #expect(try #require(json["max_relative_error"] as? Double) < 1e-4)
    #expect((json["layers"] as? [Any])?.isEmpty == false)
    #expect(try Tool.run("verify", Self.net, "--tolerance", "1e-12").status == 1)
  }

  @Test func benchPrintsItsKeys() throws {
    let outcome = try Tool.run("bench", Self.net, "--json", "--runs", "2")
    let json = try outcome.json()
    for key in ["forward_ms", "gradient_ms", "gflops", "peak_rss_mb", "plan_ms", "plan_mb", "least_plan_mb"] {
      #expect(try #require(json[key] as? Double) > 0, "\(key)")
    }
    #expect(try #require(json["plan_mb"] as? Double) >= #require(json["least_plan_mb"] as? Double))
    let reference = try Tool.run("bench", Self.net, "--json", "--runs", "1", "--backend", "reference").json()
    #expect(reference["forward_ms"] is Double && !(reference["plan_mb"] is Double))
  }
}
