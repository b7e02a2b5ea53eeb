import Foundation
import Testing

import Gingham
@testable import GinghamVerbs

@Suite struct AliasingTests {
  private static let net = "random:strided_stack?depth=2&width=4&size=24&seed=4"

  private func aliasing(_ net: String, _ pixels: Tensor, target: String) throws -> Aliasing {
    let path = FileManager.default.temporaryDirectory.appending(path: "gingham-\(UUID().uuidString).npy")
      .path(percentEncoded: false)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try pixels.write(npy: path)
    var settings = TraceSettings(images: [path])
    (settings.target, settings.aliasing) = (target, true)
    let findings = try TraceRun(ModelSource(net), settings: settings).result(in: RunContext(team: .alone)).findings
    guard case .gradients(let trace) = findings, let aliasing = trace.aliasing else {
      throw GeneratorError.takesLatents(model: net, shape: [])
    }
    return aliasing
  }

  private let noise = Tensor([3, 24, 24]) {
    NormalSequence(seed: 5, name: "picture").fill($0, mean: 0.5, deviation: 0.1)
  }

  /// The first layer reads the picture, whose cosine transform is written out as a sum here.
  @Test func theFirstStrideFoldsThePicturesOwnPower() throws {
    let side = 24
    let basis: [[Double]] = (0..<side).map { k in
      let norm = k == 0 ? 1 : 2.0.squareRoot()
      return (0..<side).map { y -> Double in
        let angle: Double = Double.pi * (Double(y) + 0.5) * Double(k) / Double(side)
        return norm * cos(angle)
      }
    }
    var (folded, total) = (0.0, 0.0)
    let values = noise.scalars
    for channel in 0..<3 {
      for k in 0..<side {
        for l in 0..<side where k + l > 0 {
          var sum = 0.0
          for y in 0..<side {
            for x in 0..<side {
              let value = Double(values[(channel * side + y) * side + x])
              sum += value * basis[k][y] * basis[l][x]
            }
          }
          // Channels are divided by their own deviations in front of the net, all alike here.
          total += sum * sum
          if 2 * k >= side || 2 * l >= side { folded += sum * sum }
        }
      }
    }
    let found = try aliasing(Self.net, noise, target: "layer:output")
    #expect(found.layers.map(\.name) == ["conv1", "conv2"])
    #expect(found.layers[0].map == [24, 24])
    #expect(abs(try #require(found.layers[0].share) - folded / total) < 1e-3)
    #expect(abs(found.layers[0].whiteNoise - (24.0 * 24 - 12 * 12) / (24 * 24 - 1)) < 1e-12)
    #expect(found.shiftConsistency == nil, "its output is a map")
  }

  @Test func layersBehindTheTargetAreLeftOut() throws {
    #expect(try aliasing(Self.net, noise, target: "layer:conv1").layers.map(\.name) == ["conv1"])
  }

  @Test func aPictureWithoutDetailStaysWhatItIs() throws {
    let flat = Tensor([3, 64, 64], [Float](repeating: 0.4, count: 3 * 64 * 64))
    let found = try aliasing("random:squeezenet1_1?size=64&classes=5", flat, target: "top")
    let shifts = try #require(found.shiftConsistency)
    #expect(shifts.share == 1 && shifts.most == 8 && shifts.pictures == 1 && shifts.standardError == nil)
    #expect(found.layers.first?.share == nil)
  }

  @Test func pairsAreCounted() {
    #expect(AliasingTracer.agreement(of: [1, 1, 2, 1]) == 0.5)
    #expect(AliasingTracer.agreement(of: [3, 3]) == 1)
    #expect(AliasingTracer.agreement(of: [0, 1, 2]) == 0)
  }
}
