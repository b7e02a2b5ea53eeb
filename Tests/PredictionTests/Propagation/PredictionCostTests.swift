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

  /// A file need not hold a kernel to have one of millions of taps: weights may be inputs.
  @Test(arguments: [false, true]) func kernelsOfMillionsOfTapsAreRefused(isTransposed: Bool) throws {
    var network = Network(name: "wide")
    let x = network.addInput("x", shape: [1, 1, 3, isTransposed ? 3 : (1 << 24) + 2])
    let w = network.addInput("w", shape: [1, 1, 3, 1 << 24])
    let window = Window(kernel: [3, 1 << 24])
    network.outputs = [
      network.append(
        "wide",
        isTransposed ? .transposedConvolution(TransposedConvolution(window)) : .convolution(Convolution(window)), x, w)
    ]
    let bound = try network.bound()
    #expect {
      _ = try GradientPrediction(bound)
    } throws: { "\($0)".contains("positions in the maps of a prediction") }
  }

  @Test func ordinaryStacksStayBelowEveryLimit() throws {
    var net = TestNetwork(side: 8)
    for _ in 0..<5 { net.deconv(4, 2, padding: 1) }
    var network = net.network
    network.outputs = [net.value]
    #expect(throws: Never.self) { try PicturePrediction(network.bound()).overlap() }
  }
}
