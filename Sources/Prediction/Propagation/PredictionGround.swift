import GinghamLattices
import GinghamNetworks

/// What predictions of gradients and of pictures stand on: where the pixels lie among a network's values, and how power
/// moves between them, in an endless picture and in the one the network is bound to.
struct PredictionGround: Sendable {
  let network: BoundNetwork
  let options: PredictionOptions
  let layouts: SpatialLayouts
  let interior: Propagation
  let bounded: Propagation
  /// Where the prediction starts or ends.
  let end: ValueID

  /// - Parameters:
  ///   - end: `nil` means the first output.
  ///   - bearsMaps: whether pixels may begin inside the network, see ``MapBirth``.
  /// - Throws: ``ArtifactError/badArgument(_:)`` for a network without outputs,
  ///   ``ArtifactError/unsupported(layer:why:)`` for layers over volumes or strides that repeat too late.
  init(_ network: BoundNetwork, end: ValueID?, options: PredictionOptions, bearsMaps: Bool = false) throws {
    guard let end = end ?? network.outputs.first else {
      throw ArtifactError.badArgument("the network has no output to predict from")
    }
    self.options = options
    self.end = network.resolved(end)
    // Layers that do not lead to the end must not lengthen its lattice.
    var network = network
    network.nodes = network.nodes.leading(to: [self.end])
    self.network = network
    layouts = try SpatialLayouts(network, birth: bearsMaps ? .anywhere(end: self.end) : .inputsOnly)
    interior = try Propagation(network, layouts: layouts, region: .interior, options: options)
    bounded = try Propagation(network, layouts: layouts, region: .picture, options: options)
  }
}
