import GinghamArchitectures
import GinghamNetworks
import GinghamTensors
import Testing

/// The built-in classifiers against what torchvision's say when traced.
@Suite struct TorchvisionLayerTests {
  static let golden = try? Golden.json([String: [Golden.Layer]].self, "layers")
  static let names = (golden?.keys).map { $0.sorted() } ?? []

  @Test func goldenLayersAreThere() {
    #expect(Self.names.count == 21)
  }

  @Test(arguments: names)
  func layersHaveTorchvisionsNamesInItsOrderAndItsShapes(name: String) throws {
    let expected = try #require(Self.golden?[name])
    let specification = ArchitectureSpecification(name)
    let blueprint = try Architectures.named(name).blueprint(specification)
    let network = try blueprint.network(stateDict: #require(blueprint.zeros()))
    let size = try #require(network.preprocessing)
    let bound = try network.bound(to: ["input": [1, 3, size.height, size.width]])

    let layers = network.nodes.filter { $0.name != "normalize" }
    #expect(layers.map(\.name) == expected.map(\.name))
    for (node, layer) in zip(layers, expected) {
      let shape = node.outputs.first.flatMap { bound.shapes[bound.resolved($0)] }
      #expect(shape?.dimensions == layer.shape, "\(node.name)")
    }
  }

  @Test(arguments: names)
  func parametersHaveTorchvisionsNamesAndShapes(name: String) throws {
    let expected = try #require(Self.golden?[name]).flatMap { layer in
      layer.parameters.map { (key: "\(layer.name).\($0.key)", value: $0.value) }
    }
    let parameters = try Architectures.named(name).blueprint(ArchitectureSpecification(name)).parameters
    let shapes = parameters.map { (key: $0.name, value: $0.shape.dimensions) }
    #expect(
      try Dictionary(shapes, uniquingKeysWith: { _, _ in throw Duplicate() })
        == Dictionary(uniqueKeysWithValues: expected))
  }

  private struct Duplicate: Error {}
}
