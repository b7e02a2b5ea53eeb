import Foundation
import Gingham
import Testing

@Suite struct PredictTests {
  private func predict(_ scratch: Tool.Scratch, _ arguments: String...) throws -> Tool.Outcome {
    try Tool.run(executable: Tool.path, ["predict"] + arguments + ["--output", scratch.path("run"), "--force"])
  }

  private func bands(_ lattice: [String: Any]) throws -> [Int: [String: Any]] {
    let bands = try #require(lattice["bands"] as? [[String: Any]])
    return Dictionary(uniqueKeysWithValues: bands.compactMap { band in (band["period"] as? Int).map { ($0, band) } })
  }

  @Test func classifiersAreCalledByBandAndLayer() throws {
    let scratch = try Tool.Scratch()
    let outcome = try predict(scratch, "random:resnet18", "--json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let json = try outcome.json()
    let input = try #require(json["input"] as? [String: Any])
    #expect(abs(try #require(input["cv2"] as? Double) - 0.0545) < 5e-4)
    let found = try bands(input)
    #expect(found[2]?["layer"] as? String == "conv1" && found[4]?["layer"] as? String == "maxpool")
    // By the bounds, not by the mean: 0.0096 lies below the threshold and other draws of the weights above.
    #expect(found[2]?["verdict"] as? String == "artifact" && found[4]?["verdict"] as? String == "open")
    let bounds = try bands(try #require(json["bounds"] as? [String: Any]))
    for (period, band) in found {
      let (lower, upper) = (bounds[period]?["lower"] as? Double ?? 1, bounds[period]?["upper"] as? Double ?? 0)
      #expect(
        band["verdict"] as? String == (lower > 0.01 ? "artifact" : upper <= 0.01 ? "clean" : "open"), "\(period)")
      #expect(bounds[period]?["verdict"] as? String == band["verdict"] as? String)
    }
    let layer = try #require((json["layers"] as? [[String: Any]])?.first)
    for key in ["name", "cv2", "max_min", "dead_share"] { #expect(layer[key] != nil, "\(key)") }
    let warnings = try #require(json["warnings"] as? [[String: Any]])
    for key in ["layer", "kind", "message", "advice"] { #expect(warnings.allSatisfy { $0[key] is String }, "\(key)") }
    #expect(warnings.first?["layer"] as? String == "conv1")
    #expect((warnings.first?["advice"] as? String)?.contains("CV² 0.0545 →") == true)
    // A layer of which nothing is left at the input is judged where it shows.
    let deep = try #require(warnings.first { $0["layer"] as? String == "layer2.0.conv1" })
    #expect((deep["message"] as? String)?.contains("nothing of it is left") == true)
    #expect((deep["advice"] as? String)?.hasPrefix("no change to this layer alone helps") == true)
    let names = try FileManager.default.contentsOfDirectory(atPath: scratch.path("run"))
    #expect(Set(names) == ["findings.json", "layers.png", "manifest.json", "overlap.png", "variance.png"])
  }

  @Test func targetsLayersAndConventionsMayBeChosen() throws {
    let scratch = try Tool.Scratch()
    let stem = try predict(scratch, "random:resnet18", "--target", "layer:relu", "--json").json()
    let input = try #require(stem["input"] as? [String: Any])
    // The first layer alone: 7/2.
    #expect(input["period"] as? Int == 2)
    #expect(abs(try #require(input["cv2"] as? Double) - 99.0 / 2401) < 1e-12)
    let at = try #require(
      try predict(scratch, "random:resnet50_v1", "--at", "layer1", "--json").json()["at"] as? [String: Any])
    #expect(at["layer"] as? String == "layer1")
    #expect((at["lattice"] as? [String: Any])?["dead_share"] as? Double == 0.75)
    let smooth = try predict(scratch, "random:resnet18", "--signals", "smooth", "--json").json()
    #expect((smooth["convention"] as? [String: Any])?["signals"] as? String == "smooth")
    let smoothed = try bands(try #require(smooth["input"] as? [String: Any]))
    #expect(try #require(smoothed[4]?["cv2"] as? Double) > 0.01)
    // A layer's own lattice has no bounds, and so no verdict.
    let layer = try bands(try #require(at["lattice"] as? [String: Any]))
    #expect(!layer.isEmpty && layer.values.allSatisfy { $0["verdict"] as? String == "open" })
    let neuron = try predict(scratch, "random:strided_stack?depth=2&size=32", "--target", "neuron:conv2:0", "--json")
    let border = try #require(try neuron.json()["border"] as? [String: Any])
    // Seven pixels of 32 a side: receptive field 3 + 2·2.
    #expect(abs(try #require(border["dead_share"] as? Double) - (1 - 49.0 / 1024)) < 1e-12)
  }

  @Test func netsWithoutStridesHaveNoLattice() throws {
    let scratch = try Tool.Scratch()
    let outcome = try predict(scratch, "random:strided_stack?stride=1&size=32")
    #expect(outcome.status == 0 && outcome.output.contains("no lattice: all positions are alike"), "\(outcome.errors)")
    #expect(outcome.output.contains("nothing to warn of"))
  }

  @Test func generatorsAreCalledByWhatTheyPaint() throws {
    let scratch = try Tool.Scratch()
    let even = try predict(scratch, "random:dcgan_generator", "--json").json()
    let painted = try #require((even["picture"] as? [String: Any])?["lattice"] as? [String: Any])
    #expect(try #require(painted["cv2"] as? Double) < 1e-12)
    let three = try predict(scratch, "random:dcgan_generator?kernel=3", "--json").json()
    let uneven = try #require((three["picture"] as? [String: Any])?["lattice"] as? [String: Any])
    #expect(abs(try #require(uneven["cv2"] as? Double) - 0.3645) < 5e-5)
    #expect(try bands(uneven)[2]?["layer"] as? String == "main.12")
    let kinds = try #require(three["warnings"] as? [[String: Any]]).compactMap { $0["kind"] as? String }
    #expect(kinds == [String](repeating: "uneven_upsampling", count: 4))
    let files = Set(try FileManager.default.contentsOfDirectory(atPath: scratch.path("run")))
    #expect(files.isSuperset(of: ["painted.png", "layers.png"]))
  }

  @Test func weightsAreHeldAgainstTheArchitecture() throws {
    let scratch = try Tool.Scratch()
    // Trained weights that even out what 3/2 would do to a constant: (1, 2, 1) along each axis.
    let network = try Architectures.network(parsing: "random:dcgan_generator?kernel=3&features=4")
    var weights: [(name: String, tensor: Tensor)] = []
    for (value, constant) in network.constants.sorted(by: { $0.key < $1.key }) {
      guard var tensor = constant.tensor else { continue }
      if tensor.shape.rank == 4, tensor.shape[2] == 3 {
        let taps: [Float] = [1, 2, 1]
        tensor = Tensor(tensor.shape, (0..<tensor.count).map { taps[$0 / 3 % 3] * taps[$0 % 3] })
      }
      weights.append((network.name(of: value), tensor))
    }
    try WeightTable(path: "", weights).write(safeTensors: scratch.path("learned.safetensors"))
    let outcome = try predict(
      scratch, scratch.path("learned.safetensors"), "--architecture", "dcgan_generator?kernel=3&features=4", "--json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let kernels = try #require(try outcome.json()["kernels"] as? [[String: Any]])
    #expect(!kernels.isEmpty)
    for kernel in kernels {
      #expect(abs(try #require(kernel["architectural"] as? Double) - 19.0 / 81) < 1e-9)
      #expect(try #require(kernel["phase_sum_deviation"] as? Double) < 1e-6)
    }
  }

  @Test func stacksAreCounted() throws {
    let scratch = try Tool.Scratch()
    let outcome = try predict(
      scratch, "--deconvolution", "3/2,3/2;4/2p1", "--positions", "5", "--equivalent", "nearest2:1,10,100", "--json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let json = try outcome.json()
    let demos = try #require(json["demos"] as? [[String: Any]])
    let counts = try #require(demos[0]["layers"] as? [[String: Any]]).compactMap { $0["counts"] as? [Int] }
    #expect(counts[0] == [1, 1, 2, 1, 2, 1, 2, 1, 2, 1, 1])
    #expect(counts[1] == [1, 1, 2, 1, 3, 2, 3, 1, 3, 2, 3, 1, 3, 2, 3, 1, 3, 2, 3, 1, 2, 1, 1])
    #expect(demos[0]["cv2_axis_exact"] as? String == "11/81" && demos[0]["cv2_exact"] as? String == "1903/6561")
    #expect((demos[0]["plane"] as? [[Int]])?[4][4] == 9)
    let lattice = try #require(demos[0]["lattice"] as? [String: Any])
    #expect(abs(try #require(try bands(lattice)[4]?["cv2"] as? Double) - 0.0555) < 5e-5)
    #expect((demos[1]["lattice"] as? [String: Any])?["cv2"] as? Double == 0)
    let equivalent = try #require((json["equivalents"] as? [[String: Any]])?.first)
    #expect(equivalent["kernel"] as? [Double] == [100, 110, 11, 1])
    let names = try FileManager.default.contentsOfDirectory(atPath: scratch.path("run"))
    #expect(Set(names) == ["findings.json", "manifest.json", "overlap.png", "plane.png"])
    let text = try predict(scratch, "--deconvolution", "3/2").output
    #expect(text.contains("1 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 1") && text.contains("19/81"), "\(text)")
  }

  @Test func badInputIsExplained() throws {
    let scratch = try Tool.Scratch()
    for (arguments, says) in [
      (["--deconvolution", "3x2"], "3/2p1o1"), (["--equivalent", "nearest:1"], "nearest2"),
      (["--deconvolution", "3/2", "--positions", "0"], "inputs"),
      (["random:resnet18", "--target", "relu:1 + layer4:2"], "one layer"),
      (["random:resnet18", "--at", "layer9"], "layer"), (["random:resnt18"], "resnet18"),
    ] {
      let outcome = try Tool.run(
        executable: Tool.path, ["predict"] + arguments + ["--output", scratch.path("run"), "--force"])
      #expect(outcome.status == 1 && outcome.errors.contains(says), "\(arguments): \(outcome.errors)")
      #expect(outcome.output.isEmpty)
    }
    #expect(try scratch.contents.isEmpty)
    #expect(try Tool.run("predict").status == 64)
    #expect(try Tool.run("predict", "random:resnet18", "--deconvolution", "3/2").status == 64)
    let help = try Tool.run("predict", "--help").output
    #expect(help.contains("3/2p1o1") && help.contains("subpixel:1,2,1;0,1,0"))
  }
}
