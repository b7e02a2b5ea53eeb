import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// Activations of a layer, weighted by the mean gradient of their channel and added up over channels (Selvaraju et al.
/// 2017). As Captum's `LayerGradCam`, negative parts stay unless asked away.
public struct GradCAM: AttributionMethod {
  /// What settings, manifests and findings call it.
  public static let name = "gradcam"
  /// It is: the map is no derivative of the objective.
  public static let isSurrogate = true

  /// `nil`: the last convolution whose output has more than one position.
  public var layer: String?
  /// Whether negative parts are set to zero, as in the paper.
  public var rectifies: Bool

  /// With the properties of the same names.
  public init(layer: String? = nil, rectifies: Bool = false) {
    self.layer = layer
    self.rectifies = rectifies
  }

  /// The map of ``AttributionMethod/attribute(_:to:by:)``.
  ///
  /// - Throws: what planning and running the differentiator throws.
  public func attribute(
    _ pictures: Tensor, to objective: any Objective, by differentiator: any Differentiator
  ) throws -> Attribution {
    let layer = try layer ?? Self.lastConvolution(of: differentiator.network, input: pictures.shape)
    let observing = Observing(base: objective, layer: layer)
    let pass = try ObjectivePass(
      observing, of: differentiator, inputShapes: [pictures.shape], gradientsAt: [layer])
    let (values, gradients) = try pass.valuesAndGradients(pictures)
    // What only reads as a map has no rows and columns to draw.
    guard let activation = pass.activations.last, activation.shape.rank == 4, gradients[0].shape == activation.shape
    else {
      throw ObjectiveError.noRows(layer: layer, shape: gradients[0].shape)
    }
    return Attribution(
      map: combine(activation, gradients[0]), values: values, activations: Array(pass.activations.dropLast()))
  }

  private func combine(_ activation: Tensor, _ gradient: Tensor) -> Tensor {
    let (batch, channels) = (activation.shape[0], activation.shape[1])
    let positions = activation.shape[2] * activation.shape[3]
    return Tensor([batch, 1, activation.shape[2], activation.shape[3]]) { map in
      map.update(repeating: 0)
      activation.withUnsafeBufferPointer { a in
        gradient.withUnsafeBufferPointer { g in
          for row in 0..<(batch * channels) {
            let range = (row * positions)..<((row + 1) * positions)
            let weight = Float(g[range].reduce(0.0) { $0 + Double($1) } / Double(positions))
            let target = row / channels * positions
            for index in 0..<positions { map[target + index] += weight * a[range.lowerBound + index] }
          }
        }
      }
      if rectifies {
        for index in map.indices { map[index] = max(0, map[index]) }
      }
    }
  }

  /// - Throws: ``NetworkError/unknownLayer(name:nearest:)`` where the network has no convolution with positions.
  static func lastConvolution(of network: Network, input: Shape) throws -> String {
    let name = network.inputs.first.map { network.name(of: $0.value) } ?? "input"
    let bound = try network.bound(to: [name: input])
    let node = bound.nodes.last { node in
      guard case .convolution = node.operation, let shape = node.outputs.first.flatMap({ bound.shapes[$0] }) else {
        return false
      }
      return shape.rank == 4 && shape[2] * shape[3] > 1
    }
    guard let node else { throw NetworkError.unknownLayer(name: "last convolution", nearest: []) }
    return node.name
  }
}

/// An objective that also asks for a layer's activation without adding anything to its value.
private struct Observing: Objective {
  let base: any Objective
  let layer: String
  var layers: [String] { base.layers + [layer] }

  func evaluate(_ activations: [Tensor], addingTo cotangents: inout [Tensor], weight: Float) throws -> [Float] {
    var own = Array(cotangents.dropLast())
    let values = try base.evaluate(Array(activations.dropLast()), addingTo: &own, weight: weight)
    for (index, cotangent) in own.enumerated() { cotangents[index] = cotangent }
    return values
  }
}
