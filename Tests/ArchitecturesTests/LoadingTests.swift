import GinghamArchitectures
import GinghamNetworks
import GinghamTensors
import Testing

@Suite struct LoadingTests {
  private let text = "dcgan_generator?features=4&latent=8"

  private func parameters() throws -> [String: Tensor] {
    let specification = try ArchitectureSpecification(parsing: text)
    let declared = try Architectures.named("dcgan_generator").blueprint(specification).parameters
    return Dictionary(
      uniqueKeysWithValues: declared.enumerated().map { index, parameter in
        (parameter.name, Tensor(parameter.shape, repeating: Float(index + 1)))
      })
  }

  @Test func everyParameterReachesTheLayerThatReadsIt() throws {
    let parameters = try parameters()
    let network = try Architectures.network(ArchitectureSpecification("dcgan_generator"), parameters: parameters)
    for node in network.nodes {
      for input in node.inputs.compactMap({ $0 }) where network.constants[input] != nil {
        let name = network.name(of: input)
        #expect(name.hasPrefix(node.name + "."))
        #expect(network.constants[input]?.tensor == parameters[name])
      }
    }
    #expect(network.constants.count == parameters.count)
  }

  @Test func allDifferencesAreReportedAtOnce() throws {
    var parameters = try parameters()
    parameters["main.1.weight"] = nil
    parameters["main.4.bias"] = nil
    parameters["main.7.weight"] = Tensor([9])
    parameters["extra"] = Tensor([2, 3])
    let error = #expect(throws: ParameterMismatch.self) {
      try Architectures.network(ArchitectureSpecification("dcgan_generator"), parameters: parameters)
    }
    let mismatch = try #require(error)
    #expect(mismatch.missing.map(\.name) == ["main.1.weight", "main.4.bias"])
    #expect(mismatch.missing.map(\.shape) == [[32], [16]])
    #expect(mismatch.unexpected == [.init(name: "extra", shape: [2, 3])])
    #expect(mismatch.wronglyShaped == [.init(name: "main.7.weight", expected: [8], found: [9])])
    for detail in ["'main.1.weight' (32)", "'main.7.weight' should be 8, is 9", "'extra' (2×3)"] {
      #expect("\(mismatch)".contains(detail))
    }
  }

  @Test func anOptionThatContradictsTheFileIsReported() throws {
    let parameters = try parameters()
    let specification = ArchitectureSpecification("dcgan_generator", options: ["latent": 9])
    let error = #expect(throws: ParameterMismatch.self) {
      try Architectures.network(specification, parameters: parameters)
    }
    #expect(error?.wronglyShaped == [.init(name: "main.0.weight", expected: [9, 32, 4, 4], found: [8, 32, 4, 4])])
  }
}
