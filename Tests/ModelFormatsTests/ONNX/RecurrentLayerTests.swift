import GinghamNetworks
import GinghamTensors
import Testing

@testable import GinghamModelFormats

/// RNN, GRU and LSTM are written out step by step. Their numbers are held against PyTorch's in `GoldenOperatorTests`.
@Suite struct RecurrentLayerTests {
  private static let units = 2

  /// A layer over x (steps×1×3) with weights that fit, but for those that `extents` replaces by input.
  private func sketch(
    _ type: String, steps: Int? = 4, extents: [Int: [Int]] = [:],
    _ attributes: [String: ModelSketch.Attribute] = [:]
  ) -> ModelSketch {
    let rows = (["RNN": 1, "GRU": 3, "LSTM": 4][type] ?? 0) * Self.units
    let usual = [1: [1, rows, 3], 2: [1, rows, Self.units], 3: [1, 2 * rows]]
    var model = ModelSketch()
    model.inputs = [("x", 1, [steps, 1, 3])]
    model.initializers = usual.merging(extents) { $1 }.sorted { $0.key < $1.key }.map { index, shape in
      .floats([Float](repeating: 0.5, count: shape.reduce(1, *)), shape: shape, name: "c\(index)")
    }
    model.nodes = [
      ModelSketch.NodeSketch(
        type: type, inputs: ["x"] + model.initializers.map(\.name), outputs: ["y"], attributes: attributes,
        name: "layer")
    ]
    model.outputs = ["y"]
    return model
  }

  @Test(arguments: ["RNN", "GRU", "LSTM"]) func anyLengthIsWrittenOut(_ type: String) throws {
    let network = try sketch(type, steps: nil).load()
    var counts: [Int] = []
    for steps in [3, 7] {
      let bound = try network.bound(to: ["x": [steps, 1, 3]])
      #expect(bound.shapes[bound.outputs[0]] == [steps, 1, 1, Self.units])
      counts.append(bound.nodes.count)
    }
    #expect(counts[1] > counts[0] + 3 * 4)
  }

  @Test(arguments: ["RNN", "GRU", "LSTM"]) func weightsThatDoNotFitAreNamed(_ type: String) throws {
    // Extents of one would broadcast.
    for (index, shape) in [1: [1, 1, 3], 2: [1, 1, 2], 3: [1, 1], 4: [1, 1]] {
      #expect {
        _ = try sketch(type, extents: [index: shape]).load()
      } throws: { "\($0)".contains("input \(index) is") && "\($0)".contains("expected") }
    }
    #expect {
      _ = try sketch(type, ["direction": .string("bidirectional")]).load()
    } throws: { "\($0)".contains("input 1 is 1×") && "\($0)".contains("expected 2×") }
  }

  @Test(
    arguments: [
      ("direction", .string("\u{1B}[2J")), ("clip", .float(0)), ("clip", .float(.nan)), ("clip", .float(-1)),
      ("hidden_size", .int(-1)), ("hidden_size", .int(1 << 62)), ("hidden_size", .int(3)),
      ("activations", .string("Tanh")),
      ("activations", .strings(["Tanh"])), ("activations", .strings(["Tanh", "Sigmoid", "Gelu"])),
    ] as [(String, ModelSketch.Attribute)])
  func settingsThatMeanNothingAreRefused(_ name: String, _ value: ModelSketch.Attribute) throws {
    #expect {
      _ = try sketch("LSTM", [name: value]).load()
    } throws: { error in
      error is FormatError && !"\(error)".unicodeScalars.contains("\u{1B}") && "\(error)".contains("'layer'")
    }
  }

  @Test func noFileAsksForAnyNumberOfSteps() throws {
    #expect {
      _ = try sketch("RNN", steps: 1 << 20).load().bound()
    } throws: { "\($0)".contains("operators, the limit") }
  }
}
