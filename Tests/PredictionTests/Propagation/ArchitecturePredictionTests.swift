import GinghamArchitectures
import GinghamNetworks
import GinghamTensors
import GinghamTestSupport
import Testing

@testable import GinghamPrediction

/// Whole architectures against figures worked out with an independent program from the same convention.
@Suite struct ArchitecturePredictionTests {
  struct Row: Sendable, CustomStringConvertible {
    var name: String
    var cv2: Double
    var maxMin: Double
    var bands: [Int: Double]
    var description: String { name }
  }

  static let rows = [
    Row(name: "alexnet", cv2: 0.0732, maxMin: 2.99, bands: [2: 0.0166, 4: 0.0336, 8: 0.0227, 16: 0.0003]),
    Row(name: "resnet18", cv2: 0.0545, maxMin: 2.99, bands: [2: 0.0412, 4: 0.0093, 16: 0.0015, 32: 0.0023]),
    Row(name: "resnet50", cv2: 0.0505, maxMin: 2.32, bands: [2: 0.0412, 4: 0.0093]),
    Row(name: "resnet50_v1", cv2: 0.0507, maxMin: 2.37, bands: [2: 0.0412, 4: 0.0093]),
  ]

  /// A random net at batch 1 and its usual picture size.
  static func bound(_ text: String) throws -> BoundNetwork {
    let network = try Architectures.network(parsing: text)
    let side = [1, nil, network.preprocessing?.height, network.preprocessing?.width]
    var shapes: [String: Shape] = [:]
    for input in network.inputs {
      shapes[network.name(of: input.value)] = Shape(zip(input.shape, side).compactMap { $0 ?? $1 })
    }
    return try network.bound(to: shapes)
  }

  @Test(arguments: rows) func classifiersMatch(_ row: Row) throws {
    let prediction = try GradientPrediction(Self.bound(row.name))
    let found = prediction.input
    #expect(abs(found.cv2 - row.cv2) < 5e-4)
    // The extremes of many strides are more sensitive to the finite picture of the other program.
    #expect(abs((found.maxMin ?? 0) - row.maxMin) < 0.02)
    for (period, cv2) in row.bands { #expect(abs(found.band(period) - cv2) < 5e-4, "period \(period)") }
    #expect(prediction.bandLayers[2] == (row.name == "alexnet" ? "features.0" : "conv1"))
    if row.name.hasPrefix("resnet") { #expect(prediction.bandLayers[4] == "maxpool") }
    #expect(prediction.untracedLayers.isEmpty)
  }

  @Test func stridesInThePointwiseConvolutionsLeaveFeatureMapsDead() throws {
    let layers = try GradientPrediction(Self.bound("resnet50_v1")).layers
    #expect(layers.contains { $0.deadShare == 0.75 })
    #expect(try GradientPrediction(Self.bound("resnet50")).layers.allSatisfy { $0.deadShare == 0 })
  }

  @Test func theThreeByThreePathOfGoogLeNetMatches() throws {
    var net = TestNetwork(side: 224)
    net.conv(7, 2, padding: 3)
    net.apply("pool", .maxPool(MaxPool(Window(3, stride: 2, ceilMode: true))))
    net.conv(1)
    net.conv(3, 1, padding: 1)
    net.apply("pool", .maxPool(MaxPool(Window(3, stride: 2, ceilMode: true))))
    for _ in 0..<2 { net.conv(3, 1, padding: 1) }
    net.apply("pool", .maxPool(MaxPool(Window(3, stride: 2, ceilMode: true))))
    for _ in 0..<5 { net.conv(3, 1, padding: 1) }
    net.apply("pool", .maxPool(MaxPool(Window(2, stride: 2, ceilMode: true))))
    let found = try net.prediction().input
    #expect(abs(found.cv2 - 0.0508) < 5e-4)
    #expect(abs((found.maxMin ?? 0) - 2.32) < 0.04)
    #expect(abs(found.band(2) - 0.0412) < 5e-5 && abs(found.band(4) - 0.0092) < 1e-4)
  }

  @Test func evenStridesLeaveNothing() throws {
    let found = try GradientPrediction(Self.bound("dcgan_discriminator")).input
    #expect(found.period == 16 && found.cv2 < 1e-15)
    let five = try GradientPrediction(Self.bound("dcgan_discriminator?kernel=5")).input
    #expect(abs(five.cv2 - 0.0910) < 5e-5)
  }

  @Test(arguments: ["squeezenet1_1", "googlenet", "densenet121", "mobilenet_v2", "efficientnet_b0", "inception_v3"])
  func everyArchitectureIsPredictedAndWarnedAbout(_ name: String) throws {
    let prediction = try GradientPrediction(Self.bound(name))
    let found = prediction.input
    #expect(found.period == 32 || found.period == 16)
    #expect(found.cv2 > 0.01 && found.cv2 < 2)
    #expect(isClose(found.bands.reduce(0) { $0 + $1.cv2 }, found.cv2))
    #expect(found.bands.allSatisfy { $0.layer != nil })
    #expect(prediction.untracedLayers.isEmpty)
    let warnings = try prediction.warnings()
    let first = try #require(warnings.first)
    #expect(first.effects.first.map { $0.cv2After < $0.cv2Before } == true)
    let foveation = try prediction.foveation()
    #expect(foveation.cornerToCentre < 1)
  }

  @Test func generatorsPaintWhatTheirOverlapsSay() throws {
    let even = try PicturePrediction(Self.bound("dcgan_generator"))
    #expect(even.upsamples && even.period == 16 && even.finding.cv2 < 1e-15)
    #expect(try even.warnings().isEmpty)
    let three = try PicturePrediction(Self.bound("dcgan_generator?kernel=3"))
    let demo = try OverlapDemo.demos(parsing: "3/2,3/2,3/2,3/2")[0]
    #expect(isClose(three.finding.cv2, try #require(demo.planeUnevenness).value))
    #expect(three.bandLayers == [2: "main.12", 4: "main.9", 8: "main.6", 16: "main.3"])
    let warnings = try three.warnings()
    #expect(warnings.map(\.kind) == [PredictionWarning.Kind](repeating: .unevenUpsampling, count: 4))
    #expect(warnings.allSatisfy { $0.effects.allSatisfy { $0.cv2After < $0.cv2Before } })
    let resized = try PicturePrediction(Self.bound("resize_generator"))
    #expect(resized.upsamples && resized.finding.cv2 < 1e-15)
  }
}
