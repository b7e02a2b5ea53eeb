import GinghamArchitectures
import GinghamNetworks
import GinghamTensors
import Testing

@Suite struct GeneratorTests {
  private func outputShape(_ text: String, of layer: String) throws -> Shape? {
    let specification = try ArchitectureSpecification(parsing: text)
    let blueprint = try Architectures.named(specification.name).blueprint(specification)
    let network = try blueprint.network(stateDict: #require(blueprint.zeros()))
    let input = try #require(network.inputs.first)
    var extents = input.shape.map { $0 ?? 1 }
    if let preprocessing = network.preprocessing { extents[2...] = [preprocessing.height, preprocessing.width] }
    let bound = try network.bound(to: [network.name(of: input.value): Shape(extents)])
    return try bound.shapes[bound.resolved(network.value(ofLayer: layer))]
  }

  @Test func eachStageEnlargesByTheStrideWhateverTheKernel() throws {
    for kernel in 1...8 {
      for stride in 1...4 {
        for name in ["dcgan_generator", "resize_generator"] {
          let side = 4 * stride * stride * stride * stride
          let text = "\(name)?kernel=\(kernel)&stride=\(stride)&features=1&latent=2"
          #expect(try outputShape(text, of: "pixels") == [1, 3, side, side], "\(text)")
        }
      }
    }
  }

  @Test(arguments: [(0, 0), (1, 0), (2, 3), (4, 4)])
  func theLastEnlargementsMayBeTransposedConvolutions(deconvolutions: Int, last: Int) throws {
    let text = "resize_generator?features=2&latent=2&deconvolutions=\(deconvolutions)&last=\(last)"
    #expect(try outputShape(text, of: "pixels") == [1, 3, 64, 64])
    let blueprint = try Architectures.named("resize_generator").blueprint(ArchitectureSpecification(parsing: text))
    let network = try blueprint.network(stateDict: #require(blueprint.zeros()))
    let painters = ["main.4", "main.8", "main.12", "main.16"].map { name in
      network.nodes.contains { node in
        guard node.name == name, case .transposedConvolution = node.operation else { return false }
        return true
      }
    }
    #expect(painters == (0..<4).map { $0 >= 4 - deconvolutions })
    #expect(network.nodes.contains { $0.name == "main.19" } == (last > 0))
  }

  @Test func theDiscriminatorEndsInOneNumberWhateverItsSize() throws {
    for query in ["", "?kernel=5", "?kernel=3&stride=2&size=128", "?kernel=4&size=96x64&channels=1"] {
      #expect(try outputShape("dcgan_discriminator\(query)", of: "main.12") == [1, 1, 1, 1], "\(query)")
    }
  }

  @Test func theStackHasTheLayersItIsAskedFor() throws {
    let text = "strided_stack?kernel=3&stride=2&depth=3&stem=3&relu=0&width=5&size=65"
    #expect(try outputShape(text, of: "conv3") == [1, 5, 9, 9])
    #expect(throws: NetworkError.self) { try outputShape(text, of: "relu1") }
  }

  /// Sequential as in PyTorch's DCGAN example.
  @Test func dcganParametersAreNamedAsInPyTorchsExample() throws {
    let generator = try Architectures.named("dcgan_generator").blueprint(ArchitectureSpecification("dcgan_generator"))
    let shapes = Dictionary(uniqueKeysWithValues: generator.parameters.map { ($0.name, $0.shape) })
    let expected: [String: Shape] = [
      "main.0.weight": [100, 512, 4, 4], "main.3.weight": [512, 256, 4, 4], "main.6.weight": [256, 128, 4, 4],
      "main.9.weight": [128, 64, 4, 4], "main.12.weight": [64, 3, 4, 4],
    ]
    #expect(shapes.filter { $0.value.rank == 4 } == expected)
    #expect(shapes.count == expected.count + 4 * 4)
    #expect(shapes["main.10.running_var"] == [64])
  }
}
