import GinghamNetworks
import GinghamTensors

/// The element type each value has in a file. Gingham computes in 32-bit floats throughout; ONNX tells truth values and
/// the integers of shape subgraphs from them.
struct ValueTypes {
  private var types: [ValueID: ElementType] = [:]

  init(_ network: Network) {
    for input in network.inputs { types[input.value] = input.type.isFloatingPoint ? .float32 : input.type }
    for (value, constant) in network.constants { types[value] = constant.integers?.type ?? .float32 }
    for node in network.nodes {
      for (index, output) in node.outputs.enumerated() { types[output] = type(of: node, output: index) }
    }
  }

  subscript(value: ValueID?) -> ElementType { value.flatMap { types[$0] } ?? .float32 }

  private func type(of node: Node, output index: Int) -> ElementType {
    let first = self[node.inputs.first ?? nil]
    switch node.operation {
    case .elementwise(.equal), .elementwise(.greater), .elementwise(.greaterOrEqual), .elementwise(.less),
      .elementwise(.lessOrEqual), .elementwise(.and), .elementwise(.or), .elementwise(.xor), .pointwise(.not):
      return .boolean
    case .shapeOf, .sizeOf: return .int64
    case .maxPool where index > 0: return .int64
    case .cast(let type): return type.isFloatingPoint ? .float32 : type
    case .constantOfShape(_, let type): return type.isFloatingPoint ? .float32 : type
    case .select: return self[node.inputs.count > 1 ? node.inputs[1] : nil]
    default: return first
    }
  }
}
