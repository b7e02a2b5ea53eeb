import GinghamTensors
import GinghamArchitectures
import GinghamNetworks
import Testing

@Suite struct ArchitectureSpecificationTests {
  @Test func aQuerySetsSeedSizeAndOptions() throws {
    let specification = try ArchitectureSpecification(
      parsing: "random:dcgan_discriminator?kernel=5&seed=18446744073709551615&size=64x96")
    #expect(specification.name == "dcgan_discriminator")
    #expect(specification.seed == .max)
    #expect(specification.inputSize == PictureSize(height: 64, width: 96))
    #expect(specification.options == ["kernel": 5])
  }

  @Test func aNameAloneIsASpecification() throws {
    #expect(try ArchitectureSpecification(parsing: "resnet18") == ArchitectureSpecification("resnet18"))
  }

  @Test(arguments: [("resnet5", "resnet50"), ("squeezenet", "squeezenet1_1"), ("mobilenetv2", "mobilenet_v2")])
  func anUnknownNameSuggestsTheNearest(name: String, nearest: String) throws {
    let error = #expect(throws: ArchitectureError.self) { try ArchitectureSpecification(parsing: "random:\(name)") }
    guard case .unknownArchitecture(name, let suggestions) = try #require(error) else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(suggestions.contains(nearest))
  }

  /// There are far too many nets to be listed in a message.
  @Test func aNameLikeNoneIsToldTheFamiliesAndAFamilysNameItsNets() throws {
    func message(_ name: String) throws -> String {
      let error = #expect(throws: ArchitectureError.self) { try ArchitectureSpecification(parsing: "random:\(name)") }
      return try #require(error).description
    }
    let strange = try message("qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq")
    for family in Architectures.families { #expect(strange.contains(family.name)) }
    #expect(!strange.contains("resnet50"))
    #expect(strange.count < 500)
    #expect(try message("ResNet").contains("'resnext50_32x4d'"))
    #expect(Set(Architectures.names).count == Architectures.names.count)
  }

  @Test func anUnknownOptionNamesTheKnownOnes() {
    #expect(
      throws: ArchitectureError.unknownOption(
        "kernel", architecture: "resnet18", known: ["seed", "size", "classes"])
    ) { try ArchitectureSpecification(parsing: "resnet18?kernel=3") }
    #expect(throws: ArchitectureError.self) { try ArchitectureSpecification(parsing: "dcgan_generator?size=64") }
  }

  @Test(arguments: [
    "resnet18?", "resnet18?seed", "resnet18?seed=", "resnet18?seed=-1", "resnet18?seed=1&seed=2", "resnet18?=3",
    "resnet18?classes=ten", "resnet18?size=0", "resnet18?size=3x", "resnet18?size=3x4x5", "resnet18?size=99999",
  ])
  func malformedOptionsAreRefused(text: String) throws {
    let error = #expect(throws: ArchitectureError.self) { try ArchitectureSpecification(parsing: text) }
    guard case .malformedOption = try #require(error) else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func optionsOutOfRangeAreRefused() {
    #expect(
      throws: ArchitectureError.optionOutOfRange(
        "stride", value: 9, range: 1...8, architecture: "dcgan_generator")
    ) { try ArchitectureSpecification(parsing: "dcgan_generator?stride=9") }
  }

  @Test func netsTooLargeForMemoryAreRefusedBeforeTheyAreFilled() throws {
    let error = #expect(throws: ArchitectureError.self) {
      try Architectures.network(parsing: "strided_stack?kernel=64&width=1024&depth=16")
    }
    guard case .tooLarge = try #require(error) else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func aGivenNormalizationReplacesTheNetsOwn() throws {
    let own = PixelNormalization(mean: [0.1, 0.2, 0.3], deviation: [1, 2, 4])
    let specification = ArchitectureSpecification(
      "googlenet", normalization: own, options: ["transform_input": 1])
    #expect(try Architectures.network(specification).nodes.first?.operation == .pixelNormalization(own))
  }

  @Test func everyNetStartsWithItsNormalization() throws {
    for architecture in Architectures.all where architecture.picture != nil {
      let name = architecture.name
      let blueprint = try architecture.blueprint(ArchitectureSpecification(name))
      let network = try blueprint.network(stateDict: #require(blueprint.zeros()))
      #expect(network.nodes.first?.name == "normalize", "\(name)")
      #expect(network.preprocessing != nil, "\(name)")
    }
  }

  @Test func transformInputMeansPixelsFromMinusOneToOne() throws {
    let network = try Architectures.network(parsing: "googlenet?transform_input=1")
    let symmetric = PixelNormalization(mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5])
    #expect(network.nodes.first?.operation == .pixelNormalization(symmetric))
  }

  @Test func theShorterSideKeepsItsProportionToTheInput() throws {
    let small = try Architectures.network(parsing: "resnet18?size=112")
    #expect(small.preprocessing == Preprocessing(height: 112, width: 112, fit: .shorterSide(128)))
  }
}
