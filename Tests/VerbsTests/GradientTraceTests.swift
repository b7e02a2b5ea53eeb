import Foundation
import Testing

import Gingham
@testable import GinghamVerbs

@Suite struct GradientTraceTests {
  private final class Scratch {
    let url = FileManager.default.temporaryDirectory.appending(path: "gingham-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: url) }

    func picture(_ seed: UInt64, side: Int) throws -> String {
      let path = url.appending(path: "\(seed).png").path(percentEncoded: false)
      let pixels = Tensor([3, side, side]) {
        NormalSequence(seed: seed, name: "picture").fill($0, mean: 0.5, deviation: 0.2)
      }
      try Picture(pixels).write(to: path)
      return path
    }
  }

  private static let net = "random:strided_stack?depth=3&width=8&size=96&seed=4"

  private func run(_ paths: [String], without: [String] = []) throws -> RunResult<TraceFindings> {
    var settings = TraceSettings(images: paths)
    (settings.target, settings.without) = ("layer:output", without)
    return try TraceRun(ModelSource(Self.net), settings: settings).result(in: RunContext(team: .alone))
  }

  private func trace(_ paths: [String], without: [String] = []) throws -> GradientTrace {
    guard case .gradients(let trace) = try run(paths, without: without).findings else {
      throw GeneratorError.takesLatents(model: Self.net, shape: [])
    }
    return trace
  }

  @Test func gradientsAreThoseOfEachLayerAskedForAlone() throws {
    let scratch = try Scratch()
    let paths = try [1, 2].map { try scratch.picture($0, side: 96) }
    let model = try ModelSource(Self.net).load()
    let trace = try trace(paths)
    #expect(trace.layers.map(\.name) == ["input", "normalize", "conv1", "relu1", "conv2", "relu2", "conv3"])
    #expect(trace.layers.map(\.stride) == [1, 1, 2, 2, 4, 4, 8])
    for layer in trace.layers.dropFirst() {
      let run = try PictureGradients(
        model, target: "layer:output", method: LayerGradient(layer: layer.name),
        context: RunContext(engine: EngineChoice(.reference), team: .alone))
      let results = try paths.map { try run.result(pictureAt: $0) }
      let values = results.flatMap(\.map.scalars).map(Double.init)
      let square = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
      #expect(abs(layer.rootMeanSquare / square.squareRoot() - 1) < 1e-4)
      #expect(abs(layer.meanMagnitude * Double(values.count) / values.reduce(0) { $0 + abs($1) } - 1) < 1e-4)
      var pool: LatticePool?
      for result in results { try LatticePool.add(result.pool, to: &pool) }
      let alone = try #require(try run.findings(of: pool, skipped: []).pooled)
      let traced = try #require(layer.lattice)
      #expect(traced.period == alone.period)
      #expect(abs(traced.cv2 - alone.cv2) < 1e-4)
      for (a, b) in zip(traced.bands, alone.bands) {
        #expect(a.layer == b.layer)
        #expect(a.predicted == b.predicted)
      }
    }
  }

  @Test func bandsBelongToTheLayersWhoseStrideReachesThem() throws {
    let scratch = try Scratch()
    let trace = try trace([scratch.picture(1, side: 96)])
    func owners(_ name: String) -> [Int: String] {
      let bands = trace.layers.first { $0.name == name }?.lattice?.bands ?? []
      return bands.reduce(into: [:]) { $0[$1.period] = $1.layer }
    }
    #expect(owners("input") == [2: "conv1", 4: "conv2", 8: "conv3"])
    #expect(owners("conv1") == [2: "conv2", 4: "conv3"])
    #expect(owners("relu2") == [2: "conv3"])
    #expect(owners("conv3").values.isEmpty)
  }

  /// On a linear stack the first layer's band is gone without its unevenness, and only that.
  @Test func evenedLayersLoseTheirBand() throws {
    let scratch = try Scratch()
    let paths = try (1...4).map { try scratch.picture($0, side: 96) }
    let trace = try trace(paths, without: ["conv1", "conv2"])
    #expect(trace.without.map(\.layers) == [["conv1"], ["conv2"], ["conv1", "conv2"]])
    func band(_ period: Int, _ finding: LatticeFinding?) throws -> Double {
      try #require(finding?.bands.first { $0.period == period }?.cv2Corrected)
    }
    #expect(try band(2, trace.input) > 0.1)
    #expect(abs(try band(2, trace.without[0].lattice)) < 0.02)
    #expect(try band(2, trace.without[1].lattice) > 0.1)
    for change in trace.without {
      #expect(change.cosine > 0.1 && change.cosine < 0.999)
      for band in change.lattice.bands { #expect(band.predicted != nil) }
    }
    let first = trace.without[0].lattice.bands[0]
    #expect((first.predicted ?? 1) < 1e-9)
  }

  @Test func aBrokenPictureIsLeftOutWithItsReason() throws {
    let scratch = try Scratch()
    let whole = try scratch.picture(1, side: 96)
    let result = try run([whole, whole + ".missing"])
    #expect(result.skipped.map(\.path) == [whole + ".missing"])
    guard case .gradients(let trace) = result.findings else { Issue.record("no gradients"); return }
    #expect(trace.images == [whole] && trace.skipped == result.skipped)
    let alone = try self.trace([whole])
    #expect(alone.skipped == nil && alone.layers.map(\.rootMeanSquare) == trace.layers.map(\.rootMeanSquare))
    #expect(throws: (any Error).self) { try run([whole + ".missing"]) }
  }

  @Test func squeezeNetsBandsAreNamedByItsStemAndPools() throws {
    let model = try ModelSource("random:squeezenet1_1?size=96").load()
    let scratch = try Scratch()
    let run = try PictureGradients(model, target: "class:1", method: Gradient(), context: RunContext(team: .alone))
    let bands = try run.result(pictureAt: scratch.picture(1, side: 96)).finding.lattice.bands
    #expect(bands.map(\.period) == [2, 4, 8, 16])
    #expect(bands.map(\.layer) == ["features.0", "features.2", "features.5", "features.8"])
    #expect(bands.allSatisfy { $0.predicted != nil && $0.ratio != nil })
  }
}
