import Foundation
import GinghamNetworks
import GinghamTensors
import Testing

@testable import GinghamModelFormats

/// Files that are cut off, damaged or made to harm: each is read, or refused with a typed error. A crash or a hang would
/// take the test process with it.
@Suite struct HostileFileTests {
  private let folder = TemporaryFolder()

  /// A network with something of everything: weights of two kinds, attributes of every type, a function's call.
  private static let model: [UInt8] = {
    var model = ModelSketch(operatorSet: 13)
    model.inputs = [("x", 1, [1, 2, nil, 8])]
    model.initializers = [
      .floats((0..<36).map(Float.init), shape: [2, 2, 3, 3], name: "conv.weight"),
      ModelSketch.TensorSketch(name: "bias", shape: [2]) { $0.data(4, littleEndian([Float(1), 2])) },
      .int64s([1, -1], name: "target"),
    ]
    model.nodes = [
      ModelSketch.NodeSketch(
        type: "Conv", inputs: ["x", "conv.weight", "bias"], outputs: ["a"],
        attributes: ["pads": .ints([1, 1, 1, 1]), "group": .int(1), "auto_pad": .string("NOTSET")], name: "/conv/Conv"),
      ModelSketch.NodeSketch(
        type: "LeakyRelu", inputs: ["a"], outputs: ["b"], attributes: ["alpha": .float(0.1)], name: "node_relu",
        namespace: ": Net/relu: ReLU/relu: aten.relu.default"),
      ModelSketch.NodeSketch(
        type: "Constant", inputs: [], outputs: ["c"], attributes: ["value": .tensor(.floats([1, 2, 3, 4]))]),
      ModelSketch.NodeSketch(
        type: "Resize", inputs: ["b", "", "c"], outputs: ["d"], attributes: ["mode": .string("linear")]),
      ModelSketch.NodeSketch(type: "Twice", inputs: ["d"], outputs: ["e"], domain: "mine"),
      ModelSketch.NodeSketch(type: "Reshape", inputs: ["e", "target"], outputs: ["y"]),
    ]
    model.functions = [
      ModelSketch.FunctionSketch(
        name: "Twice", domain: "mine", inputs: ["in"], outputs: ["out"],
        nodes: [ModelSketch.NodeSketch(type: "Add", inputs: ["in", "in"], outputs: ["out"])])
    ]
    model.outputs = ["y"]
    return model.bytes
  }()

  /// - Returns: whether the bytes were accepted.
  private func reads(_ bytes: [UInt8]) throws -> Bool {
    do {
      let network = try ONNXModel.load(path: folder.write(bytes, to: "hostile.onnx"))
      let open = network.inputs.filter { $0.shape.count == 4 }.map {
        (network.name(of: $0.value), Shape([1, 2, 8, 8]))
      }
      do {
        _ = try network.bound(to: Dictionary(open) { first, _ in first })
      } catch is NetworkError {
        // Shapes that do not fit are refused here, not when the file is read.
      }
      return true
    } catch is FormatError {
      return false
    } catch is NetworkError {
      return false
    }
  }

  @Test func theUndamagedFileIsRead() throws {
    #expect(try reads(Self.model))
  }

  @Test func filesCutOffAnywhereAreReadOrRefused() throws {
    var refused = 0
    for length in 0..<Self.model.count where try !reads(Array(Self.model.prefix(length))) { refused += 1 }
    #expect(refused > Self.model.count * 9 / 10)
  }

  @Test func everyByteMayBeDamaged() throws {
    var refused = 0
    for position in Self.model.indices {
      for damage: (UInt8) -> UInt8 in [{ $0 ^ 1 }, { $0 ^ 0x80 }, { _ in 0xff }, { $0 &+ 8 }, { _ in 0 }] {
        var bytes = Self.model
        bytes[position] = damage(bytes[position])
        if try !reads(bytes) { refused += 1 }
      }
    }
    #expect(refused > Self.model.count)
  }

  @Test func randomDamageInSeveralPlaces() throws {
    var state: UInt64 = 0x9e37_79b9_7f4a_7c15
    func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
    for _ in 0..<4000 {
      var bytes = Self.model
      for _ in 0..<(1 + next() % 4) {
        bytes[Int(next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: next())
      }
      _ = try reads(bytes)
    }
  }

  @Test func casesOfTheSuiteMayBeDamaged() throws {
    let root = "/usr/share/libonnx-testdata/data/node"
    for name in [
      "test_resize_upsample_scales_cubic", "test_softmax_default_axis_expanded", "test_split_zero_size_splits",
    ] {
      let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(root)/\(name)/model.onnx")))
      for position in bytes.indices {
        var damaged = bytes
        damaged[position] ^= UInt8(1 << (position % 8))
        _ = try reads(damaged)
        _ = try reads(Array(bytes.prefix(position)))
      }
    }
  }

  @Test func anEmptyFileAndAnythingElseAreNoModels() throws {
    for bytes in [[], Array("#!/bin/sh\necho no model\n".utf8), [UInt8](repeating: 0xff, count: 64)] {
      #expect { try ONNXModel.load(path: folder.write(bytes, to: "none.onnx")) } throws: { $0 is FormatError }
    }
    #expect { try ONNXModel.load(path: folder.path) } throws: { $0 is FormatError }
    #expect { try ONNXModel.load(path: folder.path + "/missing.onnx") } throws: { $0 is FormatError }
  }

  @Test func longChainsDoNotExhaustTheStack() throws {
    var model = ModelSketch(inputs: [("v0", 1, [1])], outputs: ["v0_end"])
    let count = 100_000
    model.nodes = (0..<count).reversed().map { index in
      ModelSketch.NodeSketch(
        type: "Relu", inputs: ["v\(index)"], outputs: [index == count - 1 ? "v0_end" : "v\(index + 1)"])
    }
    #expect(try model.load().nodes.count == count)
  }
}
