import GinghamArchitectures
import GinghamNetworks
import GinghamTensors
import Testing

@testable import GinghamLattices
@testable import GinghamPrediction

@Suite struct GradientBoundsTests {
  private func bounds(_ specification: String, side: Int) throws -> GradientBounds {
    let network = try Architectures.network(parsing: specification)
    let input = network.inputs[0]
    let shape = Shape([1] + input.shape.dropFirst().enumerated().map { $1 ?? ($0 == 0 ? 3 : side) })
    return try GradientPrediction(network.bound(to: [network.name(of: input.value): shape])).bounds()
  }

  @Test(arguments: [3.0, 12, 300]) func squaresOfSoManyWeightsSpreadAsTheyMust(degrees: Double) {
    var random = SeededGenerator(seed: 1, name: "test")
    let values = (0..<20_000).map { _ in WeightDraw.meanSquare(degrees, &random) }
    let mean = values.reduce(0, +) / 20_000
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
    #expect(abs(mean - 1) < 0.02)
    #expect(abs(variance * degrees / 2 - 1) < 0.06)
  }

  /// Where every patch receives the same gradient, E[CV²] = 2/C_in, and a band's share is that of its frequencies.
  @Test func patchesThatReceiveTheSameHaveTheClosedForm() {
    let lattice = Lattice(unchecked: 16)
    var (total, largest) = (0.0, 0.0)
    for seed in 0..<400 {
      var draw = WeightDraw(seed, coherence: 1, depths: [:])
      draw.coherence = 1
      let phases = draw.varied([Double](repeating: 1, count: 256), channels: 3)
      let unevenness = Unevenness(of: PhaseTable(lattice: lattice, values: phases))
      total += unevenness.cv2 / 400
      largest += (unevenness.bands[16] ?? 0) / 400
    }
    #expect(abs(total - 2.0 / 3) < 0.02)
    #expect(abs(largest / total - 192.0 / 255) < 0.01)
  }

  @Test func boundsEncloseWhatManyNetsHaveOnAverage() throws {
    let band = try #require(try bounds("random:strided_stack?depth=1&width=8&size=64", side: 64).bands.first)
    #expect(band.period == 2 && band.lower < 19.0 / 81 && band.upper > 19.0 / 81)
    #expect(band.lower > 0.02 && band.verdict == .artifact)
  }

  @Test func whereTheDrawDecidesThereIsNoVerdict() throws {
    let patches = try bounds("random:vit_tiny_patch16_224", side: 224)
    let band = try #require(patches.bands.last)
    #expect(band.period == 16 && band.verdict == .open && band.lower < 0.01 && band.upper > 0.4)
  }

  @Test func netsWithoutStridesOfUnevenKernelsAreClean() throws {
    let found = try bounds("random:vgg11", side: 224)
    #expect(found.reason == nil && found.bands.allSatisfy { $0.upper < 1e-9 && $0.verdict == .clean })
  }
}
