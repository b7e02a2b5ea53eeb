import GinghamDifferentiation
import GinghamTensors

/// The derivative of the objective by the output of a layer.
public struct LayerGradient: AttributionMethod {
  public static let name = "layer-gradient"
  public static let isSurrogate = false

  public var layer: String

  public init(layer: String) {
    self.layer = layer
  }

  public func attribute(
    _ pictures: Tensor, to objective: any Objective, by differentiator: any Differentiator
  ) throws -> Attribution {
    let pass = try ObjectivePass(
      objective, of: differentiator, inputShapes: [pictures.shape], gradientsAt: [layer])
    let (values, gradients) = try pass.valuesAndGradients(pictures)
    return Attribution(map: gradients[0], values: values, activations: pass.activations)
  }
}
