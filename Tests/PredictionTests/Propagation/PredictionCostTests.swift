import GinghamLattices
import GinghamNetworks
import GinghamTensors
import Testing

@testable import GinghamPrediction

/// What a prediction works out is bounded before it begins.
@Suite struct PredictionCostTests {
  @Test(arguments: [1 << 12, 1 << 14]) func stridesThatPaintMillionsOfPositionsAreRefused(stride: Int) throws {
    var net = TestNetwork(side: 8)
    net.deconv(1, stride)
    var network = net.network
    network.outputs = [net.value]
    #expect {
      _ = try PicturePrediction(network.bound()).overlap()
    } throws: { error in
      error is ArtifactError || error is NetworkError
    }
  }

  @Test func ordinaryStacksStayBelowEveryLimit() throws {
    var net = TestNetwork(side: 8)
    for _ in 0..<5 { net.deconv(4, 2, padding: 1) }
    var network = net.network
    network.outputs = [net.value]
    #expect(throws: Never.self) { try PicturePrediction(network.bound()).overlap() }
  }
}
