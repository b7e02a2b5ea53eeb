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
    let type = node.operation.outputType(index, inputs: node.inputs.map { self[$0] }) ?? .float32
    return type.isFloatingPoint ? .float32 : type
  }
}
