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

  /// A flat latent through one transposed convolution: in the middle only its grid is left.
  @Test func flatInputsShowWhatIsTheNetsOwn() throws {
    let scratch = try Tool.Scratch()
    var network = Network(name: "decoder")
    let x = network.addInput("latent", shape: [nil, 4, nil, nil])
    // One filter a channel with phases 0.1, 0, 0, 0: the picture is 0.1·Σ latent at every fourth pixel.
    var taps = [Float](repeating: 0, count: 4 * 3 * 4)
    for filter in 0..<12 { taps[4 * filter] = 0.1 }
    let weight = network.addConstant("up.weight", .float(Tensor([4, 3, 2, 2], taps)))
    network.outputs = [
      network.append("up", .transposedConvolution(TransposedConvolution(Window(2, stride: 2))), x, weight)
    ]
    let path = scratch.path("decoder.onnx")
    try ONNXModel.write(network, to: path, inputShapes: ["latent": [1, 4, 32, 32]])
    let outcome = try Tool.run(
      "generate", path, "--latent", "4x32x32", "--flat", "--samples", "6", "--range=0..1", "--periods", "2,4", "--json",
      "--output", scratch.path("run"))
    #expect(outcome.status == 0, "\(outcome.errors)")
    let flat = try #require(try outcome.json()["flat"] as? [String: Any])
    let bands = try #require(flat["bands"] as? [[String: Any]])
    let levels = Dictionary(
      uniqueKeysWithValues: bands.map { ($0["period"] as? Int ?? 0, $0["levels"] as? Double ?? -1) })
    // A spike s at one of four pixels deviates by s·√3/4.
    let latents = try Tensor(npy: scratch.path("run/latents.npy"))
    #expect(latents.shape == [6, 4, 32, 32])
    var power = 0.0
    for sample in 0..<6 {
      let spike = (0..<4).reduce(0.0) { $0 + 0.1 * Double(latents[sample, $1, 7, 9]) }
      power += 3.0 / 16 * spike * spike / 6
      for channel in 0..<4 { #expect(latents[sample, channel, 0, 0] == latents[sample, channel, 31, 5]) }
    }
    #expect(abs((levels[2] ?? 0) / (255 * power.squareRoot()) - 1) < 1e-3, "\(levels)")
    #expect(levels[4] ?? 1 < 1e-3)
    #expect(flat["remainder"] as? Double ?? 1 < 1e-3)
    // A vector has no field.
    let vector = try Tool.run("generate", Self.net, "--flat", "--output", scratch.path("vector"))
    #expect(vector.status == 1 && vector.errors.contains("too few positions"), "\(vector.errors)")
  }

  /// An input that would pass for a picture, and one whose extents the file leaves open.
  @Test func latentsMayHaveAnyShape() throws {
    let scratch = try Tool.Scratch()
    for (name, declared, asked) in [
      ("maps", [nil, 3, 16, 16], "3x16x16"), ("open", [nil, 3, nil, nil], "3x16x16"),
      ("tokens", [nil, 2, 24], "2x24"),
    ] as [(String, [Int?], String)] {
      var network = Network(name: name)
      var value = network.addInput("z", shape: declared)
      if declared.count == 3 {
        value = network.append("flat", .flatten(axis: 1), value)
        let weight = network.addConstant("dense.weight", .float(Tensor([48, 768], repeating: 0.01)))
        value = network.append("dense", .matrixMultiply, value, weight)
        value = network.append("map", .reshape(Reshape(shape: [-1, 3, 16, 16])), value)
      }
      let weight = network.addConstant("up.weight", .float(Tensor([3, 3, 3, 3], repeating: 0.1)))
      network.outputs = [
        network.append("up", .transposedConvolution(TransposedConvolution(Window(3, stride: 2))), value, weight)
      ]
      let path = scratch.path(name + ".onnx")
      let extents = asked.split(separator: "x").compactMap { Int($0) }
      try ONNXModel.write(network, to: path, inputShapes: ["z": Shape([1] + extents)])
      let run = scratch.path(name)
      let outcome = try Tool.run("generate", path, "--latent", asked, "--samples", "2", "--output", run)
      #expect(outcome.status == 0, "\(name): \(outcome.errors)")
      #expect(try Tensor(npy: run + "/latents.npy").shape == Shape([2] + extents))
      let again = try Tool.run(
        "generate", path, "--latent", asked, "--latents", run + "/latents.npy", "--output", scratch.path(name + "2"))
      #expect(again.status == 0, "\(again.errors)")
      #expect(try bytes(run + "/samples.npy") == bytes(scratch.path(name + "2/samples.npy")))
      if name == "tokens" {
        // Of rank three nobody need say that it is no picture.
        #expect(try Tool.run("trace", path, "--samples", "2", "--output", scratch.path("trace")).status == 0)
      }
    }
    let wrong = try Tool.run(
      "generate", scratch.path("maps.onnx"), "--latent", "4x16x16", "--output", scratch.path("w"))
    #expect(wrong.status == 1 && wrong.errors.contains("4×16×16"), "\(wrong.errors)")
    #expect(try Tool.run("generate", scratch.path("maps.onnx"), "--latent", "3x-1").status == 64)
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
