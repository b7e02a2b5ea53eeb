import GinghamNetworks
import GinghamTensors

extension Network {
  /// The same network with the filters of some transposed convolutions changed as little as makes their phase sums
  /// equal, their kernels keeping their sizes: they then paint a constant evenly. Layers of other kinds and those without
  /// such weights stay as they are.
  ///
  /// - Returns: the network, and the layers that were changed.
  public func evened(_ layers: Set<ValueID>) -> (network: Network, changed: Set<ValueID>) {
    var network = self
    var changed: Set<ValueID> = []
    for node in nodes {
      guard let output = node.outputs.first, layers.contains(output),
        case .transposedConvolution(let convolution) = node.operation, node.inputs.count > 1,
        let weight = node.inputs[1],
        let tensor = constants[weight]?.tensor, tensor.shape.rank == 4
      else { continue }
      // Another layer may read the same weights: this one gets its own.
      let evened = network.addConstant(
        name(of: weight) + ".even", .float(tensor.withEqualPhaseSums(on: convolution.window)))
      for index in network.nodes.indices where network.nodes[index].outputs.first == output {
        network.nodes[index].inputs[1] = evened
      }
      changed.insert(output)
    }
    return (network, changed)
  }
}
