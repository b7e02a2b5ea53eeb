import GinghamArchitectures
import GinghamModelFormats
import GinghamNetworks
import GinghamTensors
import Testing

/// Real files, where `notebooks-scripts/fetch_models.sh all` has fetched them.
@Suite struct FetchedModelTests {
  private func load(_ file: String, under key: String? = nil) throws -> (ArchitectureSpecification, Network) {
    let table = try WeightTable.load(path: FetchedModels.path(file), under: key)
    var shapes: [String: Shape] = [:]
    for name in table.names { shapes[name] = table.shape(of: name) }
    let specification = try Architectures.recognize(parameterShapes: shapes, metadata: table.metadata)
    return (specification, try Architectures.network(specification, parameterShapes: shapes) { table[$0] })
  }

  @Test(.enabled(if: FetchedModels.isExpected("squeezenet1_1.safetensors")))
  func squeezenetIsRecognizedAsTheOnePublishedForCaffe() throws {
    let (specification, network) = try load("squeezenet1_1.safetensors")
    #expect(specification == ArchitectureSpecification("squeezenet1_1_caffe"))
    #expect(network.preprocessing == Preprocessing(height: 227, width: 227, fit: .shorterSide(256)))
  }

  @Test(.enabled(if: FetchedModels.isExpected("efficientnet_lite0.pth")))
  func efficientnetLiteIsRecognized() throws {
    let (specification, network) = try load("efficientnet_lite0.pth")
    #expect(specification == ArchitectureSpecification("efficientnet_lite0"))
    #expect(network.constants.values.allSatisfy { $0.tensor?.isFinite == true })
  }

  @Test(.enabled(if: FetchedModels.isExpected("dcgan_faces.pth")))
  func facesAreRecognizedAsTheGeneratorOfPyTorchsExample() throws {
    let (specification, network) = try load("dcgan_faces.pth", under: "netG_state_dict")
    #expect(specification == ArchitectureSpecification("dcgan_generator"))
    #expect(network.inputs.map(\.shape) == [[nil, 100, 1, 1]])
  }
}
