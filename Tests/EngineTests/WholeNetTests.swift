import GinghamArchitectures
import GinghamDifferentiation
import GinghamTensors
import Testing

/// Well-known nets with random weights, from pixels to a logit and back, against the Float64 reference.
@Suite struct WholeNetTests {
  @Test(arguments: [
    "squeezenet1_1", "mobilenet_v2", "googlenet", "resnet18", "resnet50", "densenet121", "efficientnet_b0",
  ])
  func agreesWithTheReference(_ name: String) throws {
    let network = try Architectures.network(parsing: "random:\(name)")
    try expectAgreement(
      network, [1, 3, 64, 64], targets: network.outputs, gradients: [network.inputs[0].value], within: 1e-4)
  }
}
