import GinghamArchitectures
import GinghamNetworks
import GinghamTensors
import Testing

@Suite struct ParameterInitializationTests {
  private func deviation(_ tensor: Tensor) -> Double {
    let values = tensor.scalars.map(Double.init)
    let mean = values.reduce(0, +) / Double(values.count)
    return (values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(values.count)).squareRoot()
  }

  private func parameters(_ text: String) throws -> [String: Tensor] {
    let network = try Architectures.network(parsing: text)
    var result: [String: Tensor] = [:]
    for (value, constant) in network.constants { result[network.name(of: value)] = constant.tensor }
    return result
  }

  @Test func convolutionsHaveTheVarianceOfHesFanOut() throws {
    let parameters = try parameters("random:mobilenet_v2")
    // 2/(outputs · taps), and for a depthwise convolution 2/taps.
    for (name, variance) in [
      ("features.0.0.weight", 2.0 / (32 * 9)), ("features.18.0.weight", 2.0 / 1280),
      ("features.17.conv.1.0.weight", 2.0 / 9),
    ] {
      let tensor = try #require(parameters[name])
      let relativeError = deviation(tensor) / variance.squareRoot() - 1
      #expect(abs(relativeError) < 4 / (2 * Double(tensor.count)).squareRoot(), "\(name)")
    }
  }

  @Test func batchNormalizationStartsAsIdentityAndDenseLayersAtOnePercent() throws {
    let parameters = try parameters("random:resnet18")
    #expect(parameters["bn1.weight"] == Tensor([64], repeating: 1))
    #expect(parameters["bn1.running_var"] == Tensor([64], repeating: 1))
    #expect(parameters["bn1.bias"] == Tensor([64]))
    #expect(parameters["bn1.running_mean"] == Tensor([64]))
    #expect(parameters["fc.bias"] == Tensor([1000]))
    #expect(try abs(deviation(#require(parameters["fc.weight"])) / 0.01 - 1) < 0.005)
  }

  @Test func adversarialNetsStartAtTwoPercent() throws {
    let parameters = try parameters("random:dcgan_generator?seed=5")
    #expect(try abs(deviation(#require(parameters["main.3.weight"])) / 0.02 - 1) < 0.005)
    let scale = try #require(parameters["main.1.weight"])
    #expect(abs(deviation(scale) / 0.02 - 1) < 0.2)
    #expect(abs(scale.scalars.reduce(0, +) / Float(scale.count) - 1) < 0.005)
  }

  @Test func aSeedGivesTheSameParametersAndAnotherSeedOthers() throws {
    let name = "features.0.weight"
    let first = try parameters("random:squeezenet1_1?seed=4&classes=2")[name]
    #expect(try parameters("squeezenet1_1?classes=2&seed=4")[name] == first)
    #expect(try parameters("random:squeezenet1_1?seed=5&classes=2")[name] != first)
  }
}
