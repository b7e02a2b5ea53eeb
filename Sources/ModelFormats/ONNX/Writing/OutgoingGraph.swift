import GinghamNetworks
import GinghamTensors

/// A setting of a node in the file.
enum OutgoingAttribute {
  case int(Int)
  case float(Float)
  case string(String)
  case ints([Int])
  case tensor(WireWriter)
}

/// A network on its way into a file: nodes and weights as messages, and a name of its own for every value.
final class OutgoingGraph {
  let network: Network
  let path: String
  let operatorSet: Int
  /// Shapes for one size of the inputs; only what no size changes may be read from them.
  let shapes: [ValueID: Shape]
  let types: ValueTypes
  private var names: [ValueID: String] = [:]
  private var taken: Set<String> = []
  private var nodes: [WireWriter] = []
  private var initializers: [WireWriter] = []

  init(_ network: Network, path: String, operatorSet: Int, shapes: [ValueID: Shape]) {
    self.network = network
    self.path = path
    self.operatorSet = operatorSet
    self.shapes = shapes
    types = ValueTypes(network)
    let read = Set(network.nodes.flatMap { $0.inputs.compactMap { $0 } } + network.outputs)
    // What a user may have named in a script keeps its name: inputs and outputs first.
    let values =
      network.inputs.map(\.value) + network.outputs + network.nodes.flatMap(\.outputs)
      + network.constants.keys.filter(read.contains).sorted()
    for value in values where names[value] == nil { names[value] = unusedName(network.name(of: value)) }
    for (value, constant) in network.constants.sorted(by: { $0.key < $1.key }) where read.contains(value) {
      initializers.append(Self.message(constant, name: name(of: value)))
    }
  }

  func name(of value: ValueID?) -> String { value.flatMap { names[$0] } ?? "" }

  func unusedName(_ wanted: String) -> String {
    let base = wanted.isEmpty ? "value" : wanted
    var name = base
    var suffix = 0
    while !taken.insert(name).inserted {
      suffix += 1
      name = "\(base)_\(suffix)"
    }
    return name
  }

  func addInitializer(_ name: String, _ constant: Constant) -> String {
    let name = unusedName(name)
    initializers.append(Self.message(constant, name: name))
    return name
  }

  func addNode(
    _ type: String, name: String, inputs: [String], outputs: [String],
    attributes: [(name: String, value: OutgoingAttribute)]
  ) {
    var node = WireWriter()
    for input in inputs { node.string(1, input) }
    for output in outputs { node.string(2, output) }
    node.string(3, name)
    node.string(4, type)
    for attribute in attributes { node.message(5) { Self.write(attribute.name, attribute.value, to: &$0) } }
    nodes.append(node)
  }

  /// The `GraphProto`.
  func message() -> WireWriter {
    let isFixed = network.inputs.allSatisfy { $0.shape.allSatisfy { $0 != nil } }
    // A graph's output must come out of a node, each of a name of its own.
    var produced = Set(network.nodes.flatMap(\.outputs))
    let outputs = network.outputs.map { value -> (name: String, value: ValueID) in
      if produced.remove(value) != nil { return (name(of: value), value) }
      let copy = unusedName(name(of: value) + ".output")
      addNode("Identity", name: copy, inputs: [name(of: value)], outputs: [copy], attributes: [])
      return (copy, value)
    }
    var graph = WireWriter()
    for node in nodes { graph.message(1, node) }
    graph.string(2, network.name.isEmpty ? "network" : network.name)
    for initializer in initializers { graph.message(5, initializer) }
    for input in network.inputs {
      graph.message(11) {
        Self.write(name(of: input.value), type: types[input.value], extents: input.shape, to: &$0)
      }
    }
    for output in outputs {
      let extents = shapes[output.value]?.dimensions.map { isFixed ? $0 : nil } ?? []
      graph.message(12) { Self.write(output.name, type: types[output.value], extents: extents, to: &$0) }
    }
    return graph
  }

  // MARK: Messages of the schema

  /// `TensorProto`.
  static func message(_ constant: Constant, name: String) -> WireWriter {
    var message = WireWriter()
    message.ints(1, constant.shape.dimensions)
    message.int(2, TensorMessage.code(of: constant.integers?.type ?? .float32))
    if !name.isEmpty { message.string(8, name) }
    switch constant {
    case .float(let tensor): message.elements(9, tensor)
    case .integer(let array):
      let size = array.type.byteCount
      var bytes: [UInt8] = []
      bytes.reserveCapacity(array.elements.count * size)
      for element in array.elements {
        let bits = UInt64(bitPattern: Int64(element))
        for byte in 0..<size { bytes.append(UInt8(truncatingIfNeeded: bits >> (8 * UInt64(byte)))) }
      }
      message.bytes(9, bytes)
    }
    return message
  }

  /// `AttributeProto`.
  private static func write(_ name: String, _ value: OutgoingAttribute, to message: inout WireWriter) {
    message.string(1, name)
    switch value {
    case .float(let number):
      message.float(2, number)
      message.int(20, 1)
    case .int(let number):
      message.int(3, number)
      message.int(20, 2)
    case .string(let text):
      message.string(4, text)
      message.int(20, 3)
    case .tensor(let tensor):
      message.message(5, tensor)
      message.int(20, 4)
    case .ints(let numbers):
      message.ints(8, numbers)
      message.int(20, 7)
    }
  }

  /// `ValueInfoProto`; `nil` extents stay open.
  private static func write(_ name: String, type: ElementType, extents: [Int?], to message: inout WireWriter) {
    message.string(1, name)
    message.message(2) {
      $0.message(1) {
        $0.int(1, TensorMessage.code(of: type))
        $0.message(2) { shape in
          for extent in extents {
            shape.message(1) { if let extent { $0.int(1, extent) } }
          }
        }
      }
    }
  }
}

extension TensorMessage {
  /// The schema's number for an element type.
  static func code(of type: ElementType) -> Int {
    (1...23).first { elementType(code: $0) == type } ?? 1
  }
}
