import GinghamLattices
import GinghamNetworks
import GinghamTensors
import GinghamTestSupport
import Testing

@testable import GinghamPrediction

/// A picture is one however its first map came to be.
@Suite struct MapBirthTests {
  enum Head: CaseIterable { case input, reshape, expand, constant, latents }

  private func network(_ head: Head, channels: Int = 2) throws -> BoundNetwork {
    var network = Network(name: "generator")
    func constant(_ name: String, _ shape: Shape) -> ValueID {
      network.addConstant(name, .float(Tensor(shape, repeating: 0.5)))
    }
    var value: ValueID
    if head == .input {
      value = network.addInput("map", shape: [1, channels, 4, 4])
    } else {
      // Tokens: two axes in front of the last one.
      value = network.addInput("z", shape: head == .latents ? [1, 2, 3, 8] : [1, 8])
      if head == .latents { value = network.append("flat", .flatten(axis: 1), value) }
      let wide = head == .reshape || head == .latents ? 16 * channels : channels
      value = network.append(
        "dense", .matrixMultiply, value, constant("dense.weight", [head == .latents ? 48 : 8, wide]))
      let side = wide > channels ? 4 : 1
      value = network.append("laid", .reshape(Reshape(shape: [-1, channels, side, side])), value)
      if head == .expand { value = network.append("repeated", .expand(shape: [1, channels, 4, 4]), value) }
      if head == .constant {
        value = network.append("learned", .elementwise(.multiply), value, constant("map", [1, channels, 4, 4]))
      }
    }
    for name in ["u", "v"] {
      value = network.append(
        name,
        .transposedConvolution(
          TransposedConvolution(Window(3, stride: 2, padding: 1), outputPadding: [1, 1])), value,
        constant("\(name).weight", [channels, channels, 3, 3]))
      value = network.append("\(name).relu", .pointwise(.relu), value)
    }
    network.outputs = [value]
    return try network.bound()
  }

  /// Counts 3 2 3 1 along each axis: 1 + CV² = (1 + 11/81)².
  @Test(arguments: Head.allCases) func twoUnevenLayersPaintTheirCounts(head: Head) throws {
    let prediction = try PicturePrediction(network(head))
    let finding = prediction.finding
    #expect(prediction.period == 4)
    #expect(isClose(finding.cv2, 1903.0 / 6561))
    #expect(isClose(finding.bands.first { $0.period == 2 }?.cv2 ?? 0, 19.0 / 81))
    #expect(prediction.bandLayers == [2: "v", 4: "u"])
    #expect(try prediction.overlap().height == 16)
  }

  @Test func gradientsLeadToNoPixelsThatTheInputDoesNotHave() throws {
    let prediction = try GradientPrediction(network(.reshape))
    #expect(prediction.period == 1)
    #expect(prediction.input.cv2 == 0)
  }
}
