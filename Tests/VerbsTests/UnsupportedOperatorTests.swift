import GinghamModels
import GinghamNetworks
import GinghamTensors
import Testing

@testable import GinghamVerbs

/// A net with an operator that is not supported still has the layers in front of it.
@Suite struct UnsupportedOperatorTests {
  /// x → conv → act → lstm (missing) → tanh.
  private static func network() -> Network {
    var network = Network(name: "recurrent")
    let x = network.addInput("x", shape: [1, 3, 8, 8])
    let weight = network.addConstant("w", .float(Tensor([4, 3, 3, 3], repeating: 0.1)))
    var value = network.append("conv", .convolution(Convolution(Window(3, padding: 1))), x, weight)
    value = network.append("act", .pointwise(.relu), value)
    value = network.append("lstm", .missing(MissingOperator(reason: "operator 'LSTM' is not supported.")), value)
    network.outputs = [network.append("tanh", .pointwise(.tanh), value)]
    return network
  }

  @Test func theLayersInFrontAreListedAndWhatIsMissingIsSaid() throws {
    let model = try Model(
      source: ModelSource("recurrent.onnx"), network: Self.network(),
      preprocessing: Preprocessing(height: 8, width: 8, fit: .stretch),
      classNames: ClassNames(path: nil, beside: nil))
    let table = try LayerTable(of: model)
    #expect(table.layers.map(\.name) == ["conv", "act"])
    let missing = try #require(table.missing)
    #expect(missing.contains("LSTM") && missing.contains("2 of 4 layers") && missing.contains("'act'"), "\(missing)")
    #expect(table.text.contains("LSTM"))
  }
}
