import GinghamDifferentiation
import GinghamTensors

/// Backpropagation that lets only positive gradients through active units (Springenberg et al. 2015, "Striving for
/// simplicity").
public struct GuidedBackpropagation: AttributionMethod {
  /// What settings, manifests and findings call it.
  public static let name = "guided"
  /// It is: the map is no derivative of the objective.
  public static let isSurrogate = true

  /// With every setting at its default.
  public init() {}

  /// The map of ``AttributionMethod/attribute(_:to:by:)``.
  ///
  /// - Throws: what planning and running the differentiator throws.
  public func attribute(
    _ pictures: Tensor, to objective: any Objective, by differentiator: any Differentiator
  ) throws -> Attribution {
    try attribute(pictures, to: objective, by: differentiator, rule: .guided)
  }
}

/// Backpropagation that rectifies the gradient itself at every ReLU (Zeiler & Fergus 2014, "Visualizing and
/// understanding convolutional networks").
public struct DeconvolutionNetwork: AttributionMethod {
  /// What settings, manifests and findings call it.
  public static let name = "deconvnet"
  /// It is: the map is no derivative of the objective.
  public static let isSurrogate = true

  /// With every setting at its default.
  public init() {}

  /// The map of ``AttributionMethod/attribute(_:to:by:)``.
  ///
  /// - Throws: what planning and running the differentiator throws.
  public func attribute(
    _ pictures: Tensor, to objective: any Objective, by differentiator: any Differentiator
  ) throws -> Attribution {
    try attribute(pictures, to: objective, by: differentiator, rule: .deconvolution)
  }
}

extension AttributionMethod {
  fileprivate func attribute(
    _ pictures: Tensor, to objective: any Objective, by differentiator: any Differentiator, rule: BackwardRules.ReLU
  ) throws -> Attribution {
    let pass = try ObjectivePass(
      objective, of: differentiator, inputShapes: [pictures.shape], rules: BackwardRules(relu: rule))
    let (values, gradients) = try pass.valuesAndGradients(pictures)
    return Attribution(map: gradients[0], values: values, activations: pass.activations)
  }
}
