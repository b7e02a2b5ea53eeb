import Foundation
import Gingham
import Testing

@Suite struct RepairTests {
  /// Small enough to be quick, uneven enough to be seen: kernel 3 at stride 2.
  private static let generator = "random:dcgan_generator?kernel=3&features=4&latent=8"
  private static let classifier = "random:resnet18?size=64&classes=10"

  @Test func generatorsLoseTheirGrid() throws {
    let scratch = try Tool.Scratch()
    let outcome = try Tool.run(
      "repair", Self.generator, "--json", "--with", "equalise", "--all", "--samples", "16", "--out", "even.onnx",
      "--output", scratch.path("run"))
    #expect([0, 2].contains(outcome.status), "\(outcome.errors)")
    #expect(outcome.errors.isEmpty)
    let json = try outcome.json()
    let rewrites = try #require(json["rewrites"] as? [[String: Any]])
    #expect(rewrites.map { $0["layer"] as? String } == ["main.3", "main.6", "main.9", "main.12"])
    for rewrite in rewrites {
      #expect(rewrite["from"] as? String == "transposed convolution 3×3 / 2")
      #expect(rewrite["to"] as? String == "transposed convolution 4×4 / 2, equal phase sums")
      #expect(try #require(rewrite["fit_error"] as? Double) > 0.1)
    }
    func band(_ state: String, _ key: String) throws -> [String: Any] {
      let found = try #require((json[state] as? [String: Any])?[key] as? [String: Any])
      return try #require((found["bands"] as? [[String: Any]])?.first { $0["period"] as? Int == 2 })
    }
    let (before, after) = (try band("before", "pictures"), try band("after", "pictures"))
    #expect(before["verdict"] as? String == "artifact")
    #expect(after["verdict"] as? String == "clean")
    let (locked, left) = (try band("before", "locked"), try band("after", "locked"))
    let shares = (try #require(locked["share"] as? Double), try #require(left["share"] as? Double))
    #expect(shares.0 > 10 * shares.1)
    #expect(
      try #require(((json["before"] as? [String: Any])?["prediction"] as? [String: Any])?["cv2"] as? Double) > 0.1)
    #expect(
      try #require(((json["after"] as? [String: Any])?["prediction"] as? [String: Any])?["cv2"] as? Double) < 1e-9)
    let difference = try #require(json["output_difference"] as? [String: Any])
    for key in ["rms", "relative_rms", "max", "psnr_db"] { #expect(difference[key] is Double, "\(key)") }
    let verdict = try #require(json["fine_tuning"] as? String)
    #expect(["not_needed", "advisable", "needed"].contains(verdict))
    let files = try FileManager.default.contentsOfDirectory(atPath: scratch.path("run")).sorted()
    #expect(files == ["check", "even.onnx", "findings.json", "manifest.json", "samples.png", "spectrum.png"])
  }

  @Test func theWrittenNetIsTheRepairedOne() throws {
    let scratch = try Tool.Scratch()
    let run = scratch.path("run")
    // Two samples do not tell whether it is repaired; it is written all the same.
    let first = try Tool.run("repair", Self.generator, "--all", "--samples", "2", "--out", "even.onnx", "--output", run)
    #expect([0, 2].contains(first.status), "\(first.errors)")
    let again = try Tool.run("layers", run + "/even.onnx", "--json")
    let names = try #require(try again.json()["layers"] as? [[String: Any]]).compactMap { $0["name"] as? String }
    #expect(names.contains("main.12") && names.contains("pixels"))
    // A kernel that is even already stays as it is.
    let outcome = try Tool.run(
      "repair", run + "/even.onnx", "--json", "--layer", "main.12", "--samples", "2", "--output", scratch.path("again"))
    let rewrite = try #require((try outcome.json()["rewrites"] as? [[String: Any]])?.first)
    #expect(try #require(rewrite["fit_error"] as? Double) < 1e-5)
  }

  @Test func exactRewritesChangeNothing() throws {
    let scratch = try Tool.Scratch()
    let outcome = try Tool.run(
      "repair", Self.generator, "--json", "--layer", "main.9", "--with", "subpixel", "--samples", "2", "--output",
      scratch.path("run"))
    let json = try outcome.json()
    let rewrite = try #require((json["rewrites"] as? [[String: Any]])?.first)
    #expect(rewrite["fit_error"] as? Double == 0)
    let difference = try #require(json["output_difference"] as? [String: Any])
    #expect(try #require(difference["relative_rms"] as? Double) < 1e-5)
    #expect(json["fine_tuning"] as? String == "not_needed")
  }

  /// Random kernels of 3 at stride 2: no rewriting is named, and whatever helps is kept.
  @Test func whatHelpsIsFoundByTrying() throws {
    let scratch = try Tool.Scratch()
    let outcome = try Tool.run(
      "repair", "random:strided_stack?size=64&depth=2&kernel=3", "--json", "--samples", "6", "--output",
      scratch.path("run"))
    #expect(outcome.status == 0, "\(outcome.errors)")
    let json = try outcome.json()
    #expect(json["outcome"] as? String == "repaired")
    let trials = try #require(json["trials"] as? [[String: Any]])
    #expect(Set(trials.compactMap { $0["method"] as? String }) == ["blurpool", "stagger"])
    #expect(trials.contains { $0["helps"] as? Bool == true })
    let gradients = try #require((json["after"] as? [String: Any])?["gradients"] as? [String: Any])
    let bands = try #require(gradients["bands"] as? [[String: Any]])
    #expect(bands.allSatisfy { $0["verdict"] as? String == "clean" })
    for rewrite in try #require(json["rewrites"] as? [[String: Any]]) {
      #expect(["blurpool", "stagger"].contains(rewrite["method"] as? String))
    }
  }

  /// A rewrite that gives the same output leaves the grid, and says so.
  @Test func aGridThatStaysIsNotRepaired() throws {
    let scratch = try Tool.Scratch()
    let outcome = try Tool.run(
      "repair", Self.generator, "--with", "subpixel", "--samples", "16", "--output", scratch.path("run"))
    #expect(outcome.status == 2, "\(outcome.errors)")
    #expect(outcome.output.contains("not repaired: period 2 is an artifact"), "\(outcome.output)")
    #expect(
      try !FileManager.default.contentsOfDirectory(atPath: scratch.path("run")).contains { $0.hasSuffix(".onnx") })
  }

  @Test func staggeredLayersAreWrittenAndPredicted() throws {
    let scratch = try Tool.Scratch()
    let outcome = try Tool.run(
      "repair", "random:squeezenet1_1?size=96", "--all", "--with", "stagger", "--samples", "4", "--out", "s.onnx",
      "--json", "--output", scratch.path("run"))
    #expect([0, 2].contains(outcome.status), "\(outcome.errors)")
    let rewrites = try #require(try outcome.json()["rewrites"] as? [[String: Any]])
    #expect(rewrites.map { $0["layer"] as? String } == ["features.0", "features.2", "features.5", "features.8"])
    #expect((rewrites[0]["offsets"] as? [[Int]])?.count == 64)
    let predicted = try Tool.run("predict", scratch.path("run/s.onnx"), "--json")
    #expect(predicted.status == 0, "\(predicted.errors)")
    let input = try #require(try predicted.json()["input"] as? [String: Any])
    // 0.2908 as it was.
    #expect(try #require(input["cv2"] as? Double) < 0.02)
  }

  @Test func classifiersSendEvenGradientsBack() throws {
    let scratch = try Tool.Scratch()
    let outcome = try Tool.run(
      "repair", Self.classifier, "--json", "--with", "blurpool", "--all", "--samples", "4", "--output",
      scratch.path("run"))
    #expect([0, 2].contains(outcome.status), "\(outcome.errors)")
    let json = try outcome.json()
    #expect(json["methods"] as? [String] == ["blurpool"])
    let rewrites = try #require(json["rewrites"] as? [[String: Any]])
    #expect(rewrites.contains { $0["layer"] as? String == "conv1" && $0["fit_error"] is Double })
    #expect(rewrites.contains { $0["layer"] as? String == "maxpool" && $0["fit_error"] is NSNull })
    func unevenness(_ state: String, _ key: String) throws -> Double {
      try #require(((json[state] as? [String: Any])?[key] as? [String: Any])?["cv2"] as? Double)
    }
    #expect(try unevenness("after", "prediction") < 0.05 * unevenness("before", "prediction"))
    #expect((json["before"] as? [String: Any])?["gradients"] is [String: Any])
    #expect((json["output_difference"] as? [String: Any])?["same_class"] is Double)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: scratch.path("run")).sorted() == [
        "check", "findings.json", "gradients.png", "manifest.json", "phases.png",
        "random-resnet18-size-64-classes-10-repaired.onnx", "spectrum.png",
      ])
  }

  @Test func equalSeedsGiveEqualBytes() throws {
    let scratch = try Tool.Scratch()
    for name in ["a", "b"] {
      let outcome = try Tool.run(
        "repair", Self.generator, "--samples", "3", "--out", "n.onnx", "--output", scratch.path(name), "--all")
      #expect([0, 2].contains(outcome.status))
    }
    for file in ["n.onnx", "findings.json", "samples.png", "spectrum.png"] {
      #expect(FileManager.default.contentsEqual(atPath: scratch.path("a/" + file), andPath: scratch.path("b/" + file)))
    }
  }

  // MARK: Bad input

  private func expectFailure(_ arguments: String..., says parts: [String]) throws {
    let scratch = try Tool.Scratch()
    let outcome = try Tool.run(
      executable: Tool.path, ["repair"] + arguments + ["--output", scratch.path("run"), "--force", "--samples", "2"])
    #expect(outcome.status == 1, "\(outcome.errors)")
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    for part in parts { #expect(outcome.errors.contains(part), "\(outcome.errors)") }
    #expect(try scratch.contents.isEmpty)
  }

  @Test func netsWithoutAnythingToRepair() throws {
    try expectFailure("random:resize_generator?features=4", says: ["nothing to repair", "no transposed convolution"])
    try expectFailure("random:vgg11?size=32", says: ["nothing to repair", "--all"])
    try expectFailure(Self.generator, "--with", "blurpool", says: ["nothing to repair", "no convolution and no pool"])
  }

  @Test func layersThatAreNotThereOrNotOfTheKind() throws {
    try expectFailure(Self.generator, "--layer", "main.122", says: ["'main.122'", "main.12"])
    try expectFailure(Self.generator, "--layer", "main.11", says: ["'main.11'", "relu", "transposed convolutions"])
    try expectFailure(
      Self.generator, "--layer", "main.12", "--with", "nearest", "--kernel", "1", says: ["'main.12'", "take 2 or more"])
  }

  @Test func foldersThatCannotBeWritten() throws {
    let scratch = try Tool.Scratch()
    let file = scratch.path("file")
    try Data().write(to: URL(filePath: file))
    let outcome = try Tool.run("repair", Self.generator, "--samples", "2", "--output", file + "/run")
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("cannot write"), "\(outcome.errors)")
  }

  @Test func wrongUsageExitsWith64() throws {
    #expect(try Tool.run("repair").status == 64)
    #expect(try Tool.run("repair", Self.generator, "--with", "magic").status == 64)
    #expect(try Tool.run("repair", Self.generator, "--all", "--layer", "main.3").status == 64)
    #expect(try Tool.run("repair", Self.generator, "--out", "../evil.onnx").status == 64)
    #expect(try Tool.run("repair", Self.generator, "--out", "net.pth").status == 64)
    #expect(try Tool.run("repair", Self.generator, "--with", "equalise", "--kernel", "3").status == 64)
    #expect(try Tool.run("repair", Self.generator, "--samples", "0").status == 64)
  }
}
