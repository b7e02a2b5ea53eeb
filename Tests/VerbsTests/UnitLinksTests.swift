import GinghamArchitectures
import GinghamNetworks
import GinghamTensors
import Testing

@testable import GinghamVerbs

@Suite struct UnitLinksTests {
  /// Kernels of a fire module, which reads two concatenated layers through a pool, taken from the file's weights one by one.
  @Test func theStrongestKernelsLinkUnitsBothWays() throws {
    let network = try Architectures.network(parsing: "random:squeezenet1_1?seed=3")
    let links = UnitLinks(of: try network.bound(to: [network.name(of: network.inputs[0].value): [1, 3, 64, 64]]))
    func kernels(_ layer: String) throws -> Tensor {
      let index = try #require(network.valueNames.firstIndex(of: layer + ".weight"))
      return try #require(network.constants[ValueID(index)]?.tensor)
    }
    func weight(_ kernels: Tensor, _ output: Int, _ input: Int) -> Float {
      var (sum, squares) = (Float(0), Float(0))
      for row in 0..<kernels.shape[2] {
        for column in 0..<kernels.shape[3] {
          sum += kernels[output, input, row, column]
          squares += kernels[output, input, row, column] * kernels[output, input, row, column]
        }
      }
      return sum < 0 ? -squares.squareRoot() : squares.squareRoot()
    }
    let squeeze = try kernels("features.6.squeeze")
    for unit in [0, 17, 31] {
      let all = (0..<128).map { input in
        UnitLink(
          layer: input < 64 ? "features.4.expand1x1" : "features.4.expand3x3", unit: input % 64,
          weight: weight(squeeze, unit, input))
      }.sorted { abs($0.weight) > abs($1.weight) }
      #expect(links.reads["features.6.squeeze"]?[unit] == Array(all.prefix(6)))
    }
    // Two layers read the squeezed one.
    let readers = try ["features.6.expand1x1", "features.6.expand3x3"].map { ($0, try kernels($0)) }
    for unit in [0, 5] {
      let all = readers.flatMap { name, kernels in
        (0..<128).map { UnitLink(layer: name, unit: $0, weight: weight(kernels, $0, unit)) }
      }.sorted { abs($0.weight) > abs($1.weight) }
      #expect(links.writes["features.6.squeeze"]?[unit] == Array(all.prefix(6)))
    }
    #expect(links.reads["features.0"] == nil)
  }

  @Test func depthwiseUnitsReadTheirOwnChannel() throws {
    let network = try Architectures.network(parsing: "random:mobilenet_v2")
    let links = UnitLinks(of: try network.bound(to: [network.name(of: network.inputs[0].value): [1, 3, 64, 64]]))
    let reads = try #require(links.reads["features.2.conv.1.0"])
    #expect(reads.count == 96)
    for (unit, found) in reads.enumerated() {
      #expect(found.map(\.layer) == ["features.2.conv.0.0"] && found.map(\.unit) == [unit])
    }
  }
}
