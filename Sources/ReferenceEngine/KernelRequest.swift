import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// What a kernel is made from: a node and the fixed shapes around it.
package struct KernelRequest {
  package let node: Node
  package let network: BoundNetwork
  package let rules: BackwardRules
  let inputShapes: [Shape?]
  let outputShapes: [Shape]

  package init(_ node: Node, in network: BoundNetwork, rules: BackwardRules = BackwardRules()) throws {
    self.node = node
    self.network = network
    self.rules = rules
    inputShapes = try node.inputs.map { input in
      guard let input else { return nil }
      guard let shape = network.shapes[input] ?? network.constants[input]?.shape else {
        throw EngineError.library("'\(network.name(of: input))' has no shape: the network is not bound")
      }
      return shape
    }
    outputShapes = try node.outputs.map { output in
      guard let shape = network.shapes[output] else {
        throw EngineError.library("'\(network.name(of: output))' has no shape: the network is not bound")
      }
      return shape
    }
  }

  func unsupported(_ why: String) -> EngineError {
    .unsupported(operation: node.operation.name, node: node.name, why: why)
  }

  /// The shape of an input that must be there.
  func inputShape(_ index: Int) throws -> Shape {
    guard index < inputShapes.count, let shape = inputShapes[index] else {
      throw unsupported("input \(index) is missing")
    }
    return shape
  }

  func hasInput(_ index: Int) -> Bool { index < inputShapes.count && inputShapes[index] != nil }

  func outputShape(_ index: Int = 0) throws -> Shape {
    guard index < outputShapes.count else { throw unsupported("output \(index) is missing") }
    return outputShapes[index]
  }

  /// The value of an input that is known before the network runs, or `nil`.
  func constant(_ index: Int) -> Constant? {
    guard index < node.inputs.count, let value = node.inputs[index] else { return nil }
    return network.constants[value]
  }
}
