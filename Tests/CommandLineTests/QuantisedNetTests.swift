import Foundation
import Gingham
import Testing

/// Gradients through the rounding of a quantised net are those of the net without rounding: whoever differentiates says
/// so, in words and in the findings.
@Suite struct QuantisedNetTests {
  /// Four classes of a 16×16 picture: a convolution, QuantizeLinear and DequantizeLinear to eight bits, a rectifier, a
  /// mean. By `notebooks-scripts/golden/exported_nets.py`.
  private static let quantised = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "VerbsTests/Golden/exports/quantised.onnx").path(percentEncoded: false)

  /// The same without rounding.
  private static func smooth(_ scratch: Tool.Scratch) throws -> String {
    var network = Network(name: "smooth")
    let x = network.addInput("x", shape: [1, 3, 16, 16])
    var weights: [Float] = []
    for index in 0..<108 { weights.append(Float(index * 37 % 19 - 9) / 32) }
    let weight = network.addConstant("w", .float(Tensor([4, 3, 3, 3], weights)))
    var value = network.append("conv", .convolution(Convolution(Window(3, stride: 2, padding: 1))), x, weight)
    value = network.append("relu", .pointwise(.relu), value)
    network.outputs = [
      network.append("mean", .reduce(Reduction(.mean, axes: .listed([2, 3]), keepsDimensions: false)), value)
    ]
    let path = scratch.path("smooth.onnx")
    try ONNXModel.write(network, to: path)
    return path
  }

  /// What is written of a quantised net passes gradients as the net did: its rounding stays an operator of quantisation.
  @Test func writtenNetsStillPassGradients() throws {
    let scratch = try Tool.Scratch()
    let picture = try scratch.picture(side: 16)
    let again = scratch.path("again.onnx")
    try ONNXModel.write(ONNXModel.load(path: Self.quantised), to: again)
    var gradients: [Tensor] = []
    for (name, net) in [("first", Self.quantised), ("second", again)] {
      let outcome = try Tool.run(
        "gradient", net, picture, "--target", "class:1", "--output", scratch.path(name))
      #expect(outcome.status == 0, "\(outcome.errors)")
      gradients.append(try Tensor(npy: scratch.path(name + "/gradient.npy")))
    }
    #expect(gradients[0].scalars.contains { $0 != 0 })
    #expect(zip(gradients[0].scalars, gradients[1].scalars).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  private static let verbs: [[String]] = [
    ["gradient", "NET", "PICTURE"], ["gradient", "NET", "PICTURE", "--compare"], ["trace", "NET", "PICTURE"],
    ["visualize", "NET", "--objective", "class:1", "--steps", "2", "--size", "16"],
    [
      "compare", "NET", "--objective", "class:1", "--steps", "2", "--size", "16", "--seeds", "1", "--mitigations",
      "naive",
    ],
    ["probe", "NET", "PICTURE", "--labels", "predicted", "--attack", "fgsm"], ["verify", "NET"], ["bench", "NET"],
  ]

  @Test(arguments: verbs) func everyVerbThatDifferentiatesSaysHow(verb: [String]) throws {
    let scratch = try Tool.Scratch()
    let picture = try scratch.picture(side: 16)
    for rounds in [true, false] {
      let net = try rounds ? Self.quantised : Self.smooth(scratch)
      let words = verb.map { $0 == "NET" ? net : $0 == "PICTURE" ? picture : $0 }
      let outcome = try Tool.run(
        executable: Tool.path, words + ["--json", "--output", scratch.path("run-\(rounds)")])
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.errors.contains("straight through") == rounds, "\(outcome.errors)")
      let remarks = try outcome.json()["remarks"] as? [String]
      #expect((remarks?.contains { $0.contains("straight through") } ?? false) == rounds)
      #expect(try outcome.json().count > 1, "the findings themselves stay")
    }
  }

  /// Nothing behind the convolution is rounded in front of it.
  @Test func aTargetInFrontOfTheRoundingHasATrueGradient() throws {
    let scratch = try Tool.Scratch()
    let outcome = try Tool.run(
      "gradient", Self.quantised, scratch.picture(side: 16), "--target", "conv:1", "--json",
      "--output",
      scratch.path("run"))
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(!outcome.errors.contains("straight through"))
    #expect(try outcome.json()["remarks"] == nil)
  }
}
