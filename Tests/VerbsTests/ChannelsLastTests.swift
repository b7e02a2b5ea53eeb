import Foundation
import Gingham
import Testing

@testable import GinghamVerbs

/// Layers N×H×W×C and tokens N×T×C in the verbs, against closed forms.
@Suite struct ChannelsLastTests {
  private static let factors: [Float] = [2, -3, 5]

  /// x → last (N×8×8×3) → scaled (a factor a channel) → tokens (N×64×3).
  private static func model() throws -> Model {
    var network = Network(name: "last")
    let x = network.addInput("x", shape: [1, 3, 8, 8])
    let factors = network.addConstant("factors", .float(Tensor([3], factors)))
    let last = network.append("last", .transpose(permutation: [0, 2, 3, 1]), x)
    let scaled = network.append("scaled", .elementwise(.multiply), last, factors)
    network.outputs = [network.append("tokens", .reshape(Reshape(shape: [0, 64, 3])), scaled)]
    return try Model(
      source: ModelSource("last.onnx"), network: network,
      preprocessing: Preprocessing(height: 8, width: 8, fit: .stretch),
      classNames: ClassNames(path: nil, beside: nil))
  }

  private static func picture() throws -> String {
    let path = FileManager.default.temporaryDirectory.appending(path: "gingham-\(UUID().uuidString).png")
    try Picture(Tensor([3, 8, 8], (0..<192).map { Float($0 % 11) / 10 })).write(to: path.path(percentEncoded: false))
    return path.path(percentEncoded: false)
  }

  /// The mean over 64 tokens of the second feature, at the map in front of the factors.
  @Test func gradientsAtMapsWithChannelsLastAreMaps() throws {
    let path = try Self.picture()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let context = RunContext(team: .alone)
    let gradients = try PictureGradients(
      Self.model(), target: "class:1", method: LayerGradient(layer: "last"), context: context)
    let result = try gradients.result(pictureAt: path)
    #expect(result.map.shape == [1, 3, 8, 8])
    #expect(result.map.scalars == (0..<192).map { $0 / 64 == 1 ? Self.factors[1] / 64 : 0 })
    #expect(result.finding.averagedOver == [1, 64])
    #expect(context.remarks.all.contains { $0.contains("'tokens', 1×64×3, are counted along its last axis") })
  }

  /// Gradients at what has no rows and columns ended the process.
  @Test func layersWithoutRowsAreRefusedWhereMapsAreMeasured() throws {
    #expect(throws: ObjectiveError.noRows(layer: "tokens", shape: [1, 64, 3])) {
      try PictureGradients(
        Self.model(), target: "class:1", method: LayerGradient(layer: "tokens"), context: RunContext(team: .alone))
    }
    #expect(throws: ArtifactError.self) {
      try LatticeSurvey(period: 2, expected: nil, layers: [:]).emptyLattice(for: [1, 64, 3])
    }
  }

  @Test func layersListTheirChannels() throws {
    let table = try LayerTable(of: Self.model())
    #expect(table.layers.map(\.channels) == [3, 3, 3])
  }
}
