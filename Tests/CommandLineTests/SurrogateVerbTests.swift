import Foundation
import Gingham
import Testing

/// Mitigated gradients, their comparison, and the trace, run as a user would.
@Suite struct SurrogateVerbTests {
  private static let net = "random:squeezenet1_1?size=64&seed=3"

  @Test func bandsCarryPredictionRatioAndLayer() throws {
    let scratch = try Tool.Scratch()
    let outcome = try Tool.run(
      "gradient", Self.net, try scratch.picture(), "--json", "--output", scratch.path("run"))
    let image = try #require((try outcome.json()["images"] as? [[String: Any]])?.first)
    let bands = try #require((image["lattice"] as? [String: Any])?["bands"] as? [[String: Any]])
    #expect(bands.map { $0["layer"] as? String }.prefix(2) == ["features.0", "features.2"])
    for band in bands.prefix(2) {
      let (predicted, ratio) = (try #require(band["predicted"] as? Double), try #require(band["ratio"] as? Double))
      #expect(predicted > 0)
      #expect(abs(ratio * predicted - (try #require(band["cv2_corrected"] as? Double))) < 1e-9)
    }
    // The same at a layer, whose bands are counted in its own elements.
    let inner = try Tool.run(
      "gradient", Self.net, try scratch.picture(), "--at", "features.1", "--json", "--output", scratch.path("inner"))
    let innerImage = try #require((try inner.json()["images"] as? [[String: Any]])?.first)
    let innerBands = try #require((innerImage["lattice"] as? [String: Any])?["bands"] as? [[String: Any]])
    #expect(innerBands.first?["layer"] as? String == "features.2")
    #expect(innerBands.first?["predicted"] is Double)
  }

  @Test(
    arguments: [
      "lattice-jitter", "uniform-jitter", "backward-smoothing", "phase-equalisation", "lattice-notch", "low-pass",
    ])
  func mitigatedGradientsAreMarkedAsSurrogates(method: String) throws {
    let scratch = try Tool.Scratch()
    let arguments = [
      "gradient", Self.net, try scratch.picture(), "--method", method, "--target", "class:3", "--period", "4",
      "--samples", "5", "--jitter", "6", "--seed", "2",
    ]
    let outcome = try Tool.run(
      executable: Tool.path, arguments + ["--json", "--output", scratch.path("run"), "--force"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let json = try outcome.json()
    #expect(json["method"] as? String == method)
    #expect(json["surrogate"] as? Bool == true)
    let image = try #require((json["images"] as? [[String: Any]])?.first)
    let cosine = try #require(image["cosine"] as? Double)
    #expect(cosine > 0 && cosine < 1)
    let text = try Tool.run(executable: Tool.path, arguments + ["--output", scratch.path("again")])
    #expect(text.output.contains("surrogate"))
    #expect(text.output.contains("cosine to the true gradient"))
    #expect(try Tensor(npy: scratch.path("run/gradient.npy")) == Tensor(npy: scratch.path("again/gradient.npy")))
  }

  @Test func energiesAreThoseAskedFor() throws {
    let scratch = try Tool.Scratch()
    let picture = try scratch.picture()
    func cv2(_ energies: String) throws -> Double {
      let outcome = try Tool.run(
        "gradient", Self.net, picture, "--method", "phase-equalisation", "--energies", energies, "--json", "--output",
        scratch.path(energies))
      let image = try #require((try outcome.json()["images"] as? [[String: Any]])?.first)
      return try #require((image["lattice"] as? [String: Any])?["cv2"] as? Double)
    }
    #expect(try cv2("measured") < 0.5 * cv2("predicted"))
  }

  @Test func comparisonsTableEveryMethod() throws {
    let scratch = try Tool.Scratch()
    let outcome = try Tool.run(
      "gradient", Self.net, try scratch.picture(), "--compare", "--json", "--output", scratch.path("run"))
    #expect(outcome.status == 0, "\(outcome.errors)")
    let rows = try #require(try outcome.json()["methods"] as? [[String: Any]])
    #expect(
      rows.compactMap { $0["method"] as? String } == [
        "gradient", "lattice-jitter", "uniform-jitter", "backward-smoothing", "phase-equalisation, predicted",
        "phase-equalisation, measured", "lattice-notch", "low-pass",
      ])
    for row in rows {
      let isGradient = row["method"] as? String == "gradient"
      #expect(row["surrogate"] as? Bool == !isGradient)
      let cosine = try #require(row["cosine"] as? Double)
      #expect(isGradient ? abs(cosine - 1) < 1e-9 : cosine < 1)
      #expect(try #require(row["seconds"] as? Double) > 0)
      let scores = try #require(row["faithfulness"] as? [String: Any])
      for key in ["deletion", "insertion"] {
        let area = try #require(scores[key] as? Double)
        #expect((0...1).contains(area))
      }
      #expect((row["lattice"] as? [String: Any])?["bands"] is [[String: Any]])
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: scratch.path("run"))
    #expect(Set(names) == ["comparison.json", "montage.png", "manifest.json"])
    let text = try Tool.run(
      "gradient", Self.net, try scratch.picture(), "--compare", "--output", scratch.path("text"))
    #expect(text.output.contains("lattice-jitter *"))
  }

  @Test func tracesListEveryLayerAndCounterfactual() throws {
    let scratch = try Tool.Scratch()
    let outcome = try Tool.run(
      "trace", Self.net, try scratch.picture("a.png"), try scratch.picture("b.png"), "--without", "features.0",
      "--json",
      "--output", scratch.path("run"))
    #expect(outcome.status == 0, "\(outcome.errors)")
    let json = try outcome.json()
    let layers = try #require(json["layers"] as? [[String: Any]])
    #expect(layers.first?["name"] as? String == "input")
    #expect(layers.contains { $0["name"] as? String == "features.12.cat" })
    for layer in layers { #expect(try #require(layer["rms"] as? Double) >= 0) }
    let lattice = try #require(layers.first?["lattice"] as? [String: Any])
    #expect(lattice["inputs"] as? Int == 2)
    let without = try #require(json["without"] as? [[String: Any]])
    #expect(without.count == 1)
    #expect(without[0]["layers"] as? [String] == ["features.0"])
    let names = try FileManager.default.contentsOfDirectory(atPath: scratch.path("run"))
    #expect(Set(names) == ["trace.json", "unevenness.png", "gradients.png", "bands.png", "manifest.json"])
    let text = try Tool.run("trace", Self.net, try scratch.picture("a.png"), "--output", scratch.path("text"))
    for part in ["features.5", "the gradient at the pixels", "verdict"] { #expect(text.output.contains(part)) }
  }

  /// Nets without strides, gradients that are zero, objectives of several layers: defined values and a note.
  @Test func oddNetsAndTargetsHaveDefinedValues() throws {
    let scratch = try Tool.Scratch()
    let picture = try scratch.picture(side: 32)
    let flat = "random:strided_stack?stride=1&depth=2&width=4&size=32"
    let even = try Tool.run(
      "gradient", flat, picture, "--target", "layer:output", "--json", "--output", scratch.path("flat"))
    let image = try #require((try even.json()["images"] as? [[String: Any]])?.first)
    let lattice = try #require(image["lattice"] as? [String: Any])
    #expect(lattice["period"] as? Int == 2)
    let band = try #require((lattice["bands"] as? [[String: Any]])?.first)
    #expect(band["layer"] == nil || band["layer"] is NSNull)
    #expect(try #require(band["predicted"] as? Double) < 1e-3)
    #expect(try Tool.run("trace", flat, picture, "--target", "layer:output", "--output", scratch.path("t")).status == 0)

    // A channel that no weight reaches has a gradient of zeros.
    let zero = try Tool.run(
      "gradient", Self.net, picture, "--target", "features.0:3 - features.0:3", "--output", scratch.path("zero"))
    #expect(zero.status == 0, "\(zero.errors)")
    #expect(zero.errors.contains("zero everywhere"))

    let several = try Tool.run(
      "gradient", Self.net, picture, "--target", "features.0:3 + features.3.cat:7", "--output", scratch.path("several"))
    #expect(several.status == 0)
    #expect(several.errors.contains("no prediction"))
  }
}
