import Foundation
import Gingham
import Testing

@Suite struct GenerateVerbTests {
  private static let net = "random:dcgan_generator?features=4&latent=8&kernel=5"

  private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(filePath: path)) }

  @Test func samplesPicturesFindingsAndManifestAreWritten() throws {
    let scratch = try Tool.Scratch()
    let outcome = try Tool.run("generate", Self.net, "--samples", "9", "--json", "--output", scratch.path("run"))
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.isEmpty)
    let json = try outcome.json()
    #expect(json["samples"] as? Int == 9)
    #expect((json["images"] as? [Any])?.count == 9)
    let prediction = try #require(json["prediction"] as? [String: Any])
    #expect((prediction["cv2"] as? Double ?? 0) > 0.05)
    let pooled = try #require(json["pooled"] as? [String: Any])
    let band = try #require((pooled["bands"] as? [[String: Any]])?.first)
    for key in ["period", "share", "null", "control", "peak_db", "verdict"] { #expect(band[key] != nil, "\(key)") }
    #expect(["artifact", "faint", "clean"].contains(json["verdict"] as? String))
    let names = try FileManager.default.contentsOfDirectory(atPath: scratch.path("run"))
    for name in ["samples.npy", "latents.npy", "contact-sheet.png", "spectrum.png", "findings.json", "manifest.json"] {
      #expect(names.contains(name), "\(name)")
    }
    #expect(try Tensor(npy: scratch.path("run/samples.npy")).shape == [9, 3, 64, 64])
    #expect(try Tensor(npy: scratch.path("run/latents.npy")).shape == [9, 8, 1, 1])
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path("run/samples")).count == 9)
    #expect(try Picture(contentsOf: scratch.path("run/contact-sheet.png")).width == 3 * 64 + 2 * 2)
  }

  @Test func equalSeedsGiveEqualBytesHoweverManyAreDrawn() throws {
    let scratch = try Tool.Scratch()
    for (name, count) in [("a", "3"), ("b", "5"), ("c", "3")] {
      let outcome = try Tool.run(
        "generate", Self.net, "--samples", count, "--seed", "4", "--bits", "16", "--output", scratch.path(name))
      #expect(outcome.status == 0)
    }
    for sample in ["0000", "0002"] {
      let first = try bytes(scratch.path("a/samples/\(sample).png"))
      #expect(try first == bytes(scratch.path("b/samples/\(sample).png")))
    }
    #expect(try bytes(scratch.path("a/findings.json")) == bytes(scratch.path("c/findings.json")))
    // Sixteen bits hold what the array holds, to half a step.
    let picture = try Picture(contentsOf: scratch.path("a/samples/0001.png")).pixels.scalars
    let array = try Tensor(npy: scratch.path("a/samples.npy")).slice(axis: 0, 1..<2).scalars
    #expect(zip(picture, array).allSatisfy { abs($0 - $1) <= 0.5001 / 65535 })
  }

  @Test func latentsOfARunGiveItsSamplesAgain() throws {
    let scratch = try Tool.Scratch()
    #expect(try Tool.run("generate", Self.net, "--samples", "2", "--output", scratch.path("a")).status == 0)
    let again = try Tool.run(
      "generate", Self.net, "--latents", scratch.path("a/latents.npy"), "--output", scratch.path("b"))
    #expect(again.status == 0)
    #expect(try bytes(scratch.path("a/samples.npy")) == bytes(scratch.path("b/samples.npy")))
  }

  @Test func aGivenRangeMovesThePixels() throws {
    let scratch = try Tool.Scratch()
    for (name, range) in [("a", "0..1"), ("b", "-1..1")] {
      let outcome = try Tool.run(
        "generate", Self.net, "--samples", "1", "--range", range, "--output", scratch.path(name))
      #expect(outcome.status == 0)
    }
    let (a, b) = (try Tensor(npy: scratch.path("a/samples.npy")), try Tensor(npy: scratch.path("b/samples.npy")))
    #expect(zip(a.scalars, b.scalars).allSatisfy { abs(($0 + 1) / 2 - $1) < 1e-6 })
  }

  @Test(arguments: [
    (["generate", "random:squeezenet1_1?size=64"], 1, "gingham visualize"),
    (["generate", net, "--images", "x.png"], 1, "Draw some with --samples N and --seed N"),
    (["generate", net, "--input", "style=1"], 1, "there is no input 'style'"),
    (["generate", net, "--latents", "missing.npy"], 1, "missing.npy"),
    (["generate", net, "--samples", "0"], 64, "--samples"),
    (["generate", net, "--range", "1..0"], 64, "--range"),
    (["generate", net, "--bits", "12"], 64, "--bits"),
  ])
  func badInputEndsInOneMessage(arguments: [String], status: Int32, message: String) throws {
    let scratch = try Tool.Scratch()
    let outcome = try Tool.run(executable: Tool.path, arguments + ["--output", scratch.path("run"), "--force"])
    #expect(outcome.status == status)
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
    #expect(outcome.output.isEmpty)
    #expect(try scratch.contents.isEmpty)
  }

  @Test func latentsOfAWrongShapeAreNamed() throws {
    let scratch = try Tool.Scratch()
    try Tensor([2, 7]).write(npy: scratch.path("z.npy"))
    let outcome = try Tool.run(
      "generate", Self.net, "--latents", scratch.path("z.npy"), "--output", scratch.path("run"))
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("are 2×7, the network takes N×8×1×1"), "\(outcome.errors)")
  }
}
