import GinghamDifferentiation
import GinghamFeatureVisualization
import GinghamModels
import GinghamNetworks
import GinghamTensors

/// What pictures leave behind on their way through a net: the mean of each channel over its positions, layer by layer.
struct ActivationPaths {
  /// In the net's order.
  let layers: [WeightedLayer]
  /// The net, for pictures of the size that it is shown.
  let model: Model
  private let plan: any GradientPlan

  /// - Parameters:
  ///   - targets: where the ways end.
  ///   - size: of what the net is shown.
  /// - Throws: ``NetworkError``, ``EngineError``.
  init(_ model: Model, towards targets: [ValueID], size: PictureSize, differentiator: any Differentiator) throws {
    self.model = model.sized(size)
    layers = try self.model.weightedLayers(leadingTo: targets)
    plan = try differentiator.plan(
      PlanRequest(
        inputShapes: [self.model.inputShape(batch: 1)], targets: layers.map(\.value), gradients: [], readsMaps: true))
  }

  /// Of all layers behind each other.
  ///
  /// - Parameter input: 1×C×H×W in 0…1, of the size that the net is shown.
  /// - Throws: ``EngineError``, ``ModelError/nonFiniteResult(what:count:of:)``.
  func means(of input: Tensor) throws -> [Float] {
    let activations = try plan.forward([input])
    return try zip(layers, activations).flatMap { layer, map in
      try map.requireFinite("'\(layer.name)'")
      let area = map.count / layer.channels
      return map.withUnsafeBufferPointer { map in
        (0..<layer.channels).map { channel in
          Float(map[(channel * area)..<((channel + 1) * area)].reduce(0) { $0 + Double($1) } / Double(area))
        }
      }
    }
  }

  /// Of a picture of the reader's, as the net sees it.
  ///
  /// - Throws: ``ImageError`` too.
  func means(ofPictureAt path: String) throws -> [Float] { try means(of: model.input(pictureAt: path)) }

  /// - Parameter means: of all layers.
  func profile(of means: [Float]) -> PathCheck.Profile {
    PathCheck.Profile(layers.map { ($0.name, $0.channels) }, means: means)
  }
}

/// A layer that weighs its inputs, or the end of a way.
struct WeightedLayer {
  var name: String
  var value: ValueID
  var channels: Int
}

extension Model {
  /// Convolutions and products with weights that lead to values, and the values themselves, in the net's order: those with
  /// at least four channels.
  ///
  /// - Throws: ``NetworkError``.
  func weightedLayers(leadingTo targets: [ValueID]) throws -> [WeightedLayer] {
    let bound = try bound(leadingTo: targets)
    let axes = bound.channelAxes
    return bound.nodes.leading(to: targets).compactMap { node in
      guard let value = node.outputs.first, let shape = bound.mapShape(of: value, axes: axes),
        shape.rank == 4 || shape.rank == 2, shape[0] == 1, shape[1] >= Self.fewestChannels, shape.elementCount > 0,
        let name = layerName(of: node),
        targets.contains(value) || node.hasWeights
      else { return nil }
      return WeightedLayer(name: name, value: value, channels: shape[1])
    }
  }

  /// Ranks of fewer say nothing.
  private static var fewestChannels: Int { 4 }

  private func layerName(of node: Node) -> String? {
    (try? network.value(ofLayer: node.name)) == node.outputs.first ? node.name : nil
  }
}

extension Node {
  fileprivate var hasWeights: Bool {
    switch operation {
    case .convolution, .transposedConvolution, .matrixMultiply, .generalMatrixMultiply: true
    default: false
    }
  }
}
