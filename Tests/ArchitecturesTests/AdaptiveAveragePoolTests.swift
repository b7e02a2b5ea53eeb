import GinghamArchitectures
import GinghamNetworks
import GinghamTensors
import Testing

@Suite struct AdaptiveAveragePoolTests {
  private func pool(height: Int, width: Int, to size: Int) throws -> (network: BoundNetwork, shape: Shape?) {
    var builder = NetworkBuilder(name: "pool")
    let normalization = PixelNormalization(mean: [0], deviation: [1])
    let preprocessing = Preprocessing(height: height, width: width, fit: .stretch)
    var x = builder.picture(
      size: PictureSize(height: height, width: width), normalization: normalization, preprocessing: preprocessing)
    x = builder.adaptiveAveragePool("avgpool", x, size: size)
    let network = builder.blueprint(output: x).network(seed: 0)
    let bound = try network.bound(to: ["input": [1, 1, height, width]])
    return (bound, try bound.shapes[bound.resolved(network.value(ofLayer: "avgpool"))])
  }

  @Test func anyExtentBecomesTheWantedOne() throws {
    for height in [1, 3, 7, 8, 14, 16, 21] {
      for width in [2, 7, 14, 15] {
        #expect(try pool(height: height, width: width, to: 7).shape == [1, 1, 7, 7], "\(height)×\(width)")
      }
    }
  }

  /// Rows of the matrix are PyTorch's windows ⌊o·n/m⌋ ..< ⌈(o + 1)·n/m⌉; for 16 → 7 worked out by hand.
  @Test func unevenWindowsAreMeansOfPyTorchsRanges() throws {
    let network = try pool(height: 16, width: 16, to: 7).network
    let windows = [0..<3, 2..<5, 4..<7, 6..<10, 9..<12, 11..<14, 13..<16]
    let matrix = try #require(
      network.constants.first { network.name(of: $0.key) == "avgpool.rows.matrix" }?.value.tensor)
    for (row, window) in windows.enumerated() {
      for column in 0..<16 {
        #expect(matrix[row, column] == (window.contains(column) ? 1 / Float(window.count) : 0))
      }
    }
  }

  @Test func thePublishedSizeNeedsNoPool() throws {
    let node = try pool(height: 7, width: 7, to: 7).network.nodes.last
    #expect(node?.operation == .identity)
  }
}
