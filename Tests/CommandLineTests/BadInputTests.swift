import Foundation
import Gingham
import Testing

/// Exit status 1, one clear message, nothing half-written.
@Suite struct BadInputTests {
  private static let net = "random:squeezenet1_1?size=64"

  private func expectFailure(
    _ arguments: [String], says parts: String..., leaving scratch: Tool.Scratch, _ names: [String]
  ) throws {
    let outcome = try Tool.run(executable: Tool.path, arguments)
    #expect(outcome.status == 1, "\(outcome.errors)")
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    for part in parts { #expect(outcome.errors.contains(part), "\(outcome.errors)") }
    #expect(try scratch.contents == names.sorted())
  }

  private func gradient(_ scratch: Tool.Scratch, model: String = net, picture: String, _ more: String...) -> [String] {
    ["gradient", model, picture, "--output", scratch.path("run")] + more
  }

  @Test func wrongUsageExitsWith64() throws {
    #expect(try Tool.run("gradient").status == 64)
    #expect(try Tool.run("layers", Self.net, "--no-such-flag").status == 64)
    #expect(try Tool.run("bench", Self.net, "--batch", "0").status == 64)
    #expect(try Tool.run("gradient", Self.net, "a.png", "--method", "magic").status == 64)
  }

  @Test func picturesThatAreNone() throws {
    let scratch = try Tool.Scratch()
    let text = scratch.path("text.png")
    try Data("this is no picture".utf8).write(to: URL(filePath: text))
    try expectFailure(gradient(scratch, picture: text), says: "text.png", leaving: scratch, ["text.png"])
    try expectFailure(
      gradient(scratch, picture: scratch.path("none.png")), says: "none.png", "No such file", leaving: scratch,
      ["text.png"])
    let whole = try Data(contentsOf: URL(filePath: scratch.picture()))
    try whole.prefix(whole.count / 2).write(to: URL(filePath: scratch.path("cut.png")))
    try expectFailure(
      gradient(scratch, picture: scratch.path("cut.png")), says: "cut.png", leaving: scratch,
      ["text.png", "picture.png", "cut.png"])
  }

  @Test func targetsThatAreNotThere() throws {
    let scratch = try Tool.Scratch()
    let picture = try scratch.picture()
    let left = ["picture.png"]
    try expectFailure(
      gradient(scratch, picture: picture, "--target", "features.3.expnd1x1:1"), says: "features.3.expand1x1",
      leaving: scratch, left)
    try expectFailure(
      gradient(scratch, picture: picture, "--target", "features.0:64"), says: "channel 64", "0 to 63",
      leaving: scratch, left)
    try expectFailure(
      gradient(scratch, picture: picture, "--target", "class:1000"), says: "class 1000", "0 to 999", leaving: scratch,
      left)
    try expectFailure(
      gradient(scratch, picture: picture, "--target", "what"), says: "'what'", leaving: scratch, left)
  }

  @Test func layersThatCannotBeLookedAtOrEvened() throws {
    let scratch = try Tool.Scratch()
    let picture = try scratch.picture()
    let left = ["picture.png"]
    func trace(_ more: String...) -> [String] {
      ["trace", Self.net, picture, "--output", scratch.path("run")] + more
    }
    try expectFailure(trace("--without", "features.22"), says: "features.2", "nearest", leaving: scratch, left)
    try expectFailure(
      trace("--without", "features.3.squeeze"), says: "evenly already", "'features.8'", leaving: scratch, left)
    try expectFailure(
      trace("--without", "features.8", "--target", "features.3.cat:1"), says: "'features.0', 'features.2'",
      leaving: scratch, left)
    try expectFailure(
      gradient(scratch, picture: picture, "--at", "features.8", "--target", "features.3.cat:1"), says: "features.8",
      "does not lead to the target", leaving: scratch, left)
  }

  @Test func latticesAndOptionsThatDoNotFit() throws {
    let scratch = try Tool.Scratch()
    let picture = try scratch.picture()
    let small = "random:strided_stack?size=24&width=2"
    for method in ["lattice-jitter", "lattice-notch", "phase-equalisation"] {
      let energies = method == "phase-equalisation" ? ["--energies", "measured"] : []
      try expectFailure(
        [
          "gradient", small, picture, "--target", "layer:output", "--method", method, "--period", "32", "--output",
          scratch.path("run"),
        ] + energies, says: "24", leaving: scratch, ["picture.png"])
    }
    #expect(try Tool.run("gradient", Self.net, picture, "--period", "1").status == 64)
    #expect(try Tool.run("gradient", Self.net, picture, "--jitter", "0").status == 64)
    #expect(try Tool.run("gradient", Self.net, picture, "--cutoff", "-1").status == 64)
    #expect(try Tool.run("gradient", Self.net, picture, "--compare", "--method", "guided").status == 64)
    #expect(try Tool.run("trace", Self.net).status == 64)
  }

  /// Weights whose products overflow: the gradient is NaN, and nothing is drawn or written of it.
  @Test func gradientsThatAreNotFinite() throws {
    let scratch = try Tool.Scratch()
    let network = try Architectures.network(parsing: "random:strided_stack?depth=3&width=4&size=64&relu=0")
    var weights: [(name: String, tensor: Tensor)] = []
    for (value, constant) in network.constants.sorted(by: { $0.key < $1.key }) {
      guard let tensor = constant.tensor else { continue }
      weights.append((network.name(of: value), tensor.map { $0 * 1e25 }))
    }
    try WeightTable(path: "", weights).write(safeTensors: scratch.path("huge.safetensors"))
    let picture = try scratch.picture()
    for verb in ["gradient", "trace"] {
      try expectFailure(
        [
          verb, scratch.path("huge.safetensors"), picture, "--architecture",
          "strided_stack?depth=3&width=4&size=64&relu=0", "--target", "layer:output", "--output", scratch.path("run"),
        ], says: "NaN", leaving: scratch, ["huge.safetensors", "picture.png"])
    }
  }

  @Test func inputsSmallerThanTheNetNeeds() throws {
    let scratch = try Tool.Scratch()
    try expectFailure(
      gradient(scratch, model: "random:squeezenet1_1", picture: try scratch.picture(), "--input-size", "8x8"),
      says: "too small", leaving: scratch, ["picture.png"])
  }

  @Test func weightsThatAreNotFinite() throws {
    let scratch = try Tool.Scratch()
    let network = try Architectures.network(parsing: "random:squeezenet1_1")
    var weights: [(name: String, tensor: Tensor)] = []
    for (value, constant) in network.constants.sorted(by: { $0.key < $1.key }) {
      guard var tensor = constant.tensor else { continue }
      if weights.count == 2 { tensor.withUnsafeMutableBufferPointer { $0[5] = .nan } }
      weights.append((network.name(of: value), tensor))
    }
    try WeightTable(path: "", weights).write(safeTensors: scratch.path("nan.safetensors"))
    let picture = try scratch.picture()
    try expectFailure(
      gradient(scratch, model: scratch.path("nan.safetensors"), picture: picture), says: weights[2].name,
      "NaN", leaving: scratch, ["nan.safetensors", "picture.png"])
  }

  @Test func modelsThatAreNone() throws {
    let scratch = try Tool.Scratch()
    let picture = try scratch.picture()
    try expectFailure(
      gradient(scratch, model: "resnet18", picture: picture), says: "random:resnet18", leaving: scratch,
      ["picture.png"])
    try expectFailure(
      gradient(scratch, model: "random:resnt18", picture: picture), says: "resnet18", leaving: scratch,
      ["picture.png"])
    for name in ["a.onnx", "a.pth", "a.safetensors"] {
      try Data("nothing of the kind".utf8).write(to: URL(filePath: scratch.path(name)))
      try expectFailure(
        gradient(scratch, model: scratch.path(name), picture: picture), says: name, leaving: scratch,
        ["picture.png", name])
      try FileManager.default.removeItem(atPath: scratch.path(name))
    }
  }

  @Test func foldersThatCannotBeWritten() throws {
    let scratch = try Tool.Scratch()
    let picture = try scratch.picture()
    try expectFailure(
      ["gradient", Self.net, picture, "--output", picture + "/run"], says: "Not a directory", leaving: scratch,
      ["picture.png"])
  }

  /// A limit on file sizes stands for the full disk, which a test cannot have without being root.
  @Test func disksThatAreFull() throws {
    let scratch = try Tool.Scratch()
    let picture = try scratch.picture()
    let command = "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\""
    let outcome = try Tool.run(
      executable: "/bin/bash",
      ["-c", command, Tool.path, "gradient", Self.net, picture, "--output", scratch.path("run")])
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("File too large"), "\(outcome.errors)")
    #expect(try scratch.contents == ["picture.png"])
  }
}
