import GinghamLattices
import GinghamNetworks
import GinghamTensors

/// A layer that is to be rewritten, with what every rewrite asks of it.
struct RewriteSite {
  let network: Network
  let bound: BoundNetwork
  /// Where the layer stands in the network.
  let index: Int
  /// As the network holds it, and with its attributes filled in.
  let node: Node
  let boundNode: Node

  /// - Throws: ``NetworkError/unknownLayer(name:nearest:)``, ``ArtifactError/unsupported(layer:why:)`` for a layer that
  ///   no pixel flows through, ``ArtifactError/limit(network:_:)`` for kernels and strides too large to be fitted.
  init(layer name: String, of network: Network, bound: BoundNetwork) throws {
    let value = try network.value(ofLayer: name)
    guard let index = network.nodes.firstIndex(where: { $0.outputs.first == value }) else {
      throw ArtifactError.unsupported(layer: name, why: "it is no operator, so nothing can stand in its place")
    }
    guard let boundNode = bound.nodes.first(where: { $0.outputs.first == value }) else {
      throw ArtifactError.unsupported(
        layer: name, why: "it is known before the network runs; no pixel flows through it")
    }
    self.network = network
    self.bound = bound
    self.index = index
    node = network.nodes[index]
    self.boundNode = boundNode
    try requireBoundedTables()
  }

  /// Kernels are padded, spread and fitted (in cubic time) on grids as wide as kernel and stride together.
  private func requireBoundedTables() throws {
    guard let window = boundNode.operation.slidingWindow?.window else { return }
    let sides = window.kernel.indices.map {
      Double(window.dilations[$0]) * Double(window.kernel[$0] - 1) + 1 + Double(window.strides[$0])
    }
    let source = boundNode.inputs[min(1, boundNode.inputs.count - 1)].flatMap { bound.shapes[$0] } ?? []
    let filters = source.dimensions.prefix(2).reduce(1) { $0 * Double($1) }
    for (resource, cost) in [
      (Resource.positions, sides.reduce(filters, *)), (.visits, sides.reduce(0) { $0 + $1 * $1 * $1 }),
    ] {
      let allowed = bound.limits.allowed(resource)
      guard cost <= Double(allowed) else {
        throw ArtifactError.limit(network: network.name, ResourceLimitError(resource, allowed: allowed))
      }
    }
  }

  var name: String { node.name }

  func fail(_ why: String) -> ArtifactError { .unsupported(layer: name, why: why) }

  /// The value that carries pixels in.
  func input() throws -> ValueID {
    guard let input = node.inputs.first ?? nil else { throw fail("it has no input") }
    return input
  }

  func inputShape() throws -> Shape {
    guard let shape = bound.shapes[try input()] else { throw fail("the shape of its input is unknown") }
    return shape
  }

  func outputShape() throws -> Shape {
    guard let shape = bound.shapes[node.outputs[0]] else { throw fail("the shape of its output is unknown") }
    return shape
  }

  /// Height and width in front of the layer.
  func extents() throws -> [Int] {
    let shape = try inputShape()
    guard shape.rank == 4 else { throw fail("its input is \(shape); only layers over pictures N×C×H×W are rewritten") }
    return shape.spatial
  }

  /// The weight where it is known before the network runs.
  func weight() throws -> Tensor {
    guard boundNode.inputs.count > 1, let weight = boundNode.inputs[1].flatMap({ bound.constants[$0]?.tensor }) else {
      throw fail("its weights are computed while the network runs, so they cannot be changed beforehand")
    }
    guard weight.isFinite else { throw ArtifactError.notFinite(what: "the weight of '\(name)'") }
    return weight
  }

  /// The bias of a convolution.
  var bias: ValueID? { node.inputs.count > 2 ? node.inputs[2] : nil }

  /// The bias of every output channel, `nil` where there is none.
  func biasScalars() throws -> [Float]? {
    guard let bias else { return nil }
    guard let tensor = bound.constants[bias]?.tensor else { throw fail("its bias is computed while the network runs") }
    return tensor.scalars
  }

  /// The layer as a transposed convolution and its axes, whose `input` is the extent it paints.
  func transposedConvolution(for what: String) throws -> (layer: TransposedConvolution, axes: [AxisGeometry]) {
    guard case .transposedConvolution(let layer) = boundNode.operation else {
      throw fail("it is a \(boundNode.operation.name); \(what) takes the place of transposed convolutions")
    }
    do {
      let axes = try layer.window.transposedAxes(input: extents(), outputPadding: layer.outputPadding)
      return (layer, axes)
    } catch let error as ShapeError {
      throw fail("\(error)")
    }
  }

  /// The depth-to-space that alone reads the layer's output.
  var depthToSpace: (block: Int, order: DepthOrder)? {
    let readers = network.nodes.filter { $0.inputs.contains(node.outputs[0]) }
    guard readers.count == 1, case .depthToSpace(let block, let order) = readers[0].operation else { return nil }
    return (block, order)
  }
}
