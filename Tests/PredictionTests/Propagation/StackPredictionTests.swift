import GinghamLattices
import GinghamTestSupport
import Testing

@testable import GinghamPrediction

/// Closed forms of stacks of strided layers, in the interior.
@Suite struct StackPredictionTests {
  struct Row: Sendable, CustomStringConvertible {
    var layers: [[Int]]
    var cv2: Double
    var maxMin: Double
    var bands: [Int: Double] = [:]
    /// Of ``cv2`` where it is a rational number; the rest is given to the digits printed.
    var isExact = false
    var description: String { layers.map { "\($0[0])/\($0[1])" }.joined(separator: ",") }
  }

  static func repeated(_ layer: [Int], _ count: Int) -> [[Int]] { [[Int]](repeating: layer, count: count) }

  static let rows = [
    Row(layers: [[3, 2]], cv2: 19.0 / 81, maxMin: 4, bands: [2: 0.2346], isExact: true),
    Row(layers: repeated([3, 2], 2), cv2: 0.2900, maxMin: 9, bands: [2: 0.2346, 4: 0.0555]),
    Row(layers: repeated([3, 2], 3), cv2: 0.3277, maxMin: 25, bands: [8: 0.0377]),
    Row(layers: repeated([3, 2], 4), cv2: 0.3645, maxMin: 64, bands: [16: 0.0368]),
    Row(layers: repeated([3, 2], 5), cv2: 0.4021, maxMin: 169, bands: [32: 0.0376]),
    Row(layers: [[5, 2]], cv2: 51.0 / 625, maxMin: 2.25, isExact: true),
    Row(layers: [[7, 2]], cv2: 99.0 / 2401, maxMin: 16.0 / 9, isExact: true),
    Row(layers: [[5, 3]], cv2: 0.1664, maxMin: 4, bands: [3: 0.1664]),
    Row(layers: [[11, 4]], cv2: 735.0 / 14641, maxMin: 2.25, bands: [2: 0.0166, 4: 0.0336], isExact: true),
    Row(
      layers: repeated([5, 2], 4), cv2: 0.0910, maxMin: 3.09, bands: [2: 0.0816, 4: 0.0067, 8: 0.0016, 16: 0.0012]),
    Row(layers: repeated([4, 2], 4), cv2: 0, maxMin: 1, isExact: true),
    Row(layers: repeated([2, 2], 5), cv2: 0, maxMin: 1, isExact: true),
    Row(layers: [[3, 1], [3, 2]], cv2: 163.0 / 6561, maxMin: 25.0 / 16, isExact: true),
  ]

  @Test(arguments: rows) func stacksMatchTheirClosedForms(_ row: Row) throws {
    let prediction = try TestNetwork.stack(row.layers.map { ($0[0], $0[1]) }).prediction()
    let found = prediction.input
    #expect(isClose(found.cv2, row.cv2, row.isExact ? 1e-12 : 5.1e-5))
    #expect(abs((found.maxMin ?? 0) - row.maxMin) < 0.005)
    for (period, cv2) in row.bands { #expect(abs(found.band(period) - cv2) < 5.1e-5, "period \(period)") }
    #expect(found.period == row.layers.reduce(1) { $0 * $1[1] })
  }

  @Test func oneLayerObeysTheLawOfItsRemainder() throws {
    for kernel in 1...9 {
      for stride in 2...5 {
        let found = try TestNetwork.stack([(kernel, stride)]).prediction().input
        let axis = OverlapLaw.unevenness(kernel: kernel, stride: stride)
        #expect(isClose(found.cv2, (1 + axis) * (1 + axis) - 1), "\(kernel)/\(stride)")
        let (quotient, rest) = (kernel / stride, kernel % stride)
        if quotient > 0 {
          let ratio = rest == 0 ? 1 : Double(quotient + 1) / Double(quotient)
          #expect(isClose(found.maxMin ?? 0, ratio * ratio))
        } else {
          #expect(found.maxMin == nil)
        }
      }
    }
  }

  @Test func dilationMayLeavePhasesDead() throws {
    for (kernel, stride, dilation) in [(3, 2, 2), (3, 4, 2), (5, 3, 2), (1, 2, 1), (2, 6, 4)] {
      var net = TestNetwork(side: 96)
      net.conv(kernel, stride, padding: 3, dilation: dilation)
      let found = try net.prediction().input
      let counts = OverlapLaw.tapCounts(kernel: kernel, stride: stride, dilation: dilation)
      let dead = Double(counts.count { $0 == 0 }) / Double(stride)
      #expect(isClose(found.deadShare, 1 - (1 - dead) * (1 - dead)))
    }
    var skipping = TestNetwork()
    skipping.conv(1, 2)
    #expect(try skipping.prediction().input.deadShare == 0.75)
  }

  @Test func aStrideOneLayerNearerThePixelsDampsAndADeeperOneDoesNothing() throws {
    let bare = try TestNetwork.stack([(3, 2), (3, 2)]).prediction().input
    for kernel in 2...6 {
      let near = try TestNetwork.stack([(kernel, 1), (3, 2)]).prediction().input
      let axis = OverlapLaw.unevenness(kernel: 3, stride: 2)
      let left = Attenuation.convolution(kernel: kernel, period: 2)
      let damped = axis * left * left
      #expect(isClose(near.cv2, (1 + damped) * (1 + damped) - 1))
      let deep = try TestNetwork.stack([(3, 2), (3, 2), (kernel, 1)]).prediction().input
      #expect(isClose(deep.cv2, bare.cv2))
    }
    #expect(try TestNetwork.stack([(2, 1), (3, 2)]).prediction().input.cv2 < 1e-15)
  }

  @Test func netsWithoutStridesHaveOnePhase() throws {
    let found = try TestNetwork.stack([(3, 1), (5, 1)]).prediction().input
    #expect(found.period == 1 && found.cv2 == 0 && found.bands.isEmpty && found.maxMin == 1)
  }

  @Test func everyBandBelongsToTheLayerThatBringsItIn() throws {
    let prediction = try TestNetwork.stack([(3, 2), (3, 2), (3, 2)]).prediction()
    #expect(prediction.bandLayers == [2: "conv1", 4: "conv2", 8: "conv3"])
    let layers = prediction.stridedLayers
    #expect(layers.map(\.cumulativeBehind) == [2, 4, 8])
    // The deepest layer alone carries its band, so reading evenly takes all of it away.
    #expect(isClose(layers[2].contribution[8] ?? 0, prediction.input.band(8)))
    #expect(abs(layers[2].contribution[2] ?? 1) < 1e-12)
    let big = try TestNetwork.stack([(11, 4), (3, 1)]).prediction()
    #expect(big.bandLayers == [2: "conv1", 4: "conv1"])
  }
}
