import Foundation
import GinghamNetworks
import GinghamTensors
import GinghamTestSupport
import Testing

@testable import GinghamPrediction

@Suite struct AdviceTests {
  /// The unevenness of a stack in which the first layer was really exchanged.
  private func rebuilt(_ layers: [(Int, Int)]) throws -> Double {
    try TestNetwork.stack(layers).prediction().input.cv2
  }

  @Test func effectsAreThoseOfTheRebuiltNetwork() throws {
    let prediction = try TestNetwork.stack([(3, 2), (3, 2)]).prediction()
    let warnings = try prediction.warnings()
    #expect(warnings.map(\.layer) == ["conv1", "conv2"] && warnings.allSatisfy { $0.kind == .unevenOverlap })
    func effect(_ start: String) throws -> PredictionWarning.Effect {
      try #require(warnings[0].effects.first { $0.change.hasPrefix(start) })
    }
    #expect(isClose(try effect("kernel 4").cv2After, try rebuilt([(4, 2), (3, 2)])))
    #expect(isClose(try effect("one more").cv2After, try rebuilt([(2, 1), (3, 2), (3, 2)])))
    var averaged = TestNetwork(side: 128)
    averaged.conv(3, 1, padding: 1)
    averaged.apply("pool", .averagePool(AveragePool(Window(2, stride: 2), countsPadding: true)))
    averaged.conv(3, 2, padding: 1)
    #expect(isClose(try effect("stride 1, then an average").cv2After, try averaged.prediction().input.cv2))
    // Four taps (1, 3, 3, 1) are even in power; three taps (1, 2, 1) are 2:1 an axis.
    let value = try #require(prediction.stridedLayers.first).value
    let four = try prediction.unevenness(with: [value: .blurPool(taps: [1, 3, 3, 1])])
    let three = try prediction.unevenness(with: [value: .blurPool(taps: [1, 2, 1])])
    #expect((four.bands[2] ?? 1) < 1e-15)
    #expect((three.bands[2] ?? 0) > 0.01)
    #expect(isClose(try effect("stride 1, then a blur").cv2After, four.cv2))
    #expect(warnings[0].advice.contains("→"))
  }

  @Test func skippingLayersAndPoolsAreNamed() throws {
    var net = TestNetwork(side: 64)
    net.conv(1, 2)
    net.apply("pool", .maxPool(MaxPool(Window(3, stride: 2, padding: 1))))
    let warnings = try net.prediction().warnings()
    let dead = try #require(warnings.first { $0.kind == .deadPhases })
    #expect(dead.layer == "conv1" && dead.message.contains("75 %"))
    #expect(warnings.contains { $0.kind == .unevenPool && $0.layer == "pool2" })
    #expect(try TestNetwork.stack([(4, 2), (2, 2)], side: 130).prediction().warnings().isEmpty)
  }

  @Test func subPixelLayersAreAdvisedToStartAlike() throws {
    var net = TestNetwork(side: 8)
    let weight = net.weight([4, 1, 3, 3])
    net.value = net.network.append("conv", .convolution(Convolution(Window(3, padding: 1))), net.value, weight)
    net.apply("shuffle", .depthToSpace(blockSize: 2, order: .depthFirst))
    let warning = try #require(try PicturePrediction(net.bound()).warnings().first)
    #expect(warning.kind == .subPixelPhases && warning.layer == "shuffle1")
    // Powers of nine Gaussian weights a phase: CV² of a χ² with nine degrees of freedom, ¾ of it between four phases.
    #expect(isClose(warning.effects[0].cv2Before, 2.0 / 9 * 0.75) && warning.effects[0].cv2After == 0)
  }

  @Test func warningsCarryTheDocumentedKeys() throws {
    let warning = try #require(try TestNetwork.stack([(3, 2)]).prediction().warnings().first)
    let data = try warning.json()
    let object = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    for key in ["layer", "kind", "message", "advice"] { #expect(object[key] is String, "\(key)") }
    let layer = try #require(try TestNetwork.stack([(3, 2)]).prediction().layers.first)
    let layerData = try layer.json()
    let layerObject = try #require(JSONSerialization.jsonObject(with: layerData) as? [String: Any])
    for key in ["name", "cv2", "max_min", "dead_share"] { #expect(layerObject[key] != nil, "\(key)") }
  }
}
