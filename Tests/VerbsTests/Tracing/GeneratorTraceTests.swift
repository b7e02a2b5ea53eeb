import Foundation
import Gingham
import Testing

@Suite struct GeneratorTraceTests {
  private static let models: URL =
    if let path = ProcessInfo.processInfo.environment["GINGHAM_MODELS"] {
      URL(fileURLWithPath: path)
    } else {
      URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "models")
    }

  private static let hasFaces =
    ProcessInfo.processInfo.environment["GINGHAM_REQUIRE_SUITES"] == "1"
    || FileManager.default.fileExists(atPath: models.appending(path: "dcgan_faces.pth").path)

  private func trace(_ specification: String, samples: Int) throws -> GeneratorTrace {
    var settings = TraceSettings()
    settings.samples = samples
    let run = TraceRun(ModelSource(specification), settings: settings)
    guard case .pictures(let trace) = try run.result(in: RunContext(team: ThreadTeam(threads: 2))).findings else {
      throw GeneratorError.makesNoPictures(model: specification, outputs: [])
    }
    return trace
  }

  private func peak(_ period: Int, _ locked: LockedLatticeFinding?) throws -> Double {
    try #require(locked?.bands.first { $0.period == period }?.peakDecibels)
  }

  /// Of random filters nothing is even: what each transposed convolution paints is what its phase sums say.
  @Test func phaseSumsAndMeansOfTheInputPredictTheGrid() throws {
    let trace = try trace("random:dcgan_generator?features=8&latent=16&kernel=5&seed=3", samples: 12)
    #expect(trace.upsampling.map(\.layer) == ["main.3", "main.6", "main.9", "main.12"])
    #expect(trace.upsampling.map(\.period) == [16, 8, 4, 2])
    for grid in trace.upsampling.suffix(2) {
      #expect(abs(try #require(grid.ratio) - 1) < 0.15, "\(grid.layer): \(grid.ratio ?? 0)")
      #expect(try #require(grid.cosine) > 0.97, "\(grid.layer)")
      #expect(grid.phaseSumDeviation > 0.3)
    }
    let cause = try #require(trace.causes.first { $0.period == 2 })
    #expect(cause.layer == "main.12")
    // Bands stand on a layer's maps only once their own layer has enlarged them.
    for layer in trace.layers {
      for band in layer.bands { #expect(Double(band.pixels) > layer.spacing) }
    }
    #expect(trace.layers.first { $0.name == "main.9" }?.bands.first { $0.pixels == 4 }?.band.period == 2)
  }

  @Test func evenPhaseSumsTakeOutTheGridOfTheirLayerAlone() throws {
    let trace = try trace("random:dcgan_generator?features=8&latent=16&seed=5", samples: 16)
    let before = try peak(2, trace.pooled.locked)
    for without in trace.without {
      let after = try peak(2, without.locked)
      if without.layers == ["main.12"] {
        #expect(after < before - 6, "\(before) → \(after)")
      } else {
        #expect(abs(after - before) < 4, "\(without.layers): \(before) → \(after)")
      }
    }
    #expect(trace.without.map(\.layers) == [["main.3"], ["main.6"], ["main.9"], ["main.12"]])
  }

  @Test func resizesHaveNoPhaseSumsToEven() throws {
    let trace = try trace("random:resize_generator?features=4&latent=8", samples: 8)
    #expect(trace.upsampling.isEmpty)
    #expect(trace.without.isEmpty)
    #expect(trace.layers.contains { $0.operation == "resize" })
  }

  /// Photographs are no generator's, though JPEG leaves a trace of period 2 on them.
  @Test(.enabled(if: hasFaces)) func photographsAreClean() throws {
    var settings = MeasureSettings(paths: [Self.models.appending(path: "pictures/foolbox").path])
    settings.periods = .listed([2, 4, 8, 16])
    let found = try MeasureRun(settings: settings).result(in: RunContext(team: ThreadTeam(threads: 2))).findings
    guard case .picture(let pooled) = found.pooled else { throw MeasureError.noPictures(in: []) }
    #expect((pooled.locked?.pictures ?? 0) >= 8)
    #expect(pooled.setVerdict == .clean)
  }

  /// Kernel 4 at stride 2 divides evenly, yet these faces have a (½, ½) peak: the last layer's learned phase sums put it
  /// there. Neither the layers in front nor the tanh behind change it.
  @Test(.enabled(if: hasFaces)) func theFacesGridIsTheLastLayersPhaseSums() throws {
    let trace = try trace(Self.models.appending(path: "dcgan_faces.pth").path, samples: 64)
    #expect(trace.verdict == .artifact)
    // Of period 4 only a part of the colours has one, from the layer in front: without that it goes as well.
    #expect(trace.causes.map(\.period) == [2, 4])
    #expect(trace.causes.last?.layer == "main.9")
    #expect(trace.causes.first?.layer == "main.12")
    let band = try #require(trace.pooled.locked?.bands.first { $0.period == 2 })
    #expect(band.peakFrequency == [0.5, 0.5])
    #expect((band.meanPeakDecibels ?? 0) > 20)
    #expect(band.levels < 1)

    let grid = try #require(trace.upsampling.first { $0.layer == "main.12" })
    #expect(grid.overlap < 1e-3 * grid.predicted)
    #expect(abs(try #require(grid.ratio) - 1) < 0.2)
    #expect(try #require(grid.cosine) > 0.95)

    let before = try peak(2, trace.pooled.locked)
    for without in trace.without {
      let after = try peak(2, without.locked)
      if without.layers == ["main.12"] {
        #expect(after < before - 8, "\(before) → \(after)")
      } else {
        #expect(abs(after - before) < 4, "\(without.layers): \(before) → \(after)")
      }
    }

    func locked(_ layer: String) throws -> Double {
      try #require(trace.layers.first { $0.name == layer }?.bands.first { $0.pixels == 2 }?.band.lockedShare)
    }
    #expect(try locked("main.13") < 1.5 * locked("main.12"))
    #expect(trace.layers.first { $0.name == "main.11" }?.bands.contains { $0.pixels == 2 } == false)
  }
}
