import Foundation
import GinghamNetworks
import GinghamTensors

@testable import GinghamModelFormats

/// A small ONNX model in the making.
struct ModelSketch {
  enum Attribute: Sendable {
    case int(Int)
    case float(Float)
    case string(String)
    case ints([Int])
    case floats([Float])
    case strings([String])
    case tensor(TensorSketch)
    case reference(String)
  }

  struct NodeSketch {
    var type: String
    var inputs: [String]
    var outputs: [String]
    var attributes: [String: Attribute] = [:]
    var name = ""
    var domain = ""
    var namespace: String?
  }

  struct TensorSketch: Sendable {
    var name = ""
    var type = 1
    var shape: [Int] = []
    /// Writes the elements.
    var fill: @Sendable (inout ProtobufWriter) -> Void = { _ in }

    static func floats(_ values: [Float], shape: [Int]? = nil, name: String = "") -> TensorSketch {
      TensorSketch(name: name, shape: shape ?? [values.count]) { $0.data(9, littleEndian(values)) }
    }

    static func int64s(_ values: [Int], shape: [Int]? = nil, name: String = "") -> TensorSketch {
      TensorSketch(name: name, type: 7, shape: shape ?? [values.count]) { $0.data(9, littleEndian(values)) }
    }
  }

  struct FunctionSketch {
    var name: String
    var domain: String
    var inputs: [String]
    var outputs: [String]
    var attributes: [String] = []
    var nodes: [NodeSketch]
  }

  var operatorSet = 17
  var irVersion = 8
  var nodes: [NodeSketch] = []
  var initializers: [TensorSketch] = []
  var inputs: [(name: String, type: Int, shape: [Int?])] = []
  var outputs: [String] = []
  var functions: [FunctionSketch] = []

  /// A model of one node that reads `x`, `a`, `b`, … of 1×4×8×8, as many as `inputCount` says, and gives `y`.
  static func single(
    _ type: String, _ attributes: [String: Attribute] = [:], inputCount: Int = 1, operatorSet: Int = 17,
    constants: [TensorSketch] = [], outputs: [String] = ["y"]
  ) -> ModelSketch {
    let open = (["x"] + ["a", "b", "c", "d"]).prefix(inputCount)
    var sketch = ModelSketch(operatorSet: operatorSet)
    sketch.initializers = constants
    sketch.inputs = open.map { ($0, 1, [1, 4, 8, 8]) }
    sketch.nodes = [
      NodeSketch(type: type, inputs: open + constants.map(\.name), outputs: outputs, attributes: attributes)
    ]
    sketch.outputs = [outputs[0]]
    return sketch
  }

  var bytes: [UInt8] {
    var model = ProtobufWriter()
    model.int(1, irVersion)
    model.message(7) { graph in
      for node in nodes { graph.message(1) { write(node, to: &$0) } }
      graph.string(2, "sketch")
      for tensor in initializers { graph.message(5) { write(tensor, to: &$0) } }
      for input in inputs {
        graph.message(11) { info in
          info.string(1, input.name)
          info.message(2) { $0.message(1) { write(input.type, input.shape, to: &$0) } }
        }
      }
      for output in outputs { graph.message(12) { $0.string(1, output) } }
    }
    model.message(8) { $0.int(2, operatorSet) }
    for function in functions { model.message(25) { write(function, to: &$0) } }
    return model.bytes
  }

  func load(in folder: TemporaryFolder = TemporaryFolder()) throws -> Network {
    try ONNXModel.load(path: folder.write(bytes, to: "model.onnx"))
  }

  private func write(_ node: NodeSketch, to writer: inout ProtobufWriter) {
    for input in node.inputs { writer.string(1, input) }
    for output in node.outputs { writer.string(2, output) }
    writer.string(3, node.name)
    writer.string(4, node.type)
    for (name, attribute) in node.attributes.sorted(by: { $0.key < $1.key }) {
      writer.message(5) { write(name, attribute, to: &$0) }
    }
    writer.string(7, node.domain)
    if let namespace = node.namespace {
      writer.message(9) {
        $0.string(1, "namespace")
        $0.string(2, namespace)
      }
    }
  }

  private func write(_ name: String, _ attribute: Attribute, to writer: inout ProtobufWriter) {
    writer.string(1, name)
    switch attribute {
    case .float(let value):
      writer.float(2, value)
      writer.int(20, 1)
    case .int(let value):
      writer.int(3, value)
      writer.int(20, 2)
    case .string(let value):
      writer.string(4, value)
      writer.int(20, 3)
    case .tensor(let tensor):
      writer.message(5) { write(tensor, to: &$0) }
      writer.int(20, 4)
    case .floats(let values):
      for value in values { writer.float(7, value) }
      writer.int(20, 6)
    case .ints(let values):
      for value in values { writer.int(8, value) }
      writer.int(20, 7)
    case .strings(let values):
      for value in values { writer.string(9, value) }
      writer.int(20, 8)
    case .reference(let target): writer.string(21, target)
    }
  }

  private func write(_ tensor: TensorSketch, to writer: inout ProtobufWriter) {
    for extent in tensor.shape { writer.int(1, extent) }
    writer.int(2, tensor.type)
    writer.string(8, tensor.name)
    tensor.fill(&writer)
  }

  private func write(_ type: Int, _ shape: [Int?], to writer: inout ProtobufWriter) {
    writer.int(1, type)
    writer.message(2) { dimensions in
      for extent in shape {
        dimensions.message(1) { dimension in
          if let extent { dimension.int(1, extent) } else { dimension.string(2, "N") }
        }
      }
    }
  }

  private func write(_ function: FunctionSketch, to writer: inout ProtobufWriter) {
    writer.string(1, function.name)
    for input in function.inputs { writer.string(4, input) }
    for output in function.outputs { writer.string(5, output) }
    for attribute in function.attributes { writer.string(6, attribute) }
    for node in function.nodes { writer.message(7) { write(node, to: &$0) } }
    writer.message(9) { $0.int(2, operatorSet) }
    writer.string(10, function.domain)
  }
}

/// A folder of a test's own, removed with it.
final class TemporaryFolder: Sendable {
  let path: String

  init() {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("gingham-onnx-\(UUID().uuidString)").path
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ bytes: [UInt8], to name: String) throws -> String {
    let file = path + "/" + name
    // Overwriting would make some file systems flush to the disk each time.
    try? FileManager.default.removeItem(atPath: file)
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }
}
