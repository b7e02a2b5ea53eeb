import GinghamNetworks
import GinghamTensors

@testable import GinghamRewriting

/// A network of one layer with weights of the test's choice.
struct LayerUnderRewrite {
  var network = Network(name: "layer")

  /// - Parameters:
  ///   - inputs: channels and side of the picture.
  ///   - weight: in × out/groups × kH × kW of a transposed convolution.
  init(
    transposed weight: Tensor, _ window: Window, inputs: (channels: Int, height: Int, width: Int), groups: Int = 1,
    outputPadding: [Int]? = nil, bias: Tensor? = nil
  ) {
    let x = network.addInput("x", shape: [1, inputs.channels, inputs.height, inputs.width])
    let w = network.addConstant("up.weight", .float(weight))
    let b = bias.map { network.addConstant("up.bias", .float($0)) }
    let y = network.append(
      "up",
      .transposedConvolution(TransposedConvolution(window, groups: groups, outputPadding: outputPadding)), x, w, b)
    network.outputs = [y]
  }

  init(_ operation: GinghamNetworks.Operation, shape: Shape, weight: Tensor? = nil) {
    let x = network.addInput("x", shape: shape.dimensions.map { $0 })
    let w = weight.map { network.addConstant("down.weight", .float($0)) }
    network.outputs = [network.append("down", operation, inputs: [x] + (w.map { [$0] } ?? []))]
  }

  /// The rewritten network and what is said of it.
  func rewritten(
    _ method: RewriteMethod, _ options: RewriteOptions = RewriteOptions()
  ) throws -> (network: Network, rewrite: LayerRewrite) {
    var network = network
    let layer = network.nodes[0].name
    let rewrite = try network.rewrite(layer: layer, with: method, options: options, bound: network.bound())
    return (network, rewrite)
  }

  /// The weight that the rewritten network's convolution reads.
  func weight(after method: RewriteMethod, _ options: RewriteOptions = RewriteOptions()) throws -> Tensor? {
    let network = try rewritten(method, options).network
    return network.nodes.lazy.compactMap { node in
      node.inputs.count > 1 ? node.inputs[1].flatMap { network.constants[$0]?.tensor } : nil
    }.first
  }
}

/// Reproducible numbers in −1…1.
func scattered(_ shape: Shape, seed: Int = 1) -> Tensor {
  Tensor(shape, (0..<shape.elementCount).map { Float(($0 * 7919 + seed * 104729) % 2003) / 1001.5 - 1 })
}
