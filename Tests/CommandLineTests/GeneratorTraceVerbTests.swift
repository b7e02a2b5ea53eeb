import Foundation
import Gingham
import Testing

@Suite struct GeneratorTraceVerbTests {
  private static let generator = "random:dcgan_generator?features=4&latent=8&kernel=5"
  private static let classifier = "random:squeezenet1_1?size=64&seed=3"

  @Test func aGeneratorIsTracedUpToItsPicture() throws {
    let scratch = try Tool.Scratch()
    let outcome = try Tool.run(
      "trace", Self.generator, "--samples", "9", "--json", "--output", scratch.path("run"))
    #expect(outcome.status == 0, "\(outcome.errors)")
    let json = try outcome.json()
    let layers = try #require(json["layers"] as? [[String: Any]])
    let last = try #require(layers.last)
    #expect(last["name"] as? String == "pixels")
    let bands = try #require(last["bands"] as? [[String: Any]])
    #expect(bands.compactMap { $0["pixels"] as? Int } == [2, 4, 8, 16])
    #expect(bands.compactMap { $0["layer"] as? String } == ["main.12", "main.9", "main.6", "main.3"])
    for key in ["share", "locked_share", "null", "control", "peak_db", "period"] {
      #expect(bands[0][key] != nil, "\(key)")
    }
    let grids = try #require(json["upsampling"] as? [[String: Any]])
    #expect(grids.count == 4)
    for key in ["overlap", "predicted", "measured", "phase_sum_deviation"] {
      #expect(grids[3][key] is Double, "\(key)")
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: scratch.path("run"))
    for name in ["trace.json", "lattice.png", "peaks.png", "activations.png", "manifest.json"] {
      #expect(names.contains(name), "\(name)")
    }
  }

  @Test func aClassifierWithoutPicturesIsAMistakeOfUsage() throws {
    let outcome = try Tool.run("trace", Self.classifier)
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("name at least one"))
  }

  @Test func aClassifiersGradientIsTracedAsBefore() throws {
    let scratch = try Tool.Scratch()
    let outcome = try Tool.run(
      "trace", Self.classifier, try scratch.picture(), "--json", "--output", scratch.path("run"))
    #expect(outcome.status == 0, "\(outcome.errors)")
    let json = try outcome.json()
    #expect(json["target"] as? String == "top")
    #expect((json["layers"] as? [[String: Any]])?.first?["name"] as? String == "input")
    #expect(json["upsampling"] == nil)
  }

  @Test func picturesForAGeneratorOfLatentsAreAMistake() throws {
    let scratch = try Tool.Scratch()
    let outcome = try Tool.run("trace", Self.generator, try scratch.picture(), "--output", scratch.path("run"))
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("not from pictures"))
    #expect(try scratch.contents == ["picture.png"])
  }
}
