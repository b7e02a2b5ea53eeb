import GinghamDifferentiation
import GinghamTensors

/// The derivative of the objective by the output of a layer.
public struct LayerGradient: AttributionMethod {
  /// What settings, manifests and findings call it.
  public static let name = "layer-gradient"
  /// It is not: the map is made of derivatives of the objective.
  public static let isSurrogate = false

  /// A layer of the net, by its name.
  public var layer: String

  /// With the property of the same name.
  public init(layer: String) {
    self.layer = layer
  }

  /// The map of ``AttributionMethod/attribute(_:to:by:)``.
  ///
  /// - Throws: what planning and running the differentiator throws.
  public func attribute(
    _ pictures: Tensor, to objective: any Objective, by differentiator: any Differentiator
  ) throws -> Attribution {
    let pass = try ObjectivePass(
      objective, of: differentiator, inputShapes: [pictures.shape], gradientsAt: [layer])
    let (values, gradients) = try pass.valuesAndGradients(pictures)
    return Attribution(map: gradients[0], values: values, activations: pass.activations)
  }
}
