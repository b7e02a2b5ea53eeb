import Foundation
import Gingham
import Testing

/// Files made to harm, through the built tool: one message, exit status 1, and no line but the first at the margin.
@Suite struct HostileFileTests {
  /// x (1×3×H×W) → relu → y, with names of the author's choice.
  private func relu(_ scratch: Tool.Scratch, named name: String, height: Int = 8) throws -> String {
    var network = Network(name: "hostile")
    let x = network.addInput("x", shape: [1, 3, height, 8])
    network.outputs = [network.append(name, .pointwise(.relu), x)]
    let path = scratch.path("model.onnx")
    try ONNXModel.write(network, to: path)
    return path
  }

  private func expectRefusal(_ arguments: [String], says part: String) throws {
    let outcome = try Tool.run(executable: Tool.path, arguments)
    #expect(outcome.status == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains(part), "\(outcome.errors)")
    let lines = outcome.errors.split(separator: "\n")
    #expect(lines.dropFirst().allSatisfy { $0.hasPrefix("  ") }, "\(outcome.errors)")
  }

  @Test func namesCannotForgeLinesOrCommandATerminal() throws {
    let scratch = try Tool.Scratch()
    let name = "a\nError: forged\u{1B}[2J\u{202E}\u{9B}1m\r"
    let model = try relu(scratch, named: name)
    for arguments in [["layers", model], ["layers", model, "--json"]] {
      let outcome = try Tool.run(executable: Tool.path, arguments)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(!outcome.output.unicodeScalars.contains { $0.isInvisible && $0 != "\n" })
      #expect(!outcome.output.split(separator: "\n").contains { $0.hasPrefix("Error") })
      #expect(outcome.output.contains("forged"))
    }
    try expectRefusal(["layers", scratch.path("none\nError: forged\u{1B}[2J.onnx")], says: "none")
    try expectRefusal(
      ["gradient", model, scratch.path("none\nError: forged.png"), "--output", scratch.path("run")], says: "forged")
  }

  @Test func inputsWithoutPixelsAreRefused() throws {
    let scratch = try Tool.Scratch()
    let picture = try scratch.picture()
    let model = try relu(scratch, named: "y", height: 0)
    for arguments in [["layers", model], ["predict", model, "--output", scratch.path("run")]] {
      try expectRefusal(arguments, says: "1×3×0×8")
    }
    try expectRefusal(["gradient", model, picture, "--output", scratch.path("run")], says: "1×3×0×8")
  }

  @Test func thinPicturesAreCutBeforeTheyGrow() throws {
    let scratch = try Tool.Scratch()
    let thin = scratch.path("thin.png")
    try Picture(Tensor([3, 3, 20_000], repeating: 0.5)).write(to: thin)
    let outcome = try Tool.run(
      "gradient", "random:squeezenet1_1?size=64", thin, "--output", scratch.path("run"), "--json", "--quiet")
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test func limitsAreRaisedByAnOption() throws {
    let scratch = try Tool.Scratch()
    var network = Network(name: "long")
    var value = network.addInput("x", shape: [1, 3, 2, 2])
    let shape = network.addConstant("s", .integer(IntegerArray([1], [(1 << 24) + 64])))
    let zeros = network.append("zeros", .constantOfShape(value: 0, type: .float32), shape)
    let sum = network.append("sum", .slice(Slice(starts: [0], ends: [1])), zeros)
    value = network.append("y", .elementwise(.add), value, sum)
    network.outputs = [value]
    network.limits = ResourceLimits(factor: 2)
    let path = scratch.path("long.onnx")
    try ONNXModel.write(network, to: path)
    try expectRefusal(["layers", path], says: "--limit 10")
    let outcome = try Tool.run("layers", path, "--limit", "2")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try Tool.run("layers", path, "--limit", "0").status == 64)
  }
}
