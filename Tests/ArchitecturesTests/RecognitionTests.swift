import GinghamArchitectures
import GinghamNetworks
import GinghamTensors
import Testing

@Suite struct RecognitionTests {
  private func shapes(_ text: String) throws -> [String: Shape] {
    let specification = try ArchitectureSpecification(parsing: text)
    let parameters = try Architectures.named(specification.name).blueprint(specification).parameters
    return Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.shape) })
  }

  /// Nets with the parameters of another, which differ in padding: only a name tells them apart.
  static let twins = Set(
    (0...5).flatMap { ["efficientnet_b\($0)_timm", "tf_efficientnet_b\($0)"] }
      + ["large", "small"].flatMap { ["mobilenetv3_\($0)_100", "tf_mobilenetv3_\($0)_100"] })
  static let distinct = Architectures.all.filter {
    !$0.isVariant && $0.name != "strided_stack" && !twins.contains($0.name)
  }.map(\.name)

  @Test(arguments: distinct)
  func parametersPointToTheirArchitecture(name: String) throws {
    #expect(try Architectures.recognize(parameterShapes: shapes(name)) == ArchitectureSpecification(name))
  }

  @Test func netsThatOnlyANameTellsApartAskForIt() throws {
    for name in Self.twins.sorted() {
      let error = #expect(throws: ArchitectureError.self) { try Architectures.recognize(parameterShapes: shapes(name)) }
      guard case .ambiguous(let names) = try #require(error) else {
        Issue.record("\(name): \(String(describing: error))")
        continue
      }
      #expect(names.count == 2 && names.contains(name), "\(name): \(names)")
      let named = try Architectures.recognize(parameterShapes: shapes(name), metadata: ["architecture": name])
      #expect(named.name == name)
    }
  }

  @Test func numberOfClassesComesFromTheHead() throws {
    let specification = try Architectures.recognize(parameterShapes: shapes("resnet18?classes=10"))
    #expect(specification == ArchitectureSpecification("resnet18", options: ["classes": 10]))
  }

  @Test func aGeneratorsOptionsComeFromItsShapes() throws {
    let text = "dcgan_generator?kernel=5&latent=32&features=16&channels=1"
    let specification = try Architectures.recognize(parameterShapes: shapes(text))
    #expect(specification.name == "dcgan_generator")
    #expect(specification.options == ["kernel": 5, "latent": 32, "features": 16, "channels": 1])
  }

  @Test func metadataDecidesAmongNetsWithTheSameParameters() throws {
    for name in ["squeezenet1_1_caffe", "resnet50_v1", "googlenet?transform_input=1"] {
      let expected = try ArchitectureSpecification(parsing: name)
      let found = try Architectures.recognize(parameterShapes: shapes(name), metadata: ["architecture": name])
      #expect(found == expected)
    }
  }

  @Test func metadataThatDoesNotFitIsNotBelieved() throws {
    for name in ["vgg16", "a net of its own"] {
      let found = try Architectures.recognize(
        parameterShapes: shapes("resnet34"), metadata: ["architecture": name])
      #expect(found.name == "resnet34")
    }
  }

  @Test func countersAuxiliaryHeadsAndWrappersAreSeenThrough() throws {
    var parameters = try shapes("googlenet")
    parameters["conv1.bn.num_batches_tracked"] = []
    parameters["aux1.conv.conv.weight"] = [128, 512, 1, 1]
    parameters["aux2.fc2.bias"] = [1000]
    let wrapped = Dictionary(uniqueKeysWithValues: parameters.map { ("_orig_mod.module." + $0.key, $0.value) })
    #expect(try Architectures.recognize(parameterShapes: wrapped).name == "googlenet")
  }

  @Test func densenetsPublishedNamesAreUnderstood() throws {
    let published = try Dictionary(
      uniqueKeysWithValues: shapes("densenet121").map { name, shape in
        guard name.contains("denselayer") else { return (name, shape) }
        let parts = name.split(separator: ".").map(String.init)
        return (
          (parts[..<3] + ["\(parts[3].dropLast())", "\(parts[3].suffix(1))", parts[4]]).joined(separator: "."), shape
        )
      })
    #expect(published["features.denseblock1.denselayer1.norm.1.weight"] == [64])
    #expect(try Architectures.recognize(parameterShapes: published).name == "densenet121")
  }

  @Test func unknownParametersNameTheNearestNets() throws {
    var parameters = try shapes("vgg16")
    parameters["features.99.weight"] = [3]
    let error = #expect(throws: ArchitectureError.self) {
      try Architectures.recognize(parameterShapes: parameters)
    }
    guard case .unrecognized(let count, let nearest) = try #require(error) else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(count == parameters.count)
    #expect(nearest.first?.name == "vgg16")
    #expect(nearest.count == 3)
    #expect(nearest.first?.mismatch.unexpected.map(\.name) == ["features.99.weight"])
  }

  @Test func aFileWithoutParametersIsUnrecognized() {
    #expect(throws: ArchitectureError.self) { try Architectures.recognize(parameterShapes: [:]) }
  }
}
