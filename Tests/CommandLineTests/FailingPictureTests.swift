import Foundation
import Gingham
import Testing

/// One picture without finite numbers is named, listed and left out; the others get their results. What has no gradient
/// is not called clean, and what is large is measured like anything else.
@Suite struct FailingPictureTests {
  /// Three classes of a 16×16 picture, weighed by the root of its mean: a black picture has no finite gradient.
  ///
  /// - Parameters:
  ///   - gain: of the classes.
  ///   - bias: of the convolution; far below zero no unit fires.
  private func net(_ scratch: Tool.Scratch, _ name: String, gain: Float = 1, bias: Float = 0) throws -> String {
    var network = Network(name: name)
    let x = network.addInput("x", shape: [1, 3, 16, 16])
    func weights(_ shape: Shape, _ step: Int) -> Tensor {
      Tensor(shape, (0..<shape.elementCount).map { Float($0 * step % 19 - 9) / 32 })
    }
    let kernel = network.addConstant("w", .float(weights([4, 3, 3, 3], 37)))
    let biases = network.addConstant("b", .float(Tensor([4], repeating: bias)))
    let classes = network.addConstant("classes", .float(weights([4, 3], 7).map { $0 * gain }))
    var value = network.append("conv", .convolution(Convolution(Window(3, stride: 2, padding: 1))), x, kernel, biases)
    value = network.append("relu", .pointwise(.relu), value)
    let brightness = network.append(
      "brightness", .reduce(Reduction(.mean, axes: .listed([1, 2, 3]), keepsDimensions: true)), x)
    let root = network.append("root", .pointwise(.sqrt), brightness)
    value = network.append("weighed", .elementwise(.multiply), value, root)
    value = network.append("mean", .reduce(Reduction(.mean, axes: .listed([2, 3]), keepsDimensions: false)), value)
    network.outputs = [network.append("fc", .matrixMultiply, value, classes)]
    let path = scratch.path(name + ".onnx")
    try ONNXModel.write(network, to: path)
    return path
  }

  @Test(arguments: [
    ["gradient"], ["gradient", "--compare"], ["trace"],
    ["probe", "--attack", "fgsm", "--epsilon", "8/255", "--batch", "2"],
  ])
  func theOthersGetTheirResults(verb: [String]) throws {
    let scratch = try Tool.Scratch()
    let black = scratch.path("black.png")
    try Picture(Tensor([3, 16, 16])).write(to: black)
    let whole = try [scratch.picture("one.png", side: 16), scratch.picture("two.png", side: 16)]
    let net = try net(scratch, "net")
    let outcome = try Tool.run(
      executable: Tool.path,
      [verb[0], net, whole[0], black, whole[1]] + verb.dropFirst() + ["--json", "--output", scratch.path("run")])
    #expect(outcome.status == 2, "\(outcome.errors)")
    let findings = String(decoding: try Data(contentsOf: manifest(in: scratch)), as: UTF8.self)
    #expect((outcome.errors + outcome.output + findings).contains("black.png"))
    #expect((outcome.errors + outcome.output).contains("infinities or NaN"), "\(outcome.errors)")
    // Alone it is an error.
    let alone = try Tool.run(
      executable: Tool.path, [verb[0], net, black] + verb.dropFirst() + ["--output", scratch.path("alone")])
    #expect(alone.status == 1 && alone.errors.contains("infinities or NaN"), "\(alone.errors)")
  }

  private func manifest(in scratch: Tool.Scratch) -> URL { scratch.url.appending(path: "run/manifest.json") }

  @Test func whatHasNoGradientIsNotClean() throws {
    let scratch = try Tool.Scratch()
    let (net, picture) = (try net(scratch, "dead", bias: -100), try scratch.picture(side: 16))
    for verb in [
      ["gradient", net, picture, "--target", "channel:relu:1"], ["trace", net, picture, "--target", "class:1"],
      ["visualize", net, "--objective", "relu:1", "--steps", "4", "--preset", "naive"],
    ] {
      let outcome = try Tool.run(executable: Tool.path, verb + ["--output", scratch.path(verb[0])])
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output.contains("no gradient") && !outcome.output.contains("clean"), "\(outcome.output)")
    }
  }

  @Test func largeGradientsAreMeasuredLikeOthers() throws {
    let scratch = try Tool.Scratch()
    let picture = try scratch.picture(side: 16)
    var unevenness: [Double] = []
    for (name, gain) in [("plain", 1), ("large", 0x1p105)] as [(String, Float)] {
      let outcome = try Tool.run(
        "gradient", net(scratch, name, gain: gain), picture, "--target", "class:1", "--json", "--output",
        scratch.path("run-" + name))
      #expect(outcome.status == 0, "\(outcome.errors)")
      let image = try #require((try outcome.json()["images"] as? [[String: Any]])?.first)
      unevenness.append(try #require((image["lattice"] as? [String: Any])?["cv2"] as? Double))
      #expect(try scratch.contents.contains("run-" + name))
    }
    #expect(unevenness[0] > 0 && abs(unevenness[1] - unevenness[0]) < 1e-5 * unevenness[0], "\(unevenness)")
  }

  @Test func anUnknownOutputIsAnsweredWithThoseThereAre() throws {
    let scratch = try Tool.Scratch()
    let outcome = try Tool.run(
      "gradient", net(scratch, "net"), scratch.picture(side: 16), "--output-name", "logit", "--output",
      scratch.path("run"))
    #expect(
      outcome.status == 1 && outcome.errors.contains("'logit'") && outcome.errors.contains("the outputs are 'fc'"))
  }

  @Test(arguments: [["verify", "--image"], ["visualize", "--objective", "class:1", "--steps", "4", "--start"]])
  func aPictureOfAnotherSizeIsSaidToBeStretched(verb: [String]) throws {
    let scratch = try Tool.Scratch()
    for (side, isSaid) in [(16, false), (24, true)] {
      let picture = try scratch.picture("\(side).png", side: side)
      let outcome = try Tool.run(
        executable: Tool.path,
        [verb[0], net(scratch, "net")] + verb.dropFirst() + [picture, "--output", scratch.path("run-\(side)")])
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(
        (outcome.errors.contains("stretched to") || outcome.errors.contains("scaled to")) == isSaid, "\(outcome.errors)"
      )
    }
  }
}
